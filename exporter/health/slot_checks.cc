// Replication slots: what they hold back, and whether they have lost it.
#include <algorithm>
#include <map>

#include "exporter/health/catalogue.h"
#include "exporter/health/wording.h"

namespace pgwatch::health {
namespace {

std::vector<Finding> or_no_slots(std::vector<Finding> findings) {
  if (findings.empty()) return {{Status::kInactive, "no replication slots"}};
  return findings;
}

std::map<std::string, double> by_slot(const std::vector<Reading>& readings) {
  std::map<std::string, double> values;
  for (const Reading& reading : readings) values[reading.label("slot_name")] = reading.value;
  return values;
}

Finding judge_wal_status(const std::string& status) {
  if (status == "lost") return {Status::kCritical, "has lost WAL its receiver needs; the receiver must be made anew"};
  if (status == "unreserved")
    return {Status::kWarning, "is about to lose WAL its receiver needs; max_slot_wal_keep_size is reached"};
  return {Status::kOk, "WAL is " + status};
}

std::vector<Finding> judge_state(const Evidence& evidence, const Threshold&) {
  std::map<std::string, Finding> findings;
  for (const Reading& slot : evidence.readings("pg_replication_slot_slot_is_active"))
    findings[slot.label("slot_name")] = {Status::kOk, slot.value == 1 ? "active" : "holds no WAL"};
  for (const Reading& reading : evidence.readings("pg_replication_slot_wal_status"))
    findings[reading.label("slot_name")] = judge_wal_status(reading.label("wal_status"));
  for (const Reading& reading : evidence.readings("pg_replication_slots_invalidated"))
    findings[reading.label("slot_name")] = {Status::kCritical,
                                            "is invalidated: " + reading.label("invalidation_reason")};
  std::vector<Finding> all;
  for (auto& [slot, finding] : findings) {
    finding.subject = slot;
    all.push_back(std::move(finding));
  }
  return or_no_slots(std::move(all));
}

std::vector<Finding> judge_retained(const Evidence& evidence, const Threshold& threshold) {
  std::vector<Finding> findings;
  for (const auto& [slot, bytes] : by_slot(evidence.readings("pg_replication_slots_retained_bytes"))) {
    const std::string text = "holds back " + worded(bytes, Unit::kBytes) + beyond(bytes, threshold, Unit::kBytes);
    findings.push_back({compare(bytes, threshold), text, bytes, slot});
  }
  return or_no_slots(std::move(findings));
}

// Only PostgreSQL 17 and later say since when.
std::vector<Finding> judge_inactive(const Evidence& evidence, const Threshold& threshold) {
  const auto since = by_slot(evidence.readings("pg_replication_slots_inactive_since_timestamp_seconds"));
  std::vector<Finding> findings;
  for (const auto& [slot, active] : by_slot(evidence.readings("pg_replication_slot_slot_is_active"))) {
    if (active == 1) {
      findings.push_back({Status::kOk, "active", 0, slot});
    } else if (!since.contains(slot)) {
      findings.push_back({Status::kInactive, "inactive; this server does not say since when", {}, slot});
    } else {
      const double age = std::max(0.0, evidence.now - since.at(slot));
      const std::string text = "inactive for " + worded(age, Unit::kSeconds) + beyond(age, threshold, Unit::kSeconds);
      findings.push_back({compare(age, threshold), text, age, slot});
    }
  }
  return or_no_slots(std::move(findings));
}

}  // namespace

std::vector<Check> slot_checks() {
  constexpr double kGibibyte = 1024.0 * 1024 * 1024;
  const std::string collector = "replication_slots";
  return {
      {{.name = "replication_slot_state", .help = "A slot still has the WAL that its receiver needs."},
       collector,
       judge_state},
      {{.name = "replication_slot_retained_bytes",
        .help = "WAL that a slot holds back.",
        .unit = Unit::kBytes,
        .threshold = {.warning = 4 * kGibibyte, .critical = 16 * kGibibyte}},
       collector,
       judge_retained},
      {{.name = "replication_slot_inactive_seconds",
        .help = "Time since a slot had a receiver; PostgreSQL 17 and later say it.",
        .unit = Unit::kSeconds,
        .threshold = {.warning = 1800, .critical = {}}},
       collector,
       judge_inactive},
  };
}

}  // namespace pgwatch::health
