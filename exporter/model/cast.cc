#include "exporter/model/cast.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

namespace pgwatch {
namespace {

using LabelSets = std::vector<std::uint32_t>;  // one per row that is read

// The numbers of an array in PostgreSQL's spelling, {1,2.5,3}. Nothing where it is none, or an element is no number.
std::optional<std::vector<Number>> parse_array(std::string_view text) {
  if (text.size() < 2 || text.front() != '{' || text.back() != '}') return std::nullopt;
  std::vector<Number> numbers;
  text = text.substr(1, text.size() - 2);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    const auto number = Number::parse(text.substr(0, end));
    if (!number || end + 1 == text.size()) return std::nullopt;
    numbers.push_back(*number);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return numbers;
}

// An answer being read, a metric column after the other: so a family's samples come together, label sets in rising
// order.
class Reading {
 public:
  Reading(const Rows& rows, Sink& sink) : rows_(rows), sink_(sink) {}

  void read(const Cast& cast);

 private:
  // A histogram is spread over four columns.
  struct HistogramColumns {
    std::size_t bounds = 0;
    std::optional<std::size_t> buckets = {}, sum = {}, count = {};
  };

  const LabelSets& label_sets(const Cast& cast);
  LabelSets spell(const Cast& cast);

  void read_values(const Cast& cast, std::size_t column, const LabelSets& labels);
  void read_states(const Cast& cast, std::size_t column, const LabelSets& labels);
  void read_histograms(const Cast& cast, std::size_t column, const LabelSets& labels);
  void read_histogram(const Cast& cast, const HistogramColumns& columns, std::size_t row, std::uint32_t labels);

  Cell cell(std::size_t row, std::optional<std::size_t> column) const {
    return column ? rows_.at(row, *column) : Cell();
  }
  std::optional<Number> number(std::size_t row, std::optional<std::size_t> column) const;
  // A row's labels with one more.
  std::uint32_t extended(std::uint32_t labels, std::string_view name, std::string_view value);

  const Rows& rows_;
  Sink& sink_;
  std::vector<std::pair<const Cast*, LabelSets>> spelled_;  // for the first cast of each choice of labels
  std::string scratch_;
};

void Reading::read(const Cast& cast) {
  const auto column = rows_.find(cast.column.name);
  if (!column) return;
  const LabelSets& labels = label_sets(cast);
  if (cast.column.use == Use::kState)
    read_states(cast, *column, labels);
  else if (cast.column.use == Use::kHistogram)
    read_histograms(cast, *column, labels);
  else
    read_values(cast, *column, labels);
}

const LabelSets& Reading::label_sets(const Cast& cast) {
  for (const auto& [first, sets] : spelled_)
    if (first->labels == cast.labels && first->fixed == cast.fixed && first->column.bare == cast.column.bare)
      return sets;
  return spelled_.emplace_back(&cast, spell(cast)).second;
}

LabelSets Reading::spell(const Cast& cast) {
  std::vector<std::optional<std::size_t>> columns;
  for (const std::string& label : cast.labels) columns.push_back(rows_.find(label));
  // What carries no label of the row speaks of the answer as a whole: its first row says it.
  const std::size_t count = cast.column.bare ? std::min<std::size_t>(rows_.size(), 1) : rows_.size();
  LabelSets sets;
  sets.reserve(count);
  for (std::size_t row = 0; row < count; ++row) {
    scratch_.clear();
    for (std::size_t i = 0; i < columns.size(); ++i)
      append_label(scratch_, cast.labels[i], cell(row, columns[i]).value_or(""));
    if (!scratch_.empty() && !cast.fixed.empty()) scratch_ += ',';
    scratch_ += cast.fixed;
    sets.push_back(sink_.label_text(scratch_));
  }
  return sets;
}

void Reading::read_values(const Cast& cast, std::size_t column, const LabelSets& labels) {
  for (std::size_t row = 0; row < labels.size(); ++row)
    if (const auto value = cast.column.read ? cast.column.read(cell(row, column)) : number(row, column))
      sink_.sample(cast.metric, labels[row], *value);
}

void Reading::read_states(const Cast& cast, std::size_t column, const LabelSets& labels) {
  const std::vector<std::string>& states = cast.column.states;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const Cell here = rows_.at(row, column);
    if (!here) continue;
    for (const std::string& state : states)
      sink_.sample(cast.metric, extended(labels[row], cast.column.name, state), state == *here);
    if (std::find(states.begin(), states.end(), *here) == states.end())
      sink_.sample(cast.metric, extended(labels[row], cast.column.name, *here), 1);
  }
}

void Reading::read_histograms(const Cast& cast, std::size_t column, const LabelSets& labels) {
  const std::string& name = cast.column.name;
  const HistogramColumns columns{column, rows_.find(name + "_bucket"), rows_.find(name + "_sum"),
                                 rows_.find(name + "_count")};
  for (std::size_t row = 0; row < labels.size(); ++row) read_histogram(cast, columns, row, labels[row]);
}

void Reading::read_histogram(const Cast& cast, const HistogramColumns& columns, std::size_t row, std::uint32_t labels) {
  const auto bounds = parse_array(cell(row, columns.bounds).value_or(""));
  const auto buckets = parse_array(cell(row, columns.buckets).value_or(""));
  const auto sum = number(row, columns.sum);
  const auto count = number(row, columns.count);
  if (!bounds || !buckets || bounds->size() != buckets->size() || !count) return;

  const auto bucket = [&](std::string_view bound, Number value) {
    sink_.sample(cast.metric, extended(labels, "le", bound), value, Suffix::kBucket);
  };
  for (std::size_t i = 0; i < bounds->size(); ++i) {
    if (!std::isfinite((*bounds)[i].as_double())) continue;  // the count says what is up to infinity
    std::string bound;
    (*bounds)[i].append_to(bound);
    bucket(bound, (*buckets)[i]);
  }
  bucket("+Inf", *count);
  if (sum) sink_.sample(cast.metric, labels, *sum, Suffix::kSum);
  sink_.sample(cast.metric, labels, *count, Suffix::kCount);
}

std::optional<Number> Reading::number(std::size_t row, std::optional<std::size_t> column) const {
  const Cell text = cell(row, column);
  return text ? Number::parse(*text) : std::nullopt;
}

std::uint32_t Reading::extended(std::uint32_t labels, std::string_view name, std::string_view value) {
  scratch_ = sink_.spelled(labels);
  append_label(scratch_, name, value);
  return sink_.label_text(scratch_);
}

}  // namespace

void emit_casts(std::span<const Cast> casts, const Rows& rows, Sink& sink) {
  Reading reading(rows, sink);
  for (const Cast& cast : casts) reading.read(cast);
}

}  // namespace pgwatch
