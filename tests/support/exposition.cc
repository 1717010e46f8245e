#include "tests/support/exposition.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>
#include <span>
#include <stdexcept>
#include <tuple>
#include <utility>

namespace pgwatch::test {
namespace {

// Takes one line apart from left to right.
class Cursor {
 public:
  explicit Cursor(std::string_view line) : line_(line), rest_(line) {}

  [[noreturn]] void fail(const std::string& what) const {
    throw std::invalid_argument(what + ": " + std::string(line_));
  }

  bool at(char expected) const { return !rest_.empty() && rest_.front() == expected; }

  bool take(char expected) {
    if (!at(expected)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::string name() {
    const auto is_part = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == ':'; };
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_part);
    if (end == rest_.begin() || std::isdigit(static_cast<unsigned char>(rest_.front())) != 0) fail("a name is missing");
    return take_first(static_cast<std::size_t>(end - rest_.begin()));
  }

  std::string word() {
    const std::string text = take_first(std::min(rest_.find(' '), rest_.size()));
    take(' ');
    return text;
  }

  std::string quoted() {
    if (!take('"')) fail("a quote is missing");
    std::string text;
    while (!take('"')) text += character();
    return text;
  }

  double number() {
    const std::string text = word();
    if (text == "+Inf") return std::numeric_limits<double>::infinity();
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) fail("the value is no number");
    if (!rest_.empty()) fail("something follows the value");
    return value;
  }

  std::string rest() { return take_first(rest_.size()); }

 private:
  std::string take_first(std::size_t count) {
    const std::string text(rest_.substr(0, count));
    rest_.remove_prefix(count);
    return text;
  }

  char character() {
    if (rest_.empty()) fail("a quote is missing");
    if (!take('\\')) return take_first(1)[0];
    if (take('n')) return '\n';
    if (!at('\\') && !at('"')) fail("an unknown escape");
    return take_first(1)[0];
  }

  std::string_view line_;
  std::string_view rest_;
};

Labels read_labels(Cursor& cursor) {
  Labels labels;
  if (!cursor.take('{')) return labels;
  while (!cursor.take('}')) {
    const std::string name = cursor.name();
    if (!cursor.take('=')) cursor.fail("label " + name + " has no value");
    if (!labels.emplace(name, cursor.quoted()).second) cursor.fail("label " + name + " comes twice");
    if (!cursor.take(',') && !cursor.at('}')) cursor.fail("a comma is missing");
  }
  return labels;
}

bool has(const Labels& labels, const Labels& wanted) {
  return std::includes(labels.begin(), labels.end(), wanted.begin(), wanted.end());
}

void refuse_repeated(std::span<const Sample> of_one_family) {
  const auto series = [](const Sample* sample) { return std::tie(sample->name, sample->labels); };
  std::vector<const Sample*> sorted;
  for (const Sample& sample : of_one_family) sorted.push_back(&sample);
  std::ranges::sort(sorted, {}, series);
  const auto repeated = std::ranges::adjacent_find(sorted, {}, series);
  if (repeated != sorted.end()) throw std::invalid_argument("a series of " + (*repeated)->name + " comes twice");
}

std::string without_suffix(const std::string& name) {
  for (const std::string_view suffix : {"_bucket", "_sum", "_count"})
    if (name.ends_with(suffix)) return name.substr(0, name.size() - suffix.size());
  return name;
}

std::string lookup(const std::unordered_map<std::string, std::string>& values, const std::string& key) {
  const auto found = values.find(key);
  return found == values.end() ? "" : found->second;
}

}  // namespace

Exposition::Exposition(std::string_view text) {
  if (!text.empty() && text.back() != '\n') throw std::invalid_argument("the last line does not end");
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() + 1);
    if (line.starts_with('#')) {
      read_comment(line);
    } else if (!line.empty()) {
      read_sample(line);
    }
  }
  check_last_family();
}

std::optional<double> Exposition::value(const std::string& name, const Labels& labels) const {
  const std::vector<Sample> found = all(name, labels);
  if (found.size() > 1) throw std::invalid_argument(name + " has several samples with these labels");
  return found.empty() ? std::nullopt : std::optional(found[0].value);
}

std::vector<Sample> Exposition::all(const std::string& name, const Labels& labels) const {
  std::vector<Sample> found;
  for (const Sample& sample : samples_)
    if (sample.name == name && has(sample.labels, labels)) found.push_back(sample);
  return found;
}

std::string Exposition::family_of(const std::string& sample_name) const {
  return types_.contains(sample_name) ? sample_name : without_suffix(sample_name);
}

std::string Exposition::type(const std::string& family) const { return lookup(types_, family); }

std::string Exposition::help(const std::string& family) const { return lookup(helps_, family); }

void Exposition::read_comment(std::string_view line) {
  Cursor cursor(line);
  cursor.word();
  const std::string keyword = cursor.word();
  if (keyword != "TYPE" && keyword != "HELP") return;
  const std::string family = cursor.word();
  if (begun_.contains(family)) cursor.fail(keyword + " comes after the family's first sample");
  if (!(keyword == "TYPE" ? types_ : helps_).emplace(family, cursor.rest()).second)
    cursor.fail(keyword + " comes twice");
}

void Exposition::read_sample(std::string_view line) {
  Cursor cursor(line);
  Sample sample{.name = cursor.name(), .labels = read_labels(cursor)};
  if (!cursor.take(' ')) cursor.fail("a space is missing before the value");
  sample.value = cursor.number();
  bool is_another = false;
  try {
    if (samples_.empty() || samples_.back().name != sample.name) is_another = enter_family(sample.name);
  } catch (const std::invalid_argument& error) {
    cursor.fail(error.what());
  }
  if (is_another) check_last_family();
  samples_.push_back(std::move(sample));
}

bool Exposition::enter_family(const std::string& sample_name) {
  const std::string family = family_of(sample_name);
  if (!types_.contains(family)) throw std::invalid_argument("no TYPE before it");
  const bool is_another = family != family_;
  if (is_another && !begun_.insert(family).second) throw std::invalid_argument("apart from its family");
  begun_.insert(sample_name);
  family_ = family;
  return is_another;
}

void Exposition::check_last_family() {
  refuse_repeated(std::span(samples_).subspan(family_begins_));
  family_begins_ = samples_.size();
}

}  // namespace pgwatch::test
