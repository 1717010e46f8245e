// The units that we ship, under a real systemd.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "exporter/util/file.h"
#include "tests/service/stopped_thread.h"
#include "tests/support/proc.h"
#include "tests/support/wait.h"
#include "tests/systemd/on_each_systemd.h"
#include "tests/systemd/watching.h"

namespace pgwatch::test {
namespace {

using std::chrono::steady_clock;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kUnit = "pgwatch-exporter.service";
constexpr const char* kProbe = "pgwatch-once.service";
constexpr const char* kConfiguration = "/etc/pgwatch-exporter/pgwatch.yaml";

std::string shipped(const std::string& name) {
  return read_file(std::string(PGWATCH_SOURCE_FOLDER) + "/packaging/systemd/" + name);
}

// A server that nobody is, and a unit of the test's.
const std::string kWatching =
    "targets: [{name: a, conninfo: \"host=127.0.0.1 port=1 user=x\", "
    "password_file: \"${CREDENTIALS_DIRECTORY:-/nowhere}/password\"}]\n"
    "systemd: {managers: [system], enabled: true, units: [feed.service]}\n";

class ShippedUnits : public OnEachSystemd<ShippedUnits> {
 public:
  static SystemdOptions options() {
    SystemdOptions options;
    for (const std::string name : {"pgwatch-exporter.service", "pgwatch-exporter.socket", "pgwatch-once.service",
                                   "pgwatch-once.timer", "pgwatch-alert@.service"})
      options.units[name] = shipped(name);
    options.units["feed.service"] = "[Service]\nExecStart=/bin/sleep infinity\n";
    options.files = {{kConfiguration, kWatching},
                     {"/etc/pgwatch-exporter/password", "Gehe1m\n"},
                     {"/etc/sysusers.d/pgwatch.conf", shipped("sysusers.conf")},
                     {"/etc/systemd/system/pgwatch-exporter.service.d/test.conf",
                      "[Service]\nWatchdogSec=1s\nRestartSec=100ms\n"
                      "LoadCredential=password:/etc/pgwatch-exporter/password\n"},
                     {"/etc/systemd/system/pgwatch-once.service.d/test.conf",
                      "[Service]\nExecStart=\nExecStart=/usr/bin/pgwatch --once --config " +
                          std::string(kConfiguration) + " --timeout 10s --check systemd_units\n"},
                     {"/etc/systemd/system/pgwatch-once.timer.d/test.conf",
                      "[Timer]\nOnCalendar=\nOnActiveSec=1ms\nAccuracySec=1ms\nRandomizedDelaySec=0\n"}};
    options.programs = {{PGWATCH_BINARY, "/usr/bin/pgwatch"}, {"/bin/kill", "/bin/kill"}};
    return options;
  }
  static void prepare(const SystemdMachine& machine) { machine.run({"systemd-sysusers"}); }

 protected:
  void TearDown() override {
    if (IsSkipped()) return;
    machine().write(kConfiguration, kWatching);
    machine().systemctl({"stop", "pgwatch-exporter.socket", kUnit, "pgwatch-once.timer", "feed.service"});
    machine().systemctl({"reset-failed"});
  }

  bool is_told_that_the_probe_failed() const {
    return eventually([&] {
      return machine().journal("pgwatch-alert@pgwatch-once.service.service").find("has failed: exit-code 2") !=
             std::string::npos;
    });
  }
};

// What a sanitizer needs their sandbox forbids: they run without one.
INSTANTIATE_TEST_SUITE_P(, ShippedUnits, every_systemd(), systemd_name);

TEST_P(ShippedUnits, AreReadyWithACredentialAndStopInASecond) {
  machine().systemctl({"start", kUnit});
  EXPECT_TRUE(machine().becomes(kUnit, "StatusText", "1 target, 0 up"));
  EXPECT_TRUE(eventually([&] { return machine().journal(kUnit).find("reason=refused") != std::string::npos; }));
  EXPECT_THAT(machine().journal(kUnit), AllOf(Not(HasSubstr("password")), Not(HasSubstr("Gehe1m"))));
  const auto begin = steady_clock::now();
  machine().systemctl({"stop", kUnit});
  EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(1) + kSlack);
  EXPECT_EQ(machine().show(kUnit, "Result"), "success");
}

TEST_P(ShippedUnits, StayActiveWhereAReloadIsRefused) {
  machine().systemctl({"start", kUnit});
  machine().write(kConfiguration, "tragets: []\n");
  machine().systemctl({"reload", kUnit});
  EXPECT_TRUE(eventually([&] {
    return machine().show(kUnit, "StatusText").find("the new configuration is no good") != std::string::npos;
  })) << machine().show(kUnit, "StatusText");
  EXPECT_TRUE(machine().becomes(kUnit, "ActiveState", "active"));
}

// Its number within the machine is not the one that we see.
TEST_P(ShippedUnits, AreEndedByTheWatchdogWhereTheEngineIsStuck) {
  machine().systemctl({"start", kUnit});
  const std::vector<pid_t> children = children_of(machine().pid());
  const auto program =
      std::ranges::find_if(children, [](pid_t child) { return title_of(child).starts_with("/usr/bin/pgwatch"); });
  ASSERT_NE(program, children.end());
  {
    const StoppedThread engine(thread_called("engine", *program));
    EXPECT_TRUE(machine().becomes(kUnit, "Result", "watchdog"));
  }
  EXPECT_TRUE(machine().becomes(kUnit, "NRestarts", "1"));
  EXPECT_TRUE(machine().becomes(kUnit, "ActiveState", "active"));
}

TEST_P(ShippedUnits, AreStartedByTheirSocket) {
  machine().systemctl({"start", "pgwatch-exporter.socket"});
  const std::string answer = machine().run(
      {"bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/9187; printf 'GET /-/healthy HTTP/1.0\\r\\n\\r\\n' >&3; head -1 <&3"});
  EXPECT_THAT(answer, HasSubstr("200 OK"));
  EXPECT_EQ(machine().show(kUnit, "ActiveState"), "active");
}

TEST_P(ShippedUnits, LookAtOtherUnitsFromWithinTheirSandbox) {
  machine().systemctl({"start", "feed.service", kUnit});
  const std::string page = "exec 3<>/dev/tcp/127.0.0.1/9187; printf 'GET /metrics HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3";
  EXPECT_TRUE(eventually([&] {
    return machine()
               .run({"bash", "-c", page})
               .find("systemd_unit_healthy{manager=\"system\",name=\"feed.service\",type=\"service\"} 1\n") !=
           std::string::npos;
  })) << machine().run({"bash", "-c", page});
}

TEST_P(ShippedUnits, OfAProbeThatFindsAllWellEndWell) {
  machine().systemctl({"start", "feed.service"});
  machine().systemctl({"start", kProbe});
  EXPECT_EQ(machine().show(kProbe, "Result"), "success");
}

TEST_P(ShippedUnits, OfAProbeByTimerFailForAFailedUnitAndTellSomebody) {
  machine().systemctl({"start", "pgwatch-once.timer"});
  EXPECT_TRUE(machine().becomes(kProbe, "Result", "exit-code"));
  EXPECT_EQ(machine().show(kProbe, "ExecMainStatus"), "2");
  EXPECT_THAT(machine().journal(kProbe), HasSubstr("feed.service"));
  EXPECT_TRUE(is_told_that_the_probe_failed());
}

}  // namespace
}  // namespace pgwatch::test
