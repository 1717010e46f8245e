// Are the units as they should be? The collector has judged each; here it is told.
#include <algorithm>
#include <map>
#include <set>

#include "exporter/health/catalogue.h"
#include "exporter/model/failure.h"

namespace pgwatch::health {
namespace {

// Names of metrics, in collectors/systemd/unit_columns.cc.
constexpr const char* kHealthy = "systemd_unit_healthy";
constexpr const char* kUnhealthy = "systemd_unit_unhealthy_info";
constexpr const char* kLoadState = "systemd_unit_load_state";
constexpr const char* kReached = "systemd_manager_reached";

constexpr const char* kDropped = "systemd_units_dropped";

constexpr const char* kCollector = "units";

// The system's own units go by their names alone.
std::string unit_of(const Reading& reading) {
  const std::string manager = reading.label("manager");
  return manager == "system" ? reading.label("name") : manager + "/" + reading.label("name");
}

Finding of_silence(const Reading& manager) {
  const std::string name = manager.label("manager");
  if (manager.label("reason") == kForbidden) {
    const char* cure = name.starts_with("user@") ? "; run a pgwatch in that user's manager" : "";
    return {Status::kSkipped, std::string("the manager does not let us in") + cure, {}, name};
  }
  if (manager.label("reason") == kTimeout) return {Status::kCritical, "the manager did not answer in time", {}, name};
  return {Status::kUnknown, "the manager did not answer: " + manager.label("reason"), {}, name};
}

Finding of_dropped(const Reading& manager) {
  return {Status::kWarning, "units are left out, since there are more than max_units: raise it, or exclude some",
          manager.value, manager.label("manager")};
}

std::vector<Finding> judge_units(const Evidence& evidence, const Threshold&) {
  std::vector<Finding> findings;
  for (const Reading& manager : evidence.readings(kReached))
    if (manager.value == 0) findings.push_back(of_silence(manager));
  for (const Reading& manager : evidence.readings(kDropped))
    if (manager.value > 0) findings.push_back(of_dropped(manager));
  std::map<std::string, std::string> reasons;
  for (const Reading& unit : evidence.readings(kUnhealthy)) reasons[unit_of(unit)] = unit.label("reason");
  std::set<std::string> judged;
  for (const Reading& unit : evidence.readings(kHealthy)) {
    const std::string subject = unit_of(unit);
    judged.insert(subject);
    if (unit.value == 1)
      findings.push_back({Status::kOk, "as it should be", {}, subject});
    else
      findings.push_back({Status::kCritical, reasons[subject], {}, subject});
  }
  for (const Reading& unit : evidence.readings(kLoadState))
    if (unit.value == 1 && unit.label("load_state") == "not-found" && !judged.contains(unit_of(unit)))
      findings.push_back({Status::kUnknown, "not found here, and another manager does not answer", {}, unit_of(unit)});
  if (findings.empty()) findings.push_back({Status::kInactive, "no unit is watched, and none has failed"});
  return findings;
}

}  // namespace

std::vector<Check> systemd_checks(const World& world) {
  const auto looks_at_units = [](const InstrumentPtr& one) { return one->name() == kCollector; };
  if (std::ranges::none_of(world.host_instruments, looks_at_units)) return {};
  return {{.info = {.name = "systemd_units", .help = "The units that are watched are as is expected of them."},
           .collector = kCollector,
           .judge = judge_units,
           .of_host = true}};
}

}  // namespace pgwatch::health
