#include "exporter/health/check.h"

#include <algorithm>
#include <iterator>

#include "exporter/health/catalogue.h"

namespace pgwatch::health {

std::string Reading::label(std::string_view name) const { return find_label(labels, name).value_or(""); }

std::vector<Reading> Evidence::readings(std::string_view metric) const {
  std::vector<Reading> found;
  for (const Family& family : block->samples.families()) {
    if (family.metric->name != metric) continue;
    for (const Sample& sample : family.samples)
      found.push_back({sample.value.as_double(), block->samples.labels(sample.labels)});
  }
  return found;
}

std::optional<double> Evidence::value(std::string_view metric) const {
  const std::vector<Reading> found = readings(metric);
  if (found.empty()) return std::nullopt;
  return found.front().value;
}

std::string Evidence::state(std::string_view metric, std::string_view label) const {
  for (const Reading& reading : readings(metric))
    if (reading.value == 1) return reading.label(label);
  return "";
}

Status compare(double value, const Threshold& threshold) {
  if (threshold.is_beyond(threshold.critical, value)) return Status::kCritical;
  if (threshold.is_beyond(threshold.warning, value)) return Status::kWarning;
  return Status::kOk;
}

Status compare_below(double value, const Threshold& threshold) {
  if (threshold.critical && value < *threshold.critical) return Status::kCritical;
  if (threshold.warning && value < *threshold.warning) return Status::kWarning;
  return Status::kOk;
}

std::vector<Check> checks() {
  std::vector<Check> all = server_checks();
  std::ranges::move(replication_checks(), std::back_inserter(all));
  std::ranges::move(slot_checks(), std::back_inserter(all));
  std::ranges::move(filesystem_checks(), std::back_inserter(all));
  return all;
}

std::vector<Check> checks_for(const World& world) {
  std::vector<Check> all = checks();
  std::ranges::move(freshness_checks(world), std::back_inserter(all));
  std::ranges::move(query_checks(world), std::back_inserter(all));
  std::ranges::move(backup_checks(world.backups), std::back_inserter(all));
  std::ranges::move(systemd_checks(world), std::back_inserter(all));
  return all;
}

std::vector<CheckInfo> check_infos() {
  std::vector<CheckInfo> infos;
  for (const Check& check : checks()) infos.push_back(check.info);
  return infos;
}

}  // namespace pgwatch::health
