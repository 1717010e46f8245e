#include "tests/systemd/watching.h"

#include <stdexcept>

#include "tests/support/wait.h"

namespace pgwatch::test {

std::string watching(const std::string& systemd) {
  return "systemd: {" + systemd + "}\ntargets: [{name: nobody, conninfo: \"host=127.0.0.1 port=1 user=nobody\"}]\n";
}

PgwatchOptions beside(const SystemdMachine& machine) {
  return {.environment = {{"DBUS_SYSTEM_BUS_ADDRESS", machine.bus_address()}}};
}

Exposition page_with_managers(const Pgwatch& pgwatch) {
  const auto is_there = [&] {
    const Exposition page = pgwatch.metrics();
    return !page.all("systemd_manager_state").empty() && !page.all("systemd_unit_state").empty();
  };
  if (!eventually(is_there)) throw std::runtime_error("no manager was looked at:\n" + pgwatch.log());
  return pgwatch.metrics();
}

SystemdOptions with_pgwatch(SystemdOptions options, const std::string& systemd) {
  options.programs.push_back({PGWATCH_BINARY, "/usr/bin/pgwatch"});
  options.files[kConfig] = watching(systemd);
  return options;
}

Command probe_within(const SystemdMachine& machine, const std::string& format, const std::string& uid) {
  std::vector<std::string> arguments{"pgwatch", "--once",        "--config", kConfig,
                                     "--check", "systemd_units", "--format", format};
  if (!uid.empty()) arguments.insert(arguments.begin(), {"setpriv", "--reuid", uid, "--clear-groups"});
  return machine.inside(std::move(arguments), {{"XDG_RUNTIME_DIR", "/run/user/" + (uid.empty() ? "0" : uid)}});
}

Exposition told_within(const SystemdMachine& machine, const std::string& uid) {
  const Process process(probe_within(machine, "prometheus", uid));
  if (!process.wait()) throw std::runtime_error("pgwatch --once does not end: " + process.errors());
  return Exposition(process.output());
}

}  // namespace pgwatch::test
