// Thresholds that users gave to columns of their own queries: one check per column, one finding per row.
#include <algorithm>
#include <cmath>
#include <map>

#include "exporter/health/catalogue.h"
#include "exporter/health/wording.h"
#include "exporter/model/check.h"

namespace pgwatch::health {
namespace {

// The row's labels: "public/orders".
std::string subject_of(const Reading& reading, const std::vector<std::string>& labels) {
  std::string subject;
  for (const std::string& label : labels) subject += (subject.empty() ? "" : "/") + reading.label(label);
  return subject;
}

Finding judge_value(const Reading& reading, Unit unit, const Threshold& threshold) {
  if (std::isnan(reading.value)) return {Status::kUnknown, "is no number"};
  const std::string text = "is " + worded(reading.value, unit) + beyond(reading.value, threshold, unit);
  return {compare(reading.value, threshold), text, reading.value};
}

Check check_of(const Collector& collector, const ColumnCheck& column_check, const std::vector<std::string>& labels) {
  const auto judge = [metric = column_check.metric, unit = column_check.info.unit, labels](const Evidence& evidence,
                                                                                           const Threshold& threshold) {
    std::vector<Finding> findings;
    for (const Reading& reading : evidence.readings(metric)) {
      findings.push_back(judge_value(reading, unit, threshold));
      findings.back().subject = subject_of(reading, labels);
    }
    if (findings.empty()) findings.push_back({Status::kInactive, "the query gave no value"});
    return findings;
  };
  return {.info = column_check.info, .collector = collector.name, .judge = judge, .where_collected = true};
}

std::vector<std::string> labels_of(const Collector& collector, const std::string& metric) {
  const auto column =
      std::ranges::find_if(collector.columns, [&](const Column& one) { return metric_name(collector, one) == metric; });
  return carried_labels(collector, *column);
}

}  // namespace

std::vector<Check> query_checks(const World& world) {
  std::map<std::string, Check> checks;  // by name: targets share collectors
  for (const TargetPtr& target : world.targets)
    for (const InstrumentPtr& instrument : target->instruments)
      for (const ColumnCheck& one : column_checks(instrument->collector())) {
        const Collector& collector = instrument->collector();
        checks.try_emplace(one.info.name, check_of(collector, one, labels_of(collector, one.metric)));
      }
  std::vector<Check> all;
  for (auto& [name, check] : checks) all.push_back(std::move(check));
  return all;
}

}  // namespace pgwatch::health
