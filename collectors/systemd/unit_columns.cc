#include "collectors/systemd/unit_columns.h"

#include <string>
#include <utility>

#include "collectors/systemd/looked.h"

namespace pgwatch::collectors {
namespace {

using Columns = std::vector<Column>;

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

}  // namespace

std::vector<Column> unit_columns() {
  Columns all;
  for (Columns some : {columns_of_states(), columns_of_times(), columns_of_use(), columns_of_services()})
    for (Column& column : some) all.push_back(std::move(column).by(kUnit));
  for (Column& column : columns_of_infos()) all.push_back(std::move(column));
  for (const char* name : {"manager", "name", "type", "service_type", "mount_type", "reason", "container"})
    all.push_back(label(name));
  all.push_back(remember(kUnhealthyContainers));
  return all;
}

}  // namespace pgwatch::collectors
