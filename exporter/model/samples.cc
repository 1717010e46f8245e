#include "exporter/model/samples.h"

#include <limits>
#include <stdexcept>
#include <string>

namespace pgwatch {
namespace {

std::uint64_t key_of(std::uint32_t labels, Suffix suffix) {
  return std::uint64_t{labels} * 4 + static_cast<std::uint64_t>(suffix);
}

// A histogram is said whole or not at all; its count is the last of it.
bool is_within_histogram(const Family& family) {
  return family.metric->kind == Kind::kHistogram && !family.samples.empty() &&
         family.samples.back().suffix != Suffix::kCount;
}

}  // namespace

std::string_view Samples::labels(std::uint32_t index) const {
  const std::uint32_t begin = index == 0 ? 0 : ends_[index - 1];
  return std::string_view(text_).substr(begin, ends_[index] - begin);
}

std::size_t Samples::size() const {
  std::size_t sum = 0;
  for (const Family& family : families_) sum += family.samples.size();
  return sum;
}

std::uint64_t Samples::duplicates() const {
  std::uint64_t sum = 0;
  for (const Family& family : families_) sum += family.duplicates;
  return sum;
}

std::uint64_t Samples::overflow() const {
  std::uint64_t sum = 0;
  for (const Family& family : families_) sum += family.overflow;
  return sum;
}

Sink::Sink(std::span<const MetricPtr> declared, Memory memory, std::size_t max_series)
    : memory_(std::move(memory)),
      max_series_(max_series),
      label_index_(0, LabelHash{&samples_}, LabelEqual{&samples_}) {
  for (const MetricPtr& metric : declared) declared_.emplace(metric->name, metric);
}

std::uint32_t Sink::labels(std::span<const Label> labels) {
  scratch_.clear();
  for (const Label& label : labels) append_label(scratch_, label.name, label.value);
  return label_text(scratch_);
}

// Added first and taken back where it was known: the text is hashed once.
std::uint32_t Sink::label_text(std::string_view spelled) {
  const std::size_t begin = samples_.text_.size();
  if (spelled.size() > std::numeric_limits<std::uint32_t>::max() - begin)
    throw std::length_error("the labels of one answer hold more than 4 GiB of text");
  samples_.text_ += spelled;
  samples_.ends_.push_back(static_cast<std::uint32_t>(samples_.text_.size()));
  const auto [known, added] = label_index_.insert(static_cast<std::uint32_t>(samples_.ends_.size() - 1));
  if (!added) {
    samples_.text_.resize(begin);
    samples_.ends_.pop_back();
  }
  return *known;
}

void Sink::sample(const MetricPtr& metric, std::uint32_t labels, Number value, Suffix suffix) {
  const std::size_t index = family_of(metric);
  Family& family = samples_.families_[index];
  if (family.metric->kind != metric->kind || !first_time(said_[index], family, key_of(labels, suffix)))
    ++family.duplicates;
  else if (max_series_ != kNoCap && family.samples.size() >= max_series_ && !is_within_histogram(family))
    ++family.overflow;
  else
    family.samples.push_back({value, labels, suffix});
}

void Sink::sample(std::string_view metric, std::span<const Label> labels, Number value) {
  const auto found = declared_.find(metric);
  if (found == declared_.end())
    throw std::logic_error("metric " + std::string(metric) + " is not declared; give the collector a column for it");
  sample(found->second, this->labels(labels), value);
}

void Sink::sample(Metric metric, std::span<const Label> labels, Number value) {
  const auto known = family_index_.find(metric.name);
  const bool same = known != family_index_.end() && samples_.families_[known->second].metric->kind == metric.kind;
  const MetricPtr shared =
      same ? samples_.families_[known->second].metric : std::make_shared<const Metric>(std::move(metric));
  sample(shared, this->labels(labels), value);
}

Samples Sink::take_samples() {
  label_index_.clear();
  family_index_.clear();
  for (Family& family : samples_.families_) family.samples.shrink_to_fit();
  samples_.text_.shrink_to_fit();
  samples_.ends_.shrink_to_fit();
  return std::move(samples_);
}

// Samples come family by family: the last one is asked before its name is hashed.
std::size_t Sink::family_of(const MetricPtr& metric) {
  if (last_family_ < said_.size() && samples_.families_[last_family_].metric == metric) return last_family_;
  const auto [known, added] = family_index_.try_emplace(metric->name, said_.size());
  if (added) {
    samples_.families_.push_back({metric});
    said_.emplace_back();
  }
  return last_family_ = known->second;
}

bool Sink::first_time(Said& said, const Family& family, std::uint64_t key) {
  const bool rising = key >= said.next;
  if (rising) said.next = key + 1;
  if (rising && said.keys.empty()) return true;
  if (said.keys.empty())
    for (const Sample& sample : family.samples) said.keys.insert(key_of(sample.labels, sample.suffix));
  return said.keys.insert(key).second;
}

}  // namespace pgwatch
