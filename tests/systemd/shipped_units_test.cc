// The exporter's units that we ship, under a real systemd.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <regex>

#include "tests/service/stopped_thread.h"
#include "tests/support/exposition.h"
#include "tests/support/proc.h"
#include "tests/support/wait.h"
#include "tests/systemd/shipped.h"

namespace pgwatch::test {
namespace {

using std::chrono::steady_clock;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kDropIns = "/etc/systemd/system/pgwatch-exporter.service.d/";

// Servers that nobody is, and a unit of the test's.
std::string watching_targets(const std::string& targets) {
  return "targets: [" + targets + "]\nsystemd: {managers: [system], enabled: true, units: [feed.service]}\n";
}
const std::string kOne =
    "{name: a, conninfo: \"host=127.0.0.1 port=1\", password_file: \"${CREDENTIALS_DIRECTORY:-/nowhere}/password\"}";
const std::string kTwo = kOne + ", {name: b, conninfo: \"host=127.0.0.1 port=1\"}";

class ShippedUnits : public OnEachSystemd<ShippedUnits> {
 public:
  static SystemdOptions options() {
    SystemdOptions options = with_shipped(watching_targets(kOne));
    options.units["feed.service"] = "[Service]\nExecStart=/bin/sleep infinity\n";
    options.files[kPassword] = "Gehe1m\n";
    options.files[std::string(kDropIns) + "test.conf"] = "[Service]\nWatchdogSec=1s\nRestartSec=100ms\n";
    return options;
  }
  static void prepare(const SystemdMachine& machine) { machine.run({"systemd-sysusers"}); }

 protected:
  void TearDown() override {
    if (IsSkipped()) return;
    machine().write(kConfiguration, watching_targets(kOne));
    machine().systemctl({"stop", "pgwatch-exporter.socket", kExporter, "feed.service"});
    machine().systemctl({"reset-failed"});
  }

  // Its number within the machine is not the one that we see.
  pid_t program() const {
    const std::vector<pid_t> children = children_of(machine().pid());
    const auto found =
        std::ranges::find_if(children, [](pid_t child) { return title_of(child).starts_with("/usr/bin/pgwatch"); });
    if (found == children.end()) throw std::runtime_error("pgwatch does not run in the machine");
    return *found;
  }

  bool has_target(const std::string& name) const {
    return Exposition(page_within(machine())).value("pg_up", {{"server", name}}).has_value();
  }
};

// What a sanitizer needs their sandbox forbids: they run without one.
INSTANTIATE_TEST_SUITE_P(, ShippedUnits, every_systemd(), systemd_name);

TEST_P(ShippedUnits, AreReadyWithACredentialAndStopInASecond) {
  machine().systemctl({"start", kExporter});
  EXPECT_TRUE(machine().becomes(kExporter, "StatusText", "1 target, 0 up"));
  EXPECT_TRUE(eventually([&] { return machine().journal(kExporter).find("reason=refused") != std::string::npos; }));
  EXPECT_THAT(machine().journal(kExporter), AllOf(Not(HasSubstr("password")), Not(HasSubstr("Gehe1m"))));
  const auto begin = steady_clock::now();
  machine().systemctl({"stop", kExporter});
  EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(1) + kSlack);
  EXPECT_EQ(machine().show(kExporter, "Result"), "success");
}

TEST_P(ShippedUnits, StayActiveWhereAReloadIsRefused) {
  machine().systemctl({"start", kExporter});
  machine().write(kConfiguration, "tragets: []\n");
  machine().systemctl({"reload", kExporter});
  EXPECT_TRUE(eventually([&] {
    return machine().show(kExporter, "StatusText").find("the new configuration is no good") != std::string::npos;
  })) << machine().show(kExporter, "StatusText");
  EXPECT_TRUE(machine().becomes(kExporter, "ActiveState", "active"));
}

TEST_P(ShippedUnits, ServeWhatAReloadBrings) {
  machine().systemctl({"start", kExporter});
  ASSERT_TRUE(machine().becomes(kExporter, "StatusText", "1 target, 0 up"));
  machine().write(kConfiguration, watching_targets(kTwo));
  machine().systemctl({"reload", kExporter});
  EXPECT_TRUE(machine().becomes(kExporter, "StatusText", "2 targets, 0 up"));
  EXPECT_TRUE(machine().becomes(kExporter, "ActiveState", "active"));
  EXPECT_TRUE(has_target("b"));
}

TEST_P(ShippedUnits, AreEndedByTheWatchdogWhereTheEngineIsStuck) {
  machine().systemctl({"start", kExporter});
  {
    const StoppedThread engine(thread_called("engine", program()));
    EXPECT_TRUE(machine().becomes(kExporter, "Result", "watchdog"));
  }
  EXPECT_TRUE(machine().becomes(kExporter, "NRestarts", "1"));
  EXPECT_TRUE(machine().becomes(kExporter, "ActiveState", "active"));
}

TEST_P(ShippedUnits, AreStartedByTheirSocket) {
  machine().systemctl({"start", "pgwatch-exporter.socket"});
  const std::string answer = machine().run(
      {"bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/9187; printf 'GET /-/healthy HTTP/1.0\\r\\n\\r\\n' >&3; head -1 <&3"});
  EXPECT_THAT(answer, HasSubstr("200 OK"));
  EXPECT_EQ(machine().show(kExporter, "ActiveState"), "active");
}

TEST_P(ShippedUnits, LookAtOtherUnitsFromWithinTheirSandbox) {
  machine().systemctl({"start", "feed.service", kExporter});
  const Labels feed = {{"manager", "system"}, {"name", "feed.service"}};
  EXPECT_TRUE(eventually([&] { return Exposition(page_within(machine())).value("systemd_unit_healthy", feed) == 1; }))
      << page_within(machine());
}

// By the priorities that it writes before its lines.
TEST_P(ShippedUnits, HaveTheirWarningsInTheJournalAsWarnings) {
  machine().systemctl({"start", kExporter});
  const auto warnings = [this] {
    machine().run({"journalctl", "--sync"});
    return machine().run({"journalctl", "--quiet", "--unit", kExporter, "--priority", "warning", "--output", "cat"});
  };
  EXPECT_TRUE(eventually([&] { return warnings().find("server is down") != std::string::npos; })) << warnings();
  EXPECT_THAT(warnings(), AllOf(Not(HasSubstr("level=info")), Not(HasSubstr("time=")), Not(HasSubstr("<4>"))));
}

// As its own systemd judges them; tests/commands asks this machine's of the files.
TEST_P(ShippedUnits, AreTakenWithoutAWordAndMayDoLittle) {
  static const std::regex overall("Overall exposure level[^:]*: ([0-9.]+)");
  for (const char* unit : {kExporter, "pgwatch-once.service", "pgwatch-textfile.service"}) {
    const Process verify(machine().inside({"systemd-analyze", "verify", "--man=no", unit}));
    EXPECT_EQ(verify.wait(), 0) << unit;
    EXPECT_EQ(verify.output() + verify.errors(), "") << unit;
    const std::string judged = machine().run({"systemd-analyze", "security", "--no-pager", unit});
    std::smatch match;
    ASSERT_TRUE(std::regex_search(judged, match, overall)) << judged;
    EXPECT_LE(std::stod(match[1]), 1.5) << unit << '\n' << judged;
  }
}

// -- The drop-in notify-reload.conf -----------------------------------------------------------------------------------

class ShippedReload : public ShippedUnits {
 protected:
  void SetUp() override {
    ShippedUnits::SetUp();
    if (IsSkipped()) return;
    if (const std::string version = machine().systemctl({"--version"}); version < "systemd 253")
      GTEST_SKIP() << "Type=notify-reload takes systemd 253; here is " << version.substr(0, version.find(' ', 8));
    machine().write(std::string(kDropIns) + "notify-reload.conf", shipped("drop-ins/notify-reload.conf"));
    machine().systemctl({"daemon-reload"});
  }
};

INSTANTIATE_TEST_SUITE_P(, ShippedReload, every_systemd(), systemd_name);

// What reads the configuration stands still at first. Without the drop-in the end of `kill` would be that of the
// reload.
TEST_P(ShippedReload, ReturnsWhenTheNewConfigurationIsInForce) {
  machine().systemctl({"start", kExporter});
  machine().write(kConfiguration, watching_targets(kTwo));
  std::optional<StoppedThread> main(program());
  const Process reload(machine().inside({"systemctl", "reload", kExporter}));
  EXPECT_TRUE(machine().becomes(kExporter, "ActiveState", "reloading"));
  EXPECT_TRUE(machine().becomes(kExporter, "ControlPID", "0"));
  EXPECT_EQ(machine().show(kExporter, "ActiveState"), "reloading");
  EXPECT_TRUE(reload.running());
  EXPECT_FALSE(has_target("b"));
  main.reset();
  EXPECT_EQ(reload.wait(), 0) << reload.errors();
  EXPECT_TRUE(has_target("b"));
}

}  // namespace
}  // namespace pgwatch::test
