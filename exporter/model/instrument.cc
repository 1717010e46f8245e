#include "exporter/model/instrument.h"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string_view>

#include "exporter/model/cast.h"
#include "exporter/model/check.h"

namespace pgwatch {
namespace {

Kind kind_of(Use use) {
  switch (use) {
    case Use::kCounter: return Kind::kCounter;
    case Use::kUntyped: return Kind::kUntyped;
    case Use::kHistogram: return Kind::kHistogram;
    default: return Kind::kGauge;
  }
}

void remember_cell(const Rows& rows, const std::string& name, Memory& memory) {
  const Cell cell = rows.size() == 0 ? Cell() : rows.at(0, name);
  if (cell)
    memory[name] = *cell;
  else
    memory.erase(name);
}

std::string spell(const std::vector<std::pair<std::string, std::string>>& labels) {
  std::string text;
  for (const auto& [name, value] : labels) append_label(text, name, value);
  return text;
}

}  // namespace

Instrument::Instrument(Collector collector) : collector_(std::move(collector)) {
  check_collector(collector_);
  for (const Column& column : collector_.columns)
    if (is_metric(column))
      casts_.push_back({column, declare(column), carried_labels(collector_, column), spell(column.fixed)});
}

Instrument::~Instrument() = default;

MetricPtr Instrument::declare(const Column& column) {
  Metric metric{metric_name(collector_, column), column.help, kind_of(column.use)};
  const auto known = std::find_if(metrics_.begin(), metrics_.end(),
                                  [&metric](const MetricPtr& other) { return other->name == metric.name; });
  if (known == metrics_.end()) return metrics_.emplace_back(std::make_shared<const Metric>(std::move(metric)));
  if (**known != metric)
    throw contradiction(collector_, column,
                        "gives metric " + metric.name + " another type or help than a column before it; agree on one");
  return *known;
}

std::chrono::milliseconds Instrument::keep() const {
  if (collector_.keep.count() > 0 || collector_.lane == Lane::kFast) return collector_.keep;
  return 3 * collector_.interval;
}

namespace {

void refuse_without_columns(const std::vector<Column>& columns, const Rows& rows) {
  for (const Column& column : columns)
    if (column.use != Use::kDiscard && std::ranges::find(rows.columns(), column.name) == rows.columns().end())
      throw std::runtime_error("the answer has no column " + column.name + "; correct its name, or select it");
}

}  // namespace

void Instrument::emit(const Rows& rows, Sink& sink) const {
  if (collector_.emit) return collector_.emit(rows, sink);
  if (collector_.needs_its_columns) refuse_without_columns(collector_.columns, rows);
  emit_casts(casts_, rows, sink);
  for (const Column& column : collector_.columns)
    if (column.use == Use::kRemember) remember_cell(rows, column.name, sink.memory());
}

// -- Clashes ----------------------------------------------------------------------------------------------------------

namespace {

struct Claim {
  const Instrument* by;
  const Metric* metric;
};

// A histogram has four names on the page.
std::vector<std::string> names_of(const Metric& metric) {
  if (metric.kind != Kind::kHistogram) return {metric.name};
  return {metric.name, metric.name + "_bucket", metric.name + "_sum", metric.name + "_count"};
}

bool are_kin(const Collector& first, const Collector& second) {
  return !first.kind.empty() && first.kind == second.kind;
}

// A user's query with the place where it stands.
std::string named(const Collector& collector) {
  const std::string name = "collector \"" + collector.name + '"';
  return collector.origin.empty() ? name : name + " (" + collector.origin + ")";
}

// The same collector, made ready another way for other targets, says the same metrics again; so does one of its kind.
void check_claims(const std::string& name, const Claim& first, const Claim& second) {
  const bool same_collector = first.by->name() == second.by->name();
  const bool may_share = same_collector || are_kin(first.by->collector(), second.by->collector());
  if (may_share && *first.metric == *second.metric) return;
  const std::string subject = "metric " + name + " is declared by " + named(first.by->collector());
  if (same_collector) throw std::invalid_argument(subject + " twice, with another type or help; agree on one");
  throw std::invalid_argument(subject + " and by " + named(second.by->collector()) + "; rename one, or turn one off");
}

}  // namespace

void check_clashes(std::span<const InstrumentPtr> instruments) {
  std::map<std::string, Claim> claims;
  for (const InstrumentPtr& instrument : instruments)
    for (const MetricPtr& metric : instrument->metrics())
      for (const std::string& name : names_of(*metric)) {
        const Claim claim{instrument.get(), metric.get()};
        check_claims(name, claims.try_emplace(name, claim).first->second, claim);
      }
}

}  // namespace pgwatch
