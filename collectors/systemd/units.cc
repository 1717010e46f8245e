// units: the state of each unit that is watched, what it uses, and whether it is as it should be.
#include <algorithm>
#include <set>
#include <sstream>

#include "collectors/systemd/catalogue.h"
#include "collectors/systemd/containers.h"
#include "exporter/model/world.h"

namespace pgwatch::collectors {
namespace {

using Row = Table::Row;
using Columns = std::vector<Column>;

constexpr const char* kOwnManager = "user";
constexpr const char* kUnhealthy = "unhealthy_containers";  // remembered: their ids, a line each

const std::vector<std::string> kUnit = {"manager", "name", "type"};

Columns columns_of_states() {
  return {
      state("state", "Whether the unit is in the state.",
            {"active", "activating", "deactivating", "failed", "inactive", "maintenance", "refreshing", "reloading"})
          .called("systemd_unit_state"),
      state("load_state", "Whether the unit's file was loaded, or what became of it.",
            {"loaded", "not-found", "bad-setting", "error", "masked"})
          .called("systemd_unit_load_state"),
      state("result", "How the service, timer, socket or mount ended, or last ended.",
            {"success", "exit-code", "signal", "core-dump", "timeout", "watchdog", "start-limit-hit", "oom-kill",
             "protocol", "resources", "exec-condition"})
          .called("systemd_unit_result"),
      gauge("healthy", "Whether the unit is as is expected of it: by `expect`, or as suits it.")
          .called("systemd_unit_healthy"),
  };
}

Columns columns_of_times() {
  return {
      property("StateChangeTimestamp", "systemd_unit_state_change_time_seconds",
               "When the unit last changed its state, as a Unix time."),
      property("ActiveEnterTimestamp", "systemd_unit_active_enter_time_seconds",
               "When the unit last became active, as a Unix time."),
      property("ActiveExitTimestamp", "systemd_unit_active_exit_time_seconds",
               "When the unit was last active no longer, as a Unix time."),
      property("InactiveEnterTimestamp", "systemd_unit_inactive_enter_time_seconds",
               "When the unit last became inactive, as a Unix time."),
      property("InactiveExitTimestamp", "systemd_unit_inactive_exit_time_seconds",
               "When the unit last began to start, as a Unix time."),
      property("start_time", "systemd_unit_start_time_seconds", "When the service was started, as a Unix time."),
      property("NeedDaemonReload", "systemd_unit_need_daemon_reload",
               "1 where the unit's file has changed since it was loaded: it wants systemctl daemon-reload."),
  };
}

// Where nobody accounts for a thing, its property is not set and there is no sample.
Columns columns_of_use() {
  return {
      property("TasksCurrent", "systemd_unit_tasks_current", "Tasks of the unit."),
      property("TasksMax", "systemd_unit_tasks_max", "Tasks that the unit may have."),
      property("MemoryCurrent", "systemd_unit_memory_current_bytes", "Memory that the unit uses."),
      property("MemoryPeak", "systemd_unit_memory_peak_bytes", "Most memory that the unit used since its start."),
      property("MemoryMax", "systemd_unit_memory_max_bytes", "Memory that the unit may use."),
      property("MemorySwapCurrent", "systemd_unit_memory_swap_current_bytes", "Swap space that the unit uses."),
      property_counter("CPUUsageNSec", "systemd_unit_cpu_seconds_total", "CPU time of the unit since its start."),
      property_counter("IOReadBytes", "systemd_unit_io_bytes_total", "Bytes read from and written to disks.")
          .with("direction", "read"),
      property_counter("IOWriteBytes", "systemd_unit_io_bytes_total", "Bytes read from and written to disks.")
          .with("direction", "write"),
  };
}

Columns columns_of_services() {
  return {
      property_counter("NRestarts", "systemd_service_restart_total",
                       "Restarts of the service by its manager, since it was last started by hand."),
      property("exit_status", "systemd_service_exit_status", "Exit status of the service's last main process."),
      property("exit_signal", "systemd_service_exit_signal", "Signal that ended the service's last main process."),
      property("WatchdogUSec", "systemd_service_watchdog_timeout_seconds",
               "How long the service may be silent before it is ended."),
      property("WatchdogTimestamp", "systemd_service_watchdog_last_ping_time_seconds",
               "When the service last said that it is well, as a Unix time."),
      property_counter("IPIngressBytes", "systemd_service_ip_ingress_bytes", "Bytes received over IP."),
      property_counter("IPEgressBytes", "systemd_service_ip_egress_bytes", "Bytes sent over IP."),
      property_counter("IPIngressPackets", "systemd_service_ip_ingress_packets_total", "Packets received over IP."),
      property_counter("IPEgressPackets", "systemd_service_ip_egress_packets_total", "Packets sent over IP."),
  };
}

Columns columns_of_infos() {
  const std::vector<std::string> container = {"manager", "name", "container"};
  return {
      gauge("info", "What kind of unit it is.")
          .called("systemd_unit_info")
          .by({"manager", "name", "type", "service_type", "mount_type"}),
      gauge("unhealthy", "Why the unit is not as is expected of it.")
          .called("systemd_unit_unhealthy_info")
          .by({"manager", "name", "type", "reason"}),
      gauge("is_container", "The unit runs a container: a Quadlet.").called("systemd_container_info").by(container),
      gauge("container_healthy", "Whether podman's last check of the container's health passed.")
          .called("systemd_container_healthy")
          .by(container),
      gauge("reached", "Whether the manager answered, and why not.")
          .called("systemd_manager_reached")
          .by({"manager", "reason"}),
      gauge("dropped", "Units that are watched, yet more than max_units, and are left out.")
          .called("systemd_units_dropped")
          .by({"manager"}),
  };
}

Columns all_columns() {
  Columns all;
  for (Columns some : {columns_of_states(), columns_of_times(), columns_of_use(), columns_of_services()})
    for (Column& column : some) all.push_back(std::move(column).by(kUnit));
  for (Column& column : columns_of_infos()) all.push_back(std::move(column));
  for (const char* name : {"manager", "name", "type", "service_type", "mount_type", "reason", "container"})
    all.push_back(label(name));
  all.push_back(remember(kUnhealthy));
  return all;
}

// ExecMainCode is what waitid says: 1 is an exit, 2 and 3 are signals, 0 is nothing yet.
void add_end(const Properties& properties, Row& row) {
  const std::string_view code = get(properties, "ExecMainCode");
  const std::string status(get(properties, "ExecMainStatus"));
  if (code == "1") row.emplace_back("exit_status", status);
  if (code == "2" || code == "3") row.emplace_back("exit_signal", status);
}

void add_kind(const ManagedUnit& unit, Row& row) {
  const std::string_view type = type_of(unit.name);
  const std::string kind(get(unit.properties, "Type"));
  row.emplace_back("info", "1");
  if (type == "service") row.emplace_back("service_type", kind);
  if (type == "mount") row.emplace_back("mount_type", kind);
}

void add_text(const Properties& properties, std::string_view property, std::string_view column, Row& row) {
  if (const std::string_view text = get(properties, property); !text.empty()) row.emplace_back(column, text);
}

// Where there is no file of it, and it does not run either: the manager says of it what it would say of any.
bool is_nothing(const Properties& unit) {
  return get(unit, "LoadState") != "loaded" && get(unit, "ActiveState") == "inactive";
}

Row row_of(const std::string& manager, const ManagedUnit& unit) {
  const Properties& properties = unit.properties;
  Row row = {{"manager", manager}, {"name", unit.name}, {"type", std::string(type_of(unit.name))}};
  add_text(properties, "ActiveState", "state", row);
  add_text(properties, "LoadState", "load_state", row);
  if (is_nothing(properties)) return row;
  row.insert(row.end(), properties.begin(), properties.end());
  add_text(properties, "Result", "result", row);
  add_kind(unit, row);
  if (type_of(unit.name) == "service") add_end(properties, row);
  return row;
}

void add_verdict(std::string why, Row& row) {
  row.emplace_back("healthy", why.empty() ? "1" : "0");
  if (why.empty()) return;
  row.emplace_back("unhealthy", "1");
  row.emplace_back("reason", std::move(why));
}

void add_container(const Container& container, Row& row) {
  row.emplace_back("is_container", "1");
  row.emplace_back("container", container.name);
  if (container.health == Container::Health::kUnknown) return;
  row.emplace_back("container_healthy", container.health == Container::Health::kHealthy ? "1" : "0");
}

// The rows of one answer.
class Telling {
 public:
  Telling(const Systemd& systemd, const Memory& memory) : systemd_(systemd) {
    const auto remembered = memory.find(kUnhealthy);
    std::istringstream lines(remembered == memory.end() ? "" : remembered->second);
    for (std::string line; std::getline(lines, line);) before_.insert(line);
  }

  void add(const Looks& looks) {
    for (const LookedAt& looked : looks) see_who_is_there(looked);
    for (const LookedAt& looked : looks) {
      add_manager(looked);
      if (looked.view() != nullptr) add_units(looked.manager, *looked.view());
    }
  }

  Rows rows(const std::vector<std::string>& columns) {
    Table table(columns);
    if (!rows_.empty() && !unhealthy_.empty()) rows_.front().emplace_back(kUnhealthy, unhealthy_);
    for (const Row& row : rows_) table.add(row);
    return table.take();
  }

 private:
  static bool is_absent(const ManagedUnit& unit) { return get(unit.properties, "LoadState") == "not-found"; }

  // By all their names. Who does not answer may have any.
  void see_who_is_there(const LookedAt& looked) {
    const ManagerView* view = looked.view();
    if (view == nullptr) is_any_unknown_ = is_any_unknown_ || std::get<Failure>(looked.answer).cls != kAbsent;
    if (view == nullptr) return;
    for (const ManagedUnit& unit : view->units) {
      if (is_absent(unit)) continue;
      there_.insert(unit.name);
      std::istringstream names{std::string(get(unit.properties, "Names"))};
      for (std::string name; std::getline(names, name);) there_.insert(name);
    }
  }

  // Those that are looked at by default need not both be there.
  void add_manager(const LookedAt& looked) {
    Row row = {{"manager", looked.manager}};
    if (const ManagerView* view = looked.view()) {
      row.emplace_back("reached", "1");
      row.emplace_back("dropped", std::to_string(view->dropped));
    } else {
      const std::string& why = std::get<Failure>(looked.answer).cls;
      const bool need_not_be = systemd_.presence == Systemd::Presence::kMay || looked.manager == kOwnManager;
      if (why == kAbsent && need_not_be && !looked.manager.starts_with("user@")) return;
      row.emplace_back("reached", "0");
      row.emplace_back("reason", why);
    }
    rows_.push_back(std::move(row));
  }

  // A unit that one manager has is not missed in another, and one that none has is missed once.
  void add_units(const std::string& manager, const ManagerView& view) {
    for (const ManagedUnit& unit : view.units)
      if (!is_absent(unit) || get(unit.properties, "ActiveState") == "failed" || is_missed(unit))
        add_unit(manager, unit, view);
    for (const ManagedUnit& check : view.others)
      if (systemd_.failed && is_check_of_health(check.name) && !told_checks_.contains(check.name) &&
          get(check.properties, "ActiveState") == "failed" && !is_excluded(check))
        add_unit(manager, check, view);  // of a container that nobody watches
  }

  bool is_missed(const ManagedUnit& unit) { return !is_any_unknown_ && there_.insert(unit.name).second; }

  bool is_excluded(const ManagedUnit& unit) const {
    return std::ranges::any_of(systemd_.exclude, [&](const std::string& one) { return matches(one, unit.name); });
  }

  void add_unit(const std::string& manager, const ManagedUnit& unit, const ManagerView& view) {
    Row row = row_of(manager, unit);
    const Expected expected = expected_of(systemd_, unit);
    const std::string_view starts = get(unit.properties, "Triggers");
    std::string why = complaint(unit, expected, view.find(starts.substr(0, starts.find('\n'))), clocks().now);
    if (is_container(unit.properties)) {
      const Container container = container_of(unit, view, before_);
      add_container(container, row);
      told_checks_.insert(container.check);
      if (container.health == Container::Health::kUnhealthy) unhealthy_ += container.id + '\n';
      if (why.empty() && expected.state != Expect::kAny) why = container.why;
    }
    add_verdict(std::move(why), row);
    rows_.push_back(std::move(row));
  }

  const Systemd& systemd_;
  std::set<std::string> before_;  // ids of containers that were unhealthy when last looked at
  std::string unhealthy_;
  std::set<std::string> there_;        // in some manager
  bool is_any_unknown_ = false;        // a manager that is there and does not answer
  std::set<std::string> told_checks_;  // of health, as that of their container
  std::vector<Row> rows_;
};

Rows tell(const Looks& looks, const Memory& memory, const Systemd& systemd, const std::vector<std::string>& columns) {
  Telling telling(systemd, memory);
  telling.add(looks);
  return telling.rows(columns);
}

}  // namespace

Collector units(const SystemdPtr& systemd) {
  Columns columns = all_columns();
  std::vector<std::string> names;
  for (const Column& column : columns) names.push_back(column.name);
  Collector collector = systemd_collector(
      "units", "Units of service managers: those that are named, those whose names fit, and whatever has failed.",
      systemd,
      [systemd, names](const Looks& looks, const Memory& memory) { return tell(looks, memory, *systemd, names); },
      std::move(columns));
  // What bounds its answer is max_units: nothing of those is left out. A unit's result is one of eleven.
  constexpr std::size_t kMostStates = 11;
  const std::size_t most = kMostStates * systemd->max_units * systemd->managers.size();
  collector.max_series = std::max(collector.max_series, most);
  return collector;
}

}  // namespace pgwatch::collectors
