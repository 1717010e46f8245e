#include "exporter/model/exposition.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "exporter/model/text.h"

namespace pgwatch {
namespace {

// What one Block says of one metric.
struct Part {
  const Block* block;
  const Family* family;
};

constexpr std::string_view kSuffixes[] = {"", "_bucket", "_sum", "_count"};
constexpr std::size_t kLineRest = 26;  // braces, comma, blank, newline and all but the longest values

std::vector<Part> collect_parts(std::span<const BlockPtr> blocks) {
  std::vector<Part> parts;
  for (const BlockPtr& block : blocks) {
    if (!block) continue;
    for (const Family& family : block->samples.families())
      if (!family.samples.empty()) parts.push_back({block.get(), &family});
  }
  std::stable_sort(parts.begin(), parts.end(),
                   [](const Part& a, const Part& b) { return a.family->metric->name < b.family->metric->name; });
  return parts;
}

std::size_t text_size(const Part& part) {
  const std::size_t each = part.family->metric->name.size() + part.block->labels.size() + kLineRest;
  std::size_t size = 0;
  for (const Sample& sample : part.family->samples) size += each + part.block->samples.labels(sample.labels).size();
  return size;
}

void append_header(std::string& text, const Metric& metric) {
  text.append("# HELP ").append(metric.name).append(" ");
  append_escaped(text, metric.help, Place::kHelp);
  text.append("\n# TYPE ").append(metric.name).append(" ").append(to_string(metric.kind)).append("\n");
}

void append_sample(std::string& text, const Part& part, const Sample& sample) {
  const std::string& constant = part.block->labels;
  const std::string_view own = part.block->samples.labels(sample.labels);
  text.append(part.family->metric->name).append(kSuffixes[static_cast<std::size_t>(sample.suffix)]);
  if (!constant.empty() || !own.empty()) {
    text.append("{").append(constant);
    if (!constant.empty() && !own.empty()) text += ',';
    text.append(own).append("}");
  }
  text += ' ';
  sample.value.append_to(text);
  text += '\n';
}

// One family on the page.
class Group {
 public:
  Group(Page& page, std::span<const Part> parts) : page_(page), parts_(parts) {
    for (const Part& part : parts_) ++blocks_labelled_[part.block->labels];
  }

  void write() {
    append_header(page_.text, *parts_.front().family->metric);
    for (const Part& part : parts_) write_part(part);
  }

 private:
  void write_part(const Part& part) {
    const Block& block = *part.block;
    const Family& family = *part.family;
    Dropped dropped{block.server, block.collector, family.metric->name, family.duplicates, family.overflow};
    if (family.metric->kind == parts_.front().family->metric->kind)
      write_samples(part, dropped);
    else
      dropped.duplicates += family.samples.size();
    if (dropped.duplicates + dropped.overflow > 0) page_.dropped.push_back(std::move(dropped));
  }

  void write_samples(const Part& part, Dropped& dropped) {
    const bool alone = blocks_labelled_[part.block->labels] == 1;
    const std::size_t cap = part.block->max_series;
    std::size_t& written = written_of_[part.block->server];
    bool is_within = false;  // a histogram, which is said whole or not at all
    for (const Sample& sample : part.family->samples) {
      if (!alone && !first_time(part, sample)) {
        ++dropped.duplicates;
      } else if (cap != Sink::kNoCap && written >= cap && !is_within) {
        ++dropped.overflow;
      } else {
        append_sample(page_.text, part, sample);
        ++written;
        is_within = part.family->metric->kind == Kind::kHistogram && sample.suffix != Suffix::kCount;
      }
    }
  }

  bool first_time(const Part& part, const Sample& sample) {
    return said_.emplace(part.block->labels, part.block->samples.labels(sample.labels), sample.suffix).second;
  }

  Page& page_;
  std::span<const Part> parts_;
  std::map<std::string_view, int> blocks_labelled_;     // how many Blocks have these labels
  std::map<std::string_view, std::size_t> written_of_;  // how many samples of this server
  std::set<std::tuple<std::string_view, std::string_view, Suffix>> said_;
};

}  // namespace

Page write_exposition(std::span<const BlockPtr> blocks) {
  const std::vector<Part> parts = collect_parts(blocks);
  Page page;
  std::size_t size = 0;
  for (const Part& part : parts) size += text_size(part);
  page.text.reserve(size);
  for (auto begin = parts.begin(); begin != parts.end();) {
    const std::string& name = begin->family->metric->name;
    const auto end = std::find_if(begin, parts.end(), [&](const Part& p) { return p.family->metric->name != name; });
    Group(page, {begin, end}).write();
    begin = end;
  }
  return page;
}

}  // namespace pgwatch
