// Managers that change, go away, refuse, hang or have very many units.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "tests/integration/live.h"
#include "tests/support/postgres_server.h"
#include "tests/support/user_manager.h"
#include "tests/support/wait.h"
#include "tests/systemd/on_each_systemd.h"
#include "tests/systemd/watching.h"

namespace pgwatch::test {
namespace {

using namespace std::chrono_literals;

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kOk = "managers: [system], units: [ok]";
const std::map<std::string, std::string> kUnits = {{"ok.service", "[Service]\nExecStart=/bin/sleep infinity\n"}};

// What pgwatch sees is at most 15 s old.
constexpr std::chrono::seconds kNextLook{40};

bool is(const Pgwatch& pgwatch, const std::string& metric, const Labels& labels, double value) {
  return eventually([&] { return pgwatch.metrics().value(metric, labels) == value; }, kNextLook);
}

class Watching : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (const std::string why = SystemdMachine::why_not(with_files()); !why.empty()) GTEST_SKIP() << why;
  }

  // A machine of this version of systemd.
  static SystemdOptions with_files(SystemdOptions options = {}) {
    if (GetParam() == "trixie") options.root = trixie();
    return options;
  }

  static std::unique_ptr<SystemdMachine> machine_with_ok(SystemdOptions options = {}) {
    options = with_files(std::move(options));
    options.units.insert(kUnits.begin(), kUnits.end());
    auto machine = std::make_unique<SystemdMachine>(options);
    machine->systemctl({"start", "ok.service"});
    return machine;
  }
};

INSTANTIATE_TEST_SUITE_P(, Watching, every_systemd(), systemd_name);

// -- Suites of their own, so that they run side by side: each awaits the next look ------------------------------------

class WatchingChanges : public Watching {};
INSTANTIATE_TEST_SUITE_P(, WatchingChanges, every_systemd(), systemd_name);

TEST_P(WatchingChanges, ShowsThem) {
  const auto machine = machine_with_ok();
  const Pgwatch pgwatch(watching(kOk), beside(*machine));
  EXPECT_EQ(page_with_managers(pgwatch).value("systemd_unit_healthy", {{"name", "ok.service"}}), 1);
  machine->systemctl({"kill", "--signal=KILL", "ok.service"});
  EXPECT_TRUE(is(pgwatch, "systemd_unit_state", {{"name", "ok.service"}, {"state", "failed"}}, 1));
  EXPECT_EQ(pgwatch.metrics().value("systemd_unit_healthy", {{"name", "ok.service"}}), 0);
}

const Labels kLooking = {{"collector", "units"}};

class WatchingABusThatGoes : public Watching {};
INSTANTIATE_TEST_SUITE_P(, WatchingABusThatGoes, every_systemd(), systemd_name);

TEST_P(WatchingABusThatGoes, SaysSoAndSeesItComeBack) {
  const auto machine = machine_with_ok();
  const Pgwatch pgwatch(watching(kOk), beside(*machine));
  page_with_managers(pgwatch);
  machine->systemctl({"stop", "dbus.socket", "dbus.service"});
  // There is no bus any more, or one that nobody answers at: what was seen may then stand for a while.
  const auto is_told = [&] {
    const Exposition page = pgwatch.metrics();
    return page.all("systemd_unit_state").empty() || page.value("pgwatch_collector_success", kLooking) == 0;
  };
  EXPECT_TRUE(eventually(is_told, kNextLook));
  machine->systemctl({"stop", "ok.service"});
  machine->systemctl({"start", "dbus.service"});
  EXPECT_TRUE(is(pgwatch, "systemd_unit_healthy", {{"name", "ok.service"}}, 0)) << "what is seen is of now";
  EXPECT_EQ(pgwatch.metrics().value("pgwatch_collector_success", kLooking), 1);
}

class WatchingABusThatHangs : public Watching {};
INSTANTIATE_TEST_SUITE_P(, WatchingABusThatHangs, every_systemd(), systemd_name);

TEST_P(WatchingABusThatHangs, DelaysNoServer) {
  const auto machine = machine_with_ok();
  const PostgresServer server;
  machine->systemctl({"kill", "--signal=STOP", "dbus.service"});
  const Pgwatch pgwatch(
      config_of({{"well", server.conninfo()}}, "systemd: {enabled: true, managers: [system], units: [ok]}"),
      beside(*machine));
  EXPECT_TRUE(becomes_whole(pgwatch, "well"));
  const auto is_told = [&] {
    const TimedPage scraped = scrape(pgwatch);
    EXPECT_LT(scraped.took, 1s + kSlack);
    EXPECT_EQ(scraped.page.value("pg_up", {{"server", "well"}}), 1);
    return scraped.page.value("pgwatch_collector_success", {{"collector", "units"}}) == 0;
  };
  EXPECT_TRUE(eventually(is_told));
  machine->systemctl({"kill", "--signal=CONT", "dbus.service"});
}

// -- Managers that do not answer --------------------------------------------------------------------------------------

TEST(WatchingNobody, IsSkippedWhereThereIsNoBus) {
  const Pgwatch pgwatch(watching("managers: [system]"),
                        {.environment = {{"DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere"}}});
  EXPECT_TRUE(is(pgwatch, "pgwatch_collector_success", {{"collector", "units"}}, 1));
  EXPECT_THAT(pgwatch.log(), AllOf(HasSubstr("no systemd runs here"), Not(HasSubstr("level=error"))));
}

TEST(WatchingNobody, FailsWhereThereMustBeABus) {
  const Pgwatch pgwatch(watching("enabled: true, managers: [system]"),
                        {.environment = {{"DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere"}}});
  EXPECT_TRUE(is(pgwatch, "pgwatch_collector_success", {{"collector", "units"}}, 0));
}

constexpr const char* kDeny = R"(<busconfig>
  <policy user="nobody"><deny send_destination="org.freedesktop.systemd1"/></policy>
</busconfig>
)";

TEST_P(Watching, IsSkippedWithTheCureWhereTheBusRefuses) {
  const auto machine = machine_with_ok(with_pgwatch({.files = {{"/etc/dbus-1/system.d/zz-deny.conf", kDeny}}}, kOk));
  const Process refused(probe_within(*machine, "human", "65534"));
  EXPECT_EQ(refused.wait(), 3) << refused.output();  // nothing was checked
  EXPECT_THAT(refused.output(), HasSubstr("the system bus turns us away"));
  const Process root(probe_within(*machine, "human"));
  EXPECT_EQ(root.wait(), 0) << root.output();
}

// -- What takes too long ----------------------------------------------------------------------------------------------

TEST_P(Watching, TellsWhatIsStuck) {
  SystemdOptions options = with_pgwatch({}, "managers: [system], units: [{match: slow, stuck_after: 1s}]");
  options.units["slow.service"] = "[Service]\nType=notify\nTimeoutStartSec=infinity\nExecStart=/bin/sleep infinity\n";
  const SystemdMachine machine(with_files(options));
  machine.systemctl({"start", "--no-block", "slow.service"});
  EXPECT_TRUE(eventually([&] {
    const Labels stuck = {{"name", "slow.service"}, {"reason", "activating for more than 1 s"}};
    return told_within(machine).value("systemd_unit_unhealthy_info", stuck) == 1;
  }));
}

// -- How much is asked ------------------------------------------------------------------------------------------------

// They run no program before they end, which they do not.
constexpr int kMany = 500;

TEST_P(Watching, AsksOnceForEachOfManyUnits) {
  const SystemdMachine machine(
      with_files({.units = {{"many@.service", "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStop=/bin/true\n"}}}));
  machine.run({"sh", "-c", "systemctl start $(seq -f 'many@%.0f' " + std::to_string(kMany) + ")"});
  const Labels system = {{"manager", "system"}};
  const Pgwatch all(watching("managers: [system], units: [\"many@*\"], max_units: 1000"), beside(machine));
  const Exposition page = page_with_managers(all);
  EXPECT_EQ(page.all("systemd_unit_healthy", {{"type", "service"}}).size(), kMany);
  EXPECT_LE(page.value("pgwatch_bus_calls_total", system), kMany + 5);
  const Pgwatch some(watching("managers: [system], units: [\"many@*\"]"), beside(machine));
  const Exposition capped = page_with_managers(some);
  EXPECT_EQ(capped.value("systemd_units_dropped", system), kMany - 100);
  EXPECT_LE(capped.value("pgwatch_bus_calls_total", system), 100 + 5);
}

// -- What is accounted for --------------------------------------------------------------------------------------------

// 257, which starts on groups of version 1 only when it is told to, says 0 of them.
TEST_P(Watching, ShowsMemoryAndTasksOfLegacyGroups) {
  if (GetParam() == "trixie") GTEST_SKIP() << "its systemd says 0 of legacy groups";
  const SystemdOptions options{.groups = ControlGroups::kLegacy};
  if (const std::string why = SystemdMachine::why_not(options); !why.empty()) GTEST_SKIP() << why;
  const auto machine = machine_with_ok(options);
  const Pgwatch pgwatch(watching(kOk), beside(*machine));
  const Exposition page = page_with_managers(pgwatch);
  const Labels ok = {{"name", "ok.service"}};
  EXPECT_EQ(page.value("systemd_unit_tasks_current", ok), 1);
  EXPECT_GT(page.value("systemd_unit_memory_current_bytes", ok), 0);
}

TEST_P(Watching, ShowsProcessorTimeOfUnifiedGroups) {
  const auto machine = machine_with_ok();
  const Pgwatch pgwatch(watching(kOk), beside(*machine));
  const Exposition page = page_with_managers(pgwatch);
  const Labels ok = {{"name", "ok.service"}};
  EXPECT_GT(page.value("systemd_unit_cpu_seconds_total", ok), 0);
  if (machine->show("ok.service", "MemoryCurrent") == "[not set]")
    EXPECT_EQ(page.value("systemd_unit_memory_current_bytes", ok), std::nullopt);
}

}  // namespace
}  // namespace pgwatch::test
