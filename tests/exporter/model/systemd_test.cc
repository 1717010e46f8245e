#include "exporter/model/systemd.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pgwatch {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t kSecond = 1'000'000;
constexpr std::uint64_t kNow = 1'700'000'000 * kSecond;
constexpr const char* kUnset = "18446744073709551615";

std::string before(std::uint64_t seconds) { return std::to_string(kNow - seconds * kSecond); }

ManagedUnit unit(const std::string& name, Properties properties) {
  properties.try_emplace("LoadState", "loaded");
  return {name, std::move(properties)};
}

ManagedUnit service(Properties properties) { return unit("a.service", std::move(properties)); }

std::string why(const ManagedUnit& one, const Expected& expected, const ManagedUnit* started = nullptr) {
  return complaint(one, expected, started, kNow);
}

std::string why(const ManagedUnit& one, Expect state, const ManagedUnit* started = nullptr) {
  return why(one, Expected{state}, started);
}

Expect state_of(const Systemd& systemd, const ManagedUnit& one) { return expected_of(systemd, one).state; }

// -- What is expected -------------------------------------------------------------------------------------------------

TEST(Expected, IsWhatTheFirstRuleThatTakesAUnitSays) {
  Systemd systemd;
  systemd.units = {{.pattern = "feed-*", .expect = Expect::kActive}, {.pattern = "feed-a.service"}};
  EXPECT_EQ(state_of(systemd, unit("feed-a.service", {{"Type", "oneshot"}})), Expect::kActive);
}

TEST(Expected, AUnitGoesByItsOtherNamesToo) {
  Systemd systemd;
  systemd.units = {{.pattern = "dbus.service", .expect = Expect::kAny}};
  EXPECT_EQ(state_of(systemd, unit("dbus-broker.service", {{"Names", "dbus-broker.service\ndbus.service"}})),
            Expect::kAny);
}

TEST(Expected, SuitsAUnitOfWhichNothingIsSaid) {
  Systemd systemd;
  systemd.units = {{.pattern = "named.service"}, {.pattern = "*"}};
  EXPECT_EQ(state_of(systemd, unit("named.service", {})), Expect::kActive);
  EXPECT_EQ(state_of(systemd, unit("a.timer", {})), Expect::kArmed);
  EXPECT_EQ(state_of(systemd, unit("a.service", {{"Type", "oneshot"}})), Expect::kSuccess);
  EXPECT_EQ(state_of(systemd, unit("a.service", {{"UnitFileState", "enabled"}})), Expect::kActive);
  EXPECT_EQ(state_of(systemd, unit("a.service", {{"UnitFileState", "generated"},
                                                 {"SourcePath", "/etc/containers/systemd/a.container"}})),
            Expect::kActive);
  EXPECT_EQ(state_of(systemd, unit("a.service", {{"UnitFileState", "generated"}})), Expect::kSuccess)
      << "of a script for init, which may be off";
  EXPECT_EQ(state_of(systemd, unit("a.service", {{"UnitFileState", "disabled"}})), Expect::kSuccess);
  for (const char* name : {"a.service", "a.timer"})
    EXPECT_EQ(state_of(systemd, unit(name, {{"LoadState", "not-found"}, {"ActiveState", "inactive"}})), Expect::kAny)
        << "another unit speaks of it, which is no reason that it should be there";
}

const Properties kSpokenOf = {{"LoadState", "not-found"}, {"ActiveState", "inactive"}};

TEST(Expected, NothingOfWhatAPatternTakesAndIsOnlySpokenOf) {
  Systemd systemd;
  systemd.units = {{.pattern = "postgresql*", .expect = Expect::kActive}};
  EXPECT_EQ(state_of(systemd, unit("postgresql.service", kSpokenOf)), Expect::kAny);
}

TEST(Expected, ToBeThereOfWhatAnyRuleNames) {
  Systemd systemd;
  systemd.units = {{.pattern = "postgresql*"}, {.pattern = "postgresql@15-main.service"}};
  EXPECT_EQ(state_of(systemd, unit("postgresql@15-main.service", kSpokenOf)), Expect::kActive);
}

TEST(Choice, IsOfDatabasesAndOfOurselvesByDefault) {
  EXPECT_THAT(Systemd().choice().patterns,
              testing::ElementsAre("postgresql*", "postgres*", "patroni*", "pgbouncer*", "pgwatch*"));
  EXPECT_TRUE(Systemd().choice().failed);
}

TEST(Choice, TakesNamesAndPatternsApart) {
  Systemd systemd;
  systemd.units = {{.pattern = "a.service"}, {.pattern = "b*"}};
  EXPECT_THAT(systemd.choice().names, testing::ElementsAre("a.service"));
  EXPECT_THAT(systemd.choice().patterns, testing::ElementsAre("b*"));
}

// -- Services ---------------------------------------------------------------------------------------------------------

TEST(Complaint, IsNoneWhereAServiceRuns) {
  EXPECT_EQ(why(service({{"ActiveState", "active"}}), Expect::kActive), "");
  EXPECT_EQ(why(service({{"ActiveState", "reloading"}, {"StateChangeTimestamp", before(5)}}), Expect::kActive), "");
}

TEST(Complaint, OfAFailureSaysHowItEnded) {
  EXPECT_EQ(
      why(service({{"ActiveState", "failed"}, {"Result", "exit-code"}, {"ExecMainCode", "1"}, {"ExecMainStatus", "3"}}),
          Expect::kSuccess),
      "failed: exit-code, status 3");
  EXPECT_EQ(
      why(service({{"ActiveState", "failed"}, {"Result", "signal"}, {"ExecMainCode", "2"}, {"ExecMainStatus", "11"}}),
          Expect::kActive),
      "failed: signal, signal 11");
}

TEST(Complaint, OfWhatIsToRunAndDoesNot) {
  EXPECT_EQ(why(service({{"ActiveState", "inactive"}}), Expect::kActive), "inactive, and is to run");
  EXPECT_EQ(why(service({{"ActiveState", "inactive"}, {"Result", "success"}}), Expect::kSuccess), "");
}

TEST(Complaint, IsNoneWhereItsOwnConditionKeptItFromRunning) {
  EXPECT_EQ(why(service({{"ActiveState", "inactive"}, {"Result", "exec-condition"}}), Expect::kSuccess), "");
}

TEST(Complaint, OfWhatEndedIll) {
  EXPECT_EQ(why(service({{"ActiveState", "inactive"}, {"Result", "timeout"}}), Expect::kSuccess),
            "did not end well: timeout");
}

TEST(Complaint, OfWhatDoesNotStayUp) {
  EXPECT_EQ(
      why(service({{"ActiveState", "activating"}, {"SubState", "auto-restart"}, {"NRestarts", "7"}}), Expect::kSuccess),
      "does not stay up");
  const Properties back = {{"ActiveState", "active"}, {"NRestarts", "1"}, {"ActiveEnterTimestamp", before(12)}};
  EXPECT_EQ(why(service(back), Expect::kActive), "was restarted within the last minute");
  Properties settled = back;
  settled["ActiveEnterTimestamp"] = before(61);
  EXPECT_EQ(why(service(settled), Expect::kActive), "");
}

TEST(Complaint, OfWhatTakesTooLong) {
  const auto to_run = [](const char* state, std::uint64_t seconds) {
    Systemd systemd;
    systemd.units = {{.pattern = "a.service"}};
    const ManagedUnit one = service({{"ActiveState", state}, {"StateChangeTimestamp", before(seconds)}});
    return why(one, expected_of(systemd, one));
  };
  for (const char* state : {"activating", "deactivating", "reloading", "refreshing"}) {
    EXPECT_EQ(to_run(state, 119), "");
    EXPECT_EQ(to_run(state, 300), std::string(state) + " for more than 120 s");
  }
  EXPECT_EQ(why(service({{"ActiveState", "maintenance"}}), Expect::kSuccess), "in maintenance");
}

TEST(Complaint, OfWorkThatTakesLongerThanItIsSaidTo) {
  const ManagedUnit works =
      unit("dump.service", {{"Type", "oneshot"}, {"ActiveState", "activating"}, {"StateChangeTimestamp", before(90)}});
  Systemd systemd;
  systemd.units = {{.pattern = "dump.service"}};
  EXPECT_EQ(why(works, expected_of(systemd, works)), "") << "who knows how long it takes";
  systemd.units.front().stuck_after = std::chrono::seconds{60};
  EXPECT_EQ(why(works, expected_of(systemd, works)), "activating for more than 60 s");
}

TEST(Complaint, OfWhatCannotBeLoaded) {
  EXPECT_EQ(why(service({{"LoadState", "not-found"}}), Expect::kActive), "there is no such unit");
  EXPECT_THAT(why(service({{"LoadState", "masked"}}), Expect::kActive), HasSubstr("masked"));
  EXPECT_EQ(why(service({{"LoadState", "bad-setting"}}), Expect::kSuccess), "its file cannot be used: bad-setting");
}

TEST(Complaint, OfAFailureThatLostItsFileOrHasABadOne) {
  Systemd systemd;
  const ManagedUnit lost = service({{"LoadState", "not-found"}, {"ActiveState", "failed"}, {"Result", "timeout"}});
  EXPECT_EQ(why(lost, expected_of(systemd, lost)), "failed: timeout");
  const ManagedUnit bad = service({{"LoadState", "bad-setting"}, {"ActiveState", "inactive"}});
  EXPECT_EQ(why(bad, expected_of(systemd, bad)), "its file cannot be used: bad-setting");
}

TEST(Complaint, OfWhatIsStartedAgainAndAgainWhateverIsExpected) {
  for (const Expect expect : {Expect::kActive, Expect::kSuccess}) {
    EXPECT_EQ(why(service({{"ActiveState", "activating"}, {"SubState", "start"}, {"NRestarts", "57"}}), expect),
              "does not stay up");
    EXPECT_EQ(
        why(service({{"ActiveState", "active"}, {"NRestarts", "57"}, {"ActiveEnterTimestamp", before(3)}}), expect),
        "was restarted within the last minute");
  }
}

TEST(Complaint, IsNoneWhateverItDoes) { EXPECT_EQ(why(service({{"ActiveState", "failed"}}), Expect::kAny), ""); }

// -- Timers -----------------------------------------------------------------------------------------------------------

ManagedUnit timer(Properties properties) {
  properties.try_emplace("ActiveState", "active");
  return unit("a.timer", std::move(properties));
}

TEST(Timer, IsArmedWhereItWillElapse) {
  const auto armed = [](const Properties& properties) { return is_armed(timer(properties).properties, nullptr); };
  EXPECT_TRUE(armed({{"NextElapseUSecRealtime", "5"}, {"NextElapseUSecMonotonic", kUnset}}));
  EXPECT_TRUE(armed({{"NextElapseUSecRealtime", "0"}, {"NextElapseUSecMonotonic", "5"}}));
  EXPECT_TRUE(armed({{"SubState", "running"}})) << "its unit runs: it is set again afterwards";
  EXPECT_TRUE(armed({{"SubState", "waiting"}, {"NextElapseUSecRealtime", kUnset}})) << "for the clock to be set";
}

TEST(Timer, IsNotArmedWhileItWaitsForTheEndOfWhatHasNone) {
  for (const char* state : {"exited", "active"}) {
    const ManagedUnit started = unit("a.target", {{"ActiveState", "active"}, {"SubState", state}});
    EXPECT_FALSE(is_armed(timer({{"SubState", "running"}}).properties, &started)) << state;
  }
  const ManagedUnit daemon = unit("a.service", {{"ActiveState", "active"}, {"SubState", "running"}});
  EXPECT_TRUE(is_armed(timer({{"SubState", "running"}}).properties, &daemon));
}

TEST(Timer, IsNotArmedWhereItNeverWillWhateverItsState) {
  const ManagedUnit lost = timer({{"NextElapseUSecRealtime", kUnset}, {"NextElapseUSecMonotonic", "0"}});
  EXPECT_FALSE(is_armed(lost.properties, nullptr));
  EXPECT_EQ(why(lost, Expect::kArmed), "not armed: it will not elapse again");
  EXPECT_EQ(why(timer({{"ActiveState", "inactive"}}), Expect::kArmed), "inactive, and is to be armed");
}

TEST(Timer, ElapsesNextAtTheSoonerOfItsClocks) {
  const Properties both = {{"NextElapseUSecRealtime", std::to_string(kNow + 9 * kSecond)},
                           {"NextElapseUSecMonotonic", std::to_string(103 * kSecond)}};
  EXPECT_DOUBLE_EQ(next_elapse(both, kNow, 100 * kSecond).value(), 1'700'000'003.0);
  EXPECT_EQ(next_elapse({{"NextElapseUSecRealtime", kUnset}}, kNow, 0), std::nullopt);
}

TEST(Timer, IsAsWellAsWhatItStarts) {
  const ManagedUnit armed = timer({{"NextElapseUSecRealtime", "5"}});
  const ManagedUnit failed = unit("dump.service", {{"ActiveState", "failed"}, {"Result", "oom-kill"}});
  const ManagedUnit ended = unit("dump.service", {{"ActiveState", "inactive"}, {"Result", "success"}});
  EXPECT_EQ(why(armed, Expect::kArmed, &failed), "what it starts, dump.service: failed: oom-kill");
  EXPECT_EQ(why(armed, Expect::kArmed, &ended), "");
}

TEST(Timer, IsNotWellWhileWhatItStartsTakesTooLong) {
  const ManagedUnit armed = timer({{"SubState", "running"}});
  const ManagedUnit works = unit("dump.service", {{"ActiveState", "activating"}, {"StateChangeTimestamp", before(90)}});
  EXPECT_EQ(why(armed, Expect::kArmed, &works), "");
  EXPECT_EQ(why(armed, Expected{Expect::kArmed, std::chrono::seconds{60}}, &works),
            "what it starts, dump.service: activating for more than 60 s");
}

// -- Managers ---------------------------------------------------------------------------------------------------------

TEST(ManagerNames, AreLabels) {
  EXPECT_EQ(to_string(ManagerName{}), "system");
  EXPECT_EQ(to_string(ManagerName{.kind = ManagerName::Kind::kOwn}), "user");
  EXPECT_EQ(to_string(ManagerName{.kind = ManagerName::Kind::kUser, .uid = 1000, .user = "ann"}), "user@ann");
}

TEST(PropertyNumbers, AreAbsentWhereNotSet) {
  EXPECT_EQ(number({{"MemoryCurrent", kUnset}}, "MemoryCurrent"), std::nullopt);
  EXPECT_EQ(number({}, "MemoryCurrent"), std::nullopt);
  EXPECT_EQ(number({{"NRestarts", "3"}}, "NRestarts"), 3);
}

}  // namespace
}  // namespace pgwatch
