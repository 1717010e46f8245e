#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "collectors/systemd/catalogue.h"
#include "tests/collectors/looking.h"
#include "tests/support/temporary_folder.h"

namespace pgwatch::collectors {
namespace {

using test::Looking;
using test::managed;
using test::seen;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kUnset = "18446744073709551615";

// Of the system's manager alone.
Collector watching(std::vector<UnitRule> rules = {{.pattern = "*"}},
                   Systemd::Presence presence = Systemd::Presence::kMay) {
  Systemd systemd{.presence = presence, .managers = {{}}};
  systemd.units = std::move(rules);
  return units(std::make_shared<const Systemd>(systemd));
}

std::string lines(const ManagedUnit& unit, const std::string& part = "") {
  return Looking(watching()).lines({seen({unit})}, part);
}

TEST(Units, TellEachState) {
  for (const char* state :
       {"active", "activating", "deactivating", "failed", "inactive", "maintenance", "refreshing", "reloading"}) {
    const std::string told = lines(managed("a.service", {{"ActiveState", state}}), "systemd_unit_state{");
    EXPECT_THAT(told, HasSubstr(R"(systemd_unit_state{manager="system",name="a.service",type="service",state=")" +
                                std::string(state) + "\"} 1\n"));
    EXPECT_EQ(std::ranges::count(told, '\n'), 8);
  }
}

TEST(Units, ThatAreNotThereAreVisible) {
  const std::string told =
      Looking(watching({{.pattern = "a.service"}}))
          .lines({seen({managed("a.service", {{"LoadState", "not-found"}, {"ActiveState", "inactive"}})})});
  EXPECT_THAT(told, HasSubstr(R"(systemd_unit_load_state{manager="system",name="a.service",type="service",)"
                              R"(load_state="not-found"} 1)"));
  EXPECT_THAT(told, HasSubstr(R"(systemd_unit_healthy{manager="system",name="a.service",type="service"} 0)"));
  EXPECT_THAT(told, HasSubstr(R"(type="service",reason="there is no such unit"} 1)"));
}

TEST(Units, ThatAreNotThereHaveNothingElse) {
  const Properties nothing = {{"LoadState", "masked"},
                              {"ActiveState", "inactive"},
                              {"Result", "success"},
                              {"NRestarts", "0"},
                              {"TasksMax", "28902"}};
  const std::string told = Looking(watching()).lines({seen({managed("a.service", nothing)})});
  EXPECT_THAT(told, HasSubstr("load_state=\"masked\"} 1"));
  for (const char* metric : {"systemd_unit_result", "systemd_service_restart_total", "systemd_unit_tasks_max"})
    EXPECT_THAT(told, Not(HasSubstr(metric)));
}

// Its file was removed while it runs.
TEST(Units, ThatRunWithoutAFileHaveAll) {
  const Properties running = {{"LoadState", "not-found"}, {"ActiveState", "active"}, {"NRestarts", "2"}};
  EXPECT_THAT(Looking(watching()).lines({seen({managed("a.service", running)})}),
              HasSubstr(R"(systemd_service_restart_total{manager="system",name="a.service",type="service"} 2)"));
}

TEST(Units, HaveAllTheirSamplesHoweverManyTheyMayBe) {
  Systemd systemd{.managers = {{}, {.kind = ManagerName::Kind::kOwn}}};
  systemd.max_units = 2'000;
  const Collector collector = units(std::make_shared<const Systemd>(systemd));
  for (const Column& column : collector.columns)
    EXPECT_LE(column.states.size() * systemd.max_units * systemd.managers.size(), collector.max_series) << column.name;
}

TEST(Units, AccountForWhatTheyUse) {
  const std::string told = lines(managed("a.service", {{"MemoryCurrent", "4096"},
                                                       {"TasksCurrent", "3"},
                                                       {"CPUUsageNSec", "1500000000"},
                                                       {"IOReadBytes", "7"},
                                                       {"IOWriteBytes", "8"}}));
  const std::string of_a = R"({manager="system",name="a.service",type="service")";
  for (const std::string& line :
       {"systemd_unit_memory_current_bytes" + of_a + "} 4096\n", "systemd_unit_tasks_current" + of_a + "} 3\n",
        "systemd_unit_cpu_seconds_total" + of_a + "} 1.5\n",
        "systemd_unit_io_bytes_total" + of_a + ",direction=\"read\"} 7\n",
        "systemd_unit_io_bytes_total" + of_a + ",direction=\"write\"} 8\n"})
    EXPECT_THAT(told, HasSubstr(line));
}

TEST(Units, AreSilentOfWhatNobodyAccountsFor) {
  const std::string told = lines(managed("a.service", {{"MemoryCurrent", kUnset},
                                                       {"TasksCurrent", kUnset},
                                                       {"CPUUsageNSec", kUnset},
                                                       {"IOReadBytes", kUnset},
                                                       {"WatchdogUSec", "0"},
                                                       {"ActiveExitTimestamp", "0"}}));
  for (const char* family : {"memory", "tasks", "cpu", "io_bytes", "watchdog", "active_exit"})
    EXPECT_THAT(told, Not(HasSubstr(family)));
}

TEST(Units, TellHowTheyEnded) {
  const std::string exited =
      lines(managed("a.service", {{"Result", "exit-code"}, {"ExecMainCode", "1"}, {"ExecMainStatus", "3"}}));
  EXPECT_THAT(exited, HasSubstr(R"(systemd_service_exit_status{manager="system",name="a.service",type="service"} 3)"));
  EXPECT_THAT(exited, HasSubstr(R"(type="service",result="exit-code"} 1)"));
  const std::string killed = lines(managed("a.service", {{"ExecMainCode", "3"}, {"ExecMainStatus", "11"}}));
  EXPECT_THAT(killed, HasSubstr(R"(systemd_service_exit_signal{manager="system",name="a.service",type="service"} 11)"));
  EXPECT_THAT(killed, Not(HasSubstr("exit_status")));
  EXPECT_THAT(lines(managed("a.service", {{"ExecMainCode", "0"}, {"ExecMainStatus", "0"}})), Not(HasSubstr("exit_s")))
      << "it has not ended yet";
}

// -- Managers ---------------------------------------------------------------------------------------------------------

Answer of_nobody(const std::string& why, Systemd::Presence presence) {
  return Looking(watching({}, presence)).answer({Failure{why, "words"}});
}

TEST(Units, WhereNoManagerAnswersThatIsTheAnswer) {
  EXPECT_EQ(std::get<Failure>(of_nobody(kAbsent, Systemd::Presence::kMay)).cls, kAbsent);
  EXPECT_EQ(std::get<Failure>(of_nobody(kForbidden, Systemd::Presence::kMay)).cls, kForbidden);
  EXPECT_EQ(std::get<Failure>(of_nobody(kAbsent, Systemd::Presence::kMust)).cls, "no_manager");
  EXPECT_EQ(std::get<Failure>(of_nobody(kTimeout, Systemd::Presence::kMay)).cls, kTimeout);
}

TEST(Units, OneManagerDoesNotHideAnother) {
  const ManagerName ann{.kind = ManagerName::Kind::kUser, .uid = 1000, .user = "ann"};
  const auto systemd = std::make_shared<const Systemd>(Systemd{.managers = {{}, ann}});
  const std::string told = Looking(units(systemd)).lines({seen({managed("a.service", {})}), Failure{kForbidden, "no"}});
  EXPECT_THAT(told, HasSubstr(R"(systemd_manager_reached{manager="system",reason=""} 1)"));
  EXPECT_THAT(told, HasSubstr(R"(systemd_manager_reached{manager="user@ann",reason="permission"} 0)"));
  EXPECT_THAT(told, HasSubstr(R"(name="a.service")"));
}

Looking watching_two(std::vector<UnitRule> rules) {
  const ManagerName ann{.kind = ManagerName::Kind::kUser, .uid = 1000, .user = "ann"};
  Systemd systemd{.managers = {{}, ann}};
  systemd.units = std::move(rules);
  return Looking(units(std::make_shared<const Systemd>(systemd)));
}

ManagedUnit absent() { return managed("a.service", {{"LoadState", "not-found"}, {"ActiveState", "inactive"}}); }

TEST(Units, ThatOneManagerHasAreNotMissedInAnother) {
  const std::string told = watching_two({{.pattern = "a.service"}})
                               .lines({seen({absent()}), seen({managed("a.service", {})})}, "systemd_unit_healthy");
  EXPECT_EQ(told, "systemd_unit_healthy{manager=\"user@ann\",name=\"a.service\",type=\"service\"} 1\n");
}

TEST(Units, ThatNoManagerHasAreMissedOnce) {
  const std::string told =
      watching_two({{.pattern = "a.service"}}).lines({seen({absent()}), seen({absent()})}, "systemd_unit_healthy");
  EXPECT_EQ(told, "systemd_unit_healthy{manager=\"system\",name=\"a.service\",type=\"service\"} 0\n");
}

TEST(Units, ThatASilentManagerMayHaveAreNotMissed) {
  for (const char* why : {kTimeout, kForbidden, kConnection}) {
    EXPECT_THAT(watching_two({{.pattern = "a.service"}}).lines({Failure{why, "words"}, seen({absent()})}),
                HasSubstr(R"(load_state="not-found"} 1)"))
        << why;
    EXPECT_EQ(watching_two({{.pattern = "a.service"}}).lines({Failure{why, "words"}, seen({absent()})}, "unit_healthy"),
              "")
        << why;
  }
}

TEST(Units, ThatAreOnlySpokenOfAreNoQuestionWhoeverIsSilent) {
  EXPECT_EQ(watching_two({{.pattern = "a*"}}).lines({Failure{kForbidden, "words"}, seen({absent()})}, "unit_healthy"),
            "systemd_unit_healthy{manager=\"user@ann\",name=\"a.service\",type=\"service\"} 1\n");
}

TEST(Units, ThatGoByAnotherNameAreThereByThat) {
  const ManagedUnit other = managed("b.service", {{"Names", "b.service\na.service"}});
  EXPECT_EQ(watching_two({{.pattern = "a.service"}}).lines({seen({other}), seen({absent()})}, "unit_healthy"),
            "systemd_unit_healthy{manager=\"system\",name=\"b.service\",type=\"service\"} 1\n");
}

TEST(Units, OurOwnManagerNeedNotBeThereWhereAnotherIs) {
  Systemd systemd{.presence = Systemd::Presence::kMust};
  Looking looking(units(std::make_shared<const Systemd>(systemd)));
  EXPECT_EQ(looking.lines({seen({}), Failure{kAbsent, "words"}}, "reached{manager=\"user\""), "");
  EXPECT_THAT(looking.lines({Failure{kAbsent, "words"}, seen({})}),
              HasSubstr(R"(reached{manager="system",reason="absent"} 0)"));
}

TEST(Units, AManagerThatIsNamedIsMissed) {
  const std::string told = watching_two({}).lines({seen({}), Failure{kAbsent, "words"}});
  EXPECT_THAT(told, HasSubstr(R"(systemd_manager_reached{manager="user@ann",reason="absent"} 0)"));
}

// -- Containers -------------------------------------------------------------------------------------------------------

const std::string kId(64, 'c');

class Containers : public testing::Test {
 protected:
  ManagedUnit unit() const {
    return managed("db.service",
                   {{"SourcePath", "/etc/containers/systemd/db.container"},
                    {"UnitFileState", "generated"},
                    {"ExecStart", "/usr/bin/podman\nrun\n--name\nmarket-db\n--cidfile=" + cidfile_ + "\n--rm\nimage"}});
  }

  std::string told(Properties check) {
    return looking_.lines({seen({unit()}, {managed(kId + "-1f.service", std::move(check))})});
  }

  // Where podman writes it, too, and root alone may write: nothing else is opened.
  void SetUp() override {
    if (access("/run", W_OK) != 0) GTEST_SKIP() << "writes below /run, which takes root";
    std::ofstream(cidfile_) << kId;
  }
  void TearDown() override { std::filesystem::remove(own_); }

  test::TemporaryFolder folder_;
  const std::string own_ = "/run/pgwatch-test-" + std::to_string(getpid()) + ".cid";
  std::string cidfile_ = own_;
  Looking looking_{watching()};
};

constexpr const char* kHealthy =
    R"(systemd_container_healthy{manager="system",name="db.service",container="market-db"})";
constexpr const char* kWell = R"(systemd_unit_healthy{manager="system",name="db.service",type="service"})";

const Properties kFailed = {{"ActiveState", "failed"}, {"Result", "exit-code"}, {"ExecMainStatus", "1"}};

TEST_F(Containers, AreAsHealthyAsTheirLastCheck) {
  const std::string healthy = told({{"ActiveState", "inactive"}, {"InactiveEnterTimestamp", "5"}});
  EXPECT_THAT(healthy, HasSubstr(std::string(kHealthy) + " 1"));
  const std::string unhealthy = told(kFailed);
  EXPECT_THAT(unhealthy, HasSubstr(std::string(kHealthy) + " 0"));
  EXPECT_THAT(unhealthy, HasSubstr(std::string(kWell) + " 0")) << "though the unit is active";
  EXPECT_THAT(unhealthy, HasSubstr("podman's check of its health failed"));
}

TEST_F(Containers, StayUnhealthyWhileTheNextCheckRuns) {
  EXPECT_THAT(told({{"ActiveState", "active"}}), Not(HasSubstr(kHealthy))) << "the first check has not ended";
  EXPECT_THAT(told(kFailed), HasSubstr(std::string(kHealthy) + " 0"));
  EXPECT_THAT(told({{"ActiveState", "active"}}), HasSubstr(std::string(kHealthy) + " 0"));
  EXPECT_THAT(told({{"ActiveState", "inactive"}, {"InactiveEnterTimestamp", "5"}}),
              HasSubstr(std::string(kHealthy) + " 1"));
}

TEST_F(Containers, ThatTakeTheirPlaceBeginAnew) {
  EXPECT_THAT(told(kFailed), HasSubstr(std::string(kHealthy) + " 0"));
  const std::string successor(64, 'e');
  std::ofstream(cidfile_) << successor;
  const ManagedUnit check = managed(successor + "-1.service", {{"ActiveState", "active"}});
  EXPECT_THAT(looking_.lines({seen({unit()}, {check})}), Not(HasSubstr(kHealthy)));
}

TEST_F(Containers, AreNotCalledUnhealthyWherePodmanCouldNotCheckThem) {
  for (const auto& [result, status] : {std::pair("exit-code", "125"), std::pair("signal", "9")}) {
    const std::string unchecked = told({{"ActiveState", "failed"}, {"Result", result}, {"ExecMainStatus", status}});
    EXPECT_THAT(unchecked, Not(HasSubstr(kHealthy))) << result;
    EXPECT_THAT(unchecked, HasSubstr("podman could not check its health")) << result;
  }
}

TEST_F(Containers, ThatNobodyWatchesAreToldOfByTheirFailedChecks) {
  const std::string check(64, 'd');
  const std::string told =
      looking_.lines({seen({unit()}, {managed(kId + "-1.service", kFailed), managed(check + "-1.service", kFailed)})},
                     "systemd_unit_healthy");
  EXPECT_THAT(told, HasSubstr("name=\"" + check + "-1.service\",type=\"service\"} 0"));
  EXPECT_THAT(told, Not(HasSubstr(kId))) << "its container is told of";
}

TEST_F(Containers, ThatNobodyWatchesMayBeExcluded) {
  Systemd systemd{.managers = {{}}, .exclude = {"dd*"}};
  Looking looking(units(std::make_shared<const Systemd>(systemd)));
  EXPECT_EQ(looking.lines({seen({}, {managed(std::string(64, 'd') + "-1.service", kFailed)})}, "unit_healthy"), "");
}

TEST_F(Containers, OpenNothingButWhatPodmanWrites) {
  cidfile_ = folder_.write("elsewhere", kId);
  EXPECT_THAT(looking_.lines({seen({unit()}, {managed(kId + "-1.service", kFailed)})}), Not(HasSubstr(kHealthy)));
}

TEST_F(Containers, WithoutAFileOfTheirIdAreKnownAllTheSame) {
  cidfile_ = "/nowhere/db.cid";
  const std::string told = looking_.lines({seen({unit()})});
  EXPECT_THAT(told, HasSubstr(R"(systemd_container_info{manager="system",name="db.service",container="market-db"} 1)"));
  EXPECT_THAT(told, HasSubstr(std::string(kWell) + " 1"));
  EXPECT_THAT(told, Not(HasSubstr(kHealthy)));
}

}  // namespace
}  // namespace pgwatch::collectors
