// manager: what each service manager says of itself, of the boot and of the machine's watchdog.
#include <array>

#include "collectors/systemd/catalogue.h"

namespace pgwatch::collectors {
namespace {

constexpr auto kStages = std::to_array<std::string_view>(
    {"Firmware", "Loader", "Kernel", "InitRD", "InitRDSecurityStart", "InitRDSecurityFinish", "InitRDGeneratorsStart",
     "InitRDGeneratorsFinish", "InitRDUnitsLoadStart", "InitRDUnitsLoadFinish", "Userspace", "SecurityStart",
     "SecurityFinish", "GeneratorsStart", "GeneratorsFinish", "UnitsLoadStart", "UnitsLoadFinish", "Finish"});

std::vector<Column> columns_of_manager() {
  const std::vector<std::string> manager = {"manager"};
  const std::vector<std::string> stage = {"manager", "stage"};
  const std::vector<std::string> device = {"manager", "device"};
  return {
      label("manager"),
      label("stage"),
      label("device"),
      label("version"),
      state("state", "Whether the manager is in the state.",
            {"degraded", "initializing", "maintenance", "offline", "running", "starting", "stopping"})
          .called("systemd_manager_state")
          .by(manager),
      gauge("info", "The manager's version.").called("systemd_version_info").by({"manager", "version"}),
      property("NFailedUnits", "systemd_manager_failed_units", "Units that have failed.").by(manager),
      property("NJobs", "systemd_manager_jobs", "Jobs that are queued or run.").by(manager),
      property("NNames", "systemd_manager_units", "Names of units that are loaded.").by(manager),
      property("Timestamp", "systemd_boot_time_seconds", "When the stage of the boot came, as a Unix time.").by(stage),
      property("TimestampMonotonic", "systemd_boot_monotonic_seconds",
               "When the stage of the boot came, since the kernel began.")
          .by(stage),
      property("watchdog", "systemd_watchdog_enabled", "Whether the manager keeps a watchdog of the machine's.")
          .by(manager),
      property("WatchdogLastPingTimestamp", "systemd_watchdog_last_ping_time_seconds",
               "When the watchdog was last told that all is well, as a Unix time.")
          .by(device),
      property("WatchdogLastPingTimestampMonotonic", "systemd_watchdog_last_ping_monotonic_seconds",
               "When the watchdog was last told that all is well, since the kernel began.")
          .by(device),
      property("RuntimeWatchdogUSec", "systemd_watchdog_runtime_seconds",
               "How long the manager may be silent before the watchdog starts the machine anew.")
          .by(device),
  };
}

void add_stages(const LookedAt& looked, Table& table) {
  const Properties& properties = looked.view()->manager;
  for (const std::string_view stage : kStages) {
    const std::string name = std::string(stage) + "Timestamp";
    const std::string_view at = get(properties, name);
    const std::string_view since = get(properties, name + "Monotonic");
    if ((at.empty() || at == "0") && (since.empty() || since == "0")) continue;
    table.add({{"manager", looked.manager},
               {"stage", std::string(stage)},
               {"Timestamp", std::string(at)},
               {"TimestampMonotonic", std::string(since)}});
  }
}

void add_manager(const LookedAt& looked, Table& table) {
  const Properties& properties = looked.view()->manager;
  Table::Row row = {{"manager", looked.manager}, {"info", "1"}, {"version", std::string(get(properties, "Version"))}};
  for (const auto& [name, value] : properties) {
    const bool is_of_watchdog = name.find("Watchdog") != std::string::npos;
    if (!is_of_watchdog) row.emplace_back(name, value);
  }
  if (const std::string_view state = get(properties, "SystemState"); !state.empty()) row.emplace_back("state", state);
  const std::string device(get(properties, "WatchdogDevice"));
  row.emplace_back("watchdog", device.empty() ? "0" : "1");
  if (!device.empty()) {
    row.emplace_back("device", device);
    for (const char* name : {"WatchdogLastPingTimestamp", "WatchdogLastPingTimestampMonotonic", "RuntimeWatchdogUSec"})
      row.emplace_back(name, get(properties, name));
  }
  table.add(row);
}

Rows tell_of_managers(const Looks& looks, const Memory&) {
  std::vector<std::string> names;
  for (const Column& column : columns_of_manager()) names.push_back(column.name);
  Table table(std::move(names));
  for (const LookedAt& looked : looks) {
    if (looked.view() == nullptr) continue;
    add_manager(looked, table);
    add_stages(looked, table);
  }
  return table.take();
}

}  // namespace

Collector manager(const SystemdPtr& systemd) {
  return systemd_collector("manager", "Service managers themselves, the boot and the machine's watchdog.", systemd,
                           tell_of_managers, columns_of_manager());
}

}  // namespace pgwatch::collectors
