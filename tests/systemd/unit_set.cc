#include "tests/systemd/unit_set.h"

#include <stdexcept>
#include <vector>

namespace pgwatch::test {
namespace {

using Units = std::map<std::string, std::string>;

std::string service(const std::string& lines) { return "[Service]\n" + lines; }

std::string shell(const std::string& script) { return "ExecStart=/bin/sh -c '" + script + "'\n"; }

Units services() {
  return {
      {"ok.service", service("ExecStart=/bin/sleep infinity\n")},
      {"failed.service", service(shell("exit 3"))},
      {"segv.service", service("LimitCORE=0\n" + shell("kill -SEGV $$$$"))},
      {"flapping.service",
       "[Unit]\nStartLimitIntervalSec=0\n" + service("Restart=always\nRestartSec=50ms\n" + shell("exit 0"))},
      {"tired.service",
       "[Unit]\nStartLimitBurst=2\n" + service("Restart=always\nRestartSec=10ms\nExecStart=/bin/false\n")},
      {"unwatched.service", service("Type=notify\nNotifyAccess=all\nWatchdogSec=300ms\nLimitCORE=0\n" +
                                    shell("systemd-notify --ready; exec sleep infinity"))},
      {"done.service", service("Type=oneshot\nExecStart=/bin/true\n")},
      {"kept.service", service("Type=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n")},
      {"masked.service", ""},
      {"template@.service", service("ExecStart=/bin/sleep infinity\n")},
  };
}

Units unsettled_services() {
  return {
      {"slow.service", service("Type=notify\nTimeoutStartSec=infinity\nExecStart=/bin/sleep infinity\n")},
      {"stopping.service",
       service("ExecStart=/bin/sleep infinity\nExecStop=/bin/sleep infinity\nTimeoutStopSec=infinity\n")},
      {"reloading.service", service("Type=notify\nNotifyAccess=all\nTimeoutStartSec=infinity\n" +
                                    shell("systemd-notify --ready; systemd-notify RELOADING=1; exec sleep infinity"))},
      {"conditional.service", "[Unit]\nConditionPathExists=/absent\n" + service("ExecStart=/bin/sleep infinity\n")},
  };
}

Units triggers() {
  return {
      {"armed.timer", "[Timer]\nOnCalendar=daily\n"},
      {"armed.service", service("Type=oneshot\nExecStart=/bin/true\n")},
      {"past.timer", "[Timer]\nOnCalendar=2001-01-01\nUnit=done.service\n"},
      {"lost.timer", "[Timer]\nOnUnitActiveSec=1h\nUnit=lost.service\n"},
      {"lost.service", service("Type=oneshot\nExecStart=/bin/true\n")},
      {"broken.timer", "[Timer]\nOnActiveSec=10ms\nAccuracySec=1ms\nOnCalendar=daily\n"},
      {"broken.service", service("Type=oneshot\nExecStart=/bin/false\n")},
      {"echo.socket", "[Socket]\nListenStream=/run/echo\nAccept=yes\n"},
      {"echo@.service", service("StandardInput=socket\nExecStart=/bin/cat\n")},
  };
}

struct State {
  std::string unit;
  std::string active;
  std::string sub;
};

// flapping.service is between two states at any time.
std::vector<State> states() {
  return {
      {"ok.service", "active", "running"},          {"failed.service", "failed", "failed"},
      {"segv.service", "failed", "failed"},         {"tired.service", "failed", "failed"},
      {"unwatched.service", "failed", "failed"},    {"done.service", "inactive", "dead"},
      {"kept.service", "active", "exited"},         {"slow.service", "activating", "start"},
      {"stopping.service", "deactivating", "stop"}, {"reloading.service", "reloading", "reload-notify"},
      {"conditional.service", "inactive", "dead"},  {"template@one.service", "active", "running"},
      {"armed.timer", "active", "waiting"},         {"past.timer", "active", "elapsed"},
      {"lost.timer", "active", "elapsed"},          {"broken.timer", "active", "waiting"},
      {"broken.service", "failed", "failed"},       {"echo.socket", "active", "listening"},
  };
}

}  // namespace

Units unit_set() {
  Units all = services();
  all.merge(unsettled_services());
  all.merge(triggers());
  return all;
}

void start_unit_set(const SystemdMachine& machine) {
  std::vector<std::string> start{"start", "--no-block", "flapping.service"};
  for (const State& state : states())
    if (state.unit != "broken.service") start.push_back(state.unit);
  machine.systemctl(start);
  if (!machine.becomes("stopping.service", "ActiveState", "active"))
    throw std::runtime_error("stopping.service did not start");
  machine.systemctl({"stop", "--no-block", "stopping.service"});
  for (const State& state : states())
    if (!machine.becomes(state.unit, "ActiveState", state.active) ||
        !machine.becomes(state.unit, "SubState", state.sub))
      throw std::runtime_error(state.unit + " is not " + state.active + " but " +
                               machine.show(state.unit, "ActiveState") + ", " + machine.show(state.unit, "SubState"));
}

}  // namespace pgwatch::test
