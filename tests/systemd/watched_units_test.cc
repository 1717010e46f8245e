// A unit of each kind, as pgwatch shows it and as it judges it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <map>
#include <memory>

#include "tests/support/descriptor.h"
#include "tests/systemd/on_each_systemd.h"
#include "tests/systemd/unit_set.h"
#include "tests/systemd/watching.h"

namespace pgwatch::test {
namespace {

using testing::AnyOf;
using testing::StartsWith;

constexpr const char* kWatched =
    "managers: [system], units: [ok, failed, segv, flapping, tired, unwatched, done, kept, slow, stopping, reloading, "
    "conditional, masked, absent, \"template@*\", \"*.timer\", echo.socket, {match: lost.service, expect: active}]";

// One page of each machine serves all tests.
class WatchedUnits : public OnEachSystemd<WatchedUnits> {
 public:
  static SystemdOptions options() { return {.units = unit_set()}; }
  static void prepare(const SystemdMachine& machine) { start_unit_set(machine); }
  static void TearDownTestSuite() {
    pages().clear();
    OnEachSystemd::TearDownTestSuite();
  }

 protected:
  void SetUp() override {
    OnEachSystemd::SetUp();
    if (IsSkipped() || pages().contains(GetParam())) return;
    const Pgwatch pgwatch(watching(kWatched), beside(machine()));
    pages()[GetParam()] = std::make_unique<Exposition>(page_with_managers(pgwatch));
  }

  const Exposition& page() const { return *pages().at(GetParam()); }

  std::optional<double> value(const std::string& metric, const std::string& unit, Labels labels = {}) const {
    labels["name"] = unit;
    return page().value(metric, labels);
  }

  // What is 1 of a unit's states.
  std::string state(const std::string& unit) const {
    std::string states;
    for (const Sample& one : page().all("systemd_unit_state", {{"name", unit}}))
      if (one.value == 1) states += one.labels.at("state");
    return states;
  }

  std::string reason(const std::string& unit) const {
    const std::vector<Sample> all = page().all("systemd_unit_unhealthy_info", {{"name", unit}});
    return all.empty() ? "" : all.front().labels.at("reason");
  }

 private:
  static std::map<std::string, std::unique_ptr<Exposition>>& pages() {
    static std::map<std::string, std::unique_ptr<Exposition>> all;
    return all;
  }
};

INSTANTIATE_TEST_SUITE_P(, WatchedUnits, every_systemd(), systemd_name);

TEST_P(WatchedUnits, AreEachInOneStateOfAll) {
  const std::map<std::string, std::string> expected = {
      {"ok.service", "active"},       {"failed.service", "failed"},       {"segv.service", "failed"},
      {"tired.service", "failed"},    {"unwatched.service", "failed"},    {"done.service", "inactive"},
      {"kept.service", "active"},     {"slow.service", "activating"},     {"stopping.service", "deactivating"},
      {"masked.service", "inactive"}, {"reloading.service", "reloading"}, {"conditional.service", "inactive"},
      {"absent.service", "inactive"}, {"template@one.service", "active"}, {"armed.timer", "active"},
      {"echo.socket", "active"},      {"past.timer", "active"},           {"broken.service", "failed"}};
  for (const auto& [unit, one] : expected) EXPECT_EQ(state(unit), one) << unit;
  EXPECT_EQ(page().all("systemd_unit_state", {{"name", "ok.service"}}).size(), 8U);
}

TEST_P(WatchedUnits, AreJudgedByWhatIsExpectedOfThem) {
  const std::map<std::string, std::string> expected = {
      {"ok.service", ""},
      {"done.service", ""},
      {"kept.service", ""},
      {"template@one.service", ""},
      {"armed.timer", ""},
      {"echo.socket", ""},
      {"slow.service", ""},
      {"reloading.service", ""},
      {"stopping.service", ""},
      {"failed.service", "failed: exit-code, status 3"},
      {"segv.service", "failed: signal, signal 11"},
      {"unwatched.service", "failed: watchdog"},
      {"tired.service", "failed: exit-code"},
      {"conditional.service", "inactive"},
      {"lost.service", "inactive"},
      {"masked.service", "masked"},
      {"absent.service", "there is no such unit"},
      {"past.timer", "not armed"},
      {"lost.timer", "not armed"},
      {"broken.timer", "what it starts, broken.service: failed: exit-code, status 1"},
      {"broken.service", "failed: exit-code, status 1"}};
  for (const auto& [unit, why] : expected) {
    EXPECT_EQ(value("systemd_unit_healthy", unit), why.empty() ? 1 : 0) << unit;
    EXPECT_THAT(reason(unit), StartsWith(why)) << unit;
    EXPECT_EQ(reason(unit).empty(), why.empty()) << unit;
  }
}

// It is up for a moment every now and then.
TEST_P(WatchedUnits, AreNotWellWhileTheyFlap) {
  EXPECT_EQ(value("systemd_unit_healthy", "flapping.service"), 0);
  EXPECT_GT(value("systemd_service_restart_total", "flapping.service"), 1);
  EXPECT_THAT(reason("flapping.service"), AnyOf("does not stay up", "was restarted within the last minute"));
}

TEST_P(WatchedUnits, TellHowTheyEnded) {
  const auto result = [&](const std::string& unit, const std::string& word) {
    return value("systemd_unit_result", unit, {{"result", word}});
  };
  EXPECT_EQ(result("failed.service", "exit-code"), 1);
  EXPECT_EQ(result("failed.service", "success"), 0);
  EXPECT_EQ(result("segv.service", "signal"), 1);
  EXPECT_EQ(result("unwatched.service", "watchdog"), 1);
  EXPECT_EQ(result("ok.service", "success"), 1);
  EXPECT_EQ(value("systemd_service_exit_status", "failed.service"), 3);
  EXPECT_EQ(value("systemd_service_exit_signal", "segv.service"), 11);
  EXPECT_EQ(value("systemd_service_exit_status", "segv.service"), std::nullopt);
  EXPECT_EQ(value("systemd_service_watchdog_timeout_seconds", "unwatched.service"), 0.3);
}

TEST_P(WatchedUnits, TellWhetherTheirFilesWereFound) {
  const auto load_state = [&](const std::string& unit, const std::string& word) {
    return value("systemd_unit_load_state", unit, {{"load_state", word}});
  };
  EXPECT_EQ(load_state("ok.service", "loaded"), 1);
  EXPECT_EQ(load_state("masked.service", "masked"), 1);
  EXPECT_EQ(load_state("absent.service", "not-found"), 1);
  EXPECT_EQ(load_state("absent.service", "loaded"), 0);
}

TEST_P(WatchedUnits, TellWhetherTimersAreArmed) {
  for (const char* timer : {"armed.timer", "broken.timer"}) {
    EXPECT_EQ(value("systemd_timer_armed", timer), 1) << timer;
    EXPECT_GT(value("systemd_timer_next_elapse_seconds", timer), 1.7e9) << timer;
  }
  for (const char* timer : {"past.timer", "lost.timer"}) {
    EXPECT_EQ(value("systemd_timer_armed", timer), 0) << timer;
    EXPECT_EQ(value("systemd_timer_next_elapse_seconds", timer), std::nullopt) << timer;
  }
  EXPECT_GT(value("systemd_timer_last_trigger_seconds", "broken.timer"), 1.7e9);
  EXPECT_EQ(value("systemd_timer_last_trigger_seconds", "armed.timer"), std::nullopt);
  EXPECT_EQ(value("systemd_timer_last_result_success", "broken.timer"), 0);
}

TEST_P(WatchedUnits, StandBesideTheirManager) {
  const Labels system = {{"manager", "system"}};
  EXPECT_EQ(page().value("systemd_manager_reached", system), 1);
  EXPECT_EQ(page().value("systemd_manager_state", {{"state", "degraded"}}), 1);
  EXPECT_EQ(page().value("systemd_manager_failed_units", system), 5);
  EXPECT_EQ(page().value("systemd_units_dropped", system), 0);
  EXPECT_GE(page().value("systemd_manager_jobs", system), 1);  // slow.service still starts
}

TEST_P(WatchedUnits, CountConnections) {
  const Descriptor one(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  std::strcpy(address.sun_path, (machine().run_folder() / "echo").c_str());
  ASSERT_EQ(::connect(one.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0) << std::strerror(errno);
  ASSERT_TRUE(machine().becomes("echo.socket", "NAccepted", "1"));
  const Pgwatch pgwatch(watching("managers: [system], units: [echo.socket]"), beside(machine()));
  const Exposition now = page_with_managers(pgwatch);
  EXPECT_EQ(now.value("systemd_socket_accepted_connections_total", {{"name", "echo.socket"}}), 1);
  EXPECT_EQ(now.value("systemd_socket_current_connections", {{"name", "echo.socket"}}), 1);
}

// Nobody has said anything: what has failed, and units with names such as a database's.
TEST_P(WatchedUnits, AreTheFailedOnesWhereNobodyNamesAny) {
  const Pgwatch pgwatch(watching("managers: [system]"), beside(machine()));
  const Exposition now = page_with_managers(pgwatch);
  EXPECT_EQ(now.value("systemd_unit_healthy", {{"name", "failed.service"}}), 0);
  EXPECT_EQ(now.value("systemd_unit_healthy", {{"name", "ok.service"}}), std::nullopt);
}

}  // namespace
}  // namespace pgwatch::test
