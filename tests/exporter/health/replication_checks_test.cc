#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/exporter/health/examination.h"

namespace pgwatch::health {
namespace {

using testing::ElementsAre;

std::vector<std::string> says(std::string_view check, const std::vector<test::Row>& rows,
                              std::optional<Threshold> threshold = {}) {
  return told(judged(check, collectors::replication(), rows, threshold));
}

test::Row primary() { return {{"is_replica", "f"}, {"lag_seconds", "0"}}; }

test::Row standby(const test::Row& more) {
  test::Row row = {{"is_replica", "t"}, {"replay_paused", "f"}, {"primary_configured", "t"}};
  row.insert(more.begin(), more.end());
  return row;
}

test::Row sender(const std::string& name, const std::string& address, const std::string& bytes) {
  test::Row row = {
      {"application_name", name}, {"state", "streaming"}, {"replay_lag_bytes", bytes}, {"sent_lag_bytes", "7"}};
  if (!address.empty()) row["client_addr"] = address;
  return row;
}

// -- replication_receiver ---------------------------------------------------------------------------------------------

constexpr const char* kReceiver = "replication_receiver";

std::vector<std::string> receiver_says(const std::string& status, const std::string& message_age) {
  return says(kReceiver, {standby({{"status", status}, {"receiver_last_message_age_seconds", message_age}})});
}

TEST(ReplicationReceiver, StreamsWhileMessagesCome) {
  EXPECT_THAT(receiver_says("streaming", "1.5"), ElementsAre("ok: streams, last message 1.5 s ago"));
  EXPECT_THAT(says(kReceiver, {standby({{"status", "streaming"}})}), ElementsAre("ok: streams"));
}

TEST(ReplicationReceiver, ThatHearsNothingAnyMoreIsCritical) {
  EXPECT_THAT(receiver_says("streaming", "59.9"), ElementsAre("ok: streams, last message 59.9 s ago"));
  EXPECT_THAT(receiver_says("streaming", "60"),
              ElementsAre("critical: streams, last message 1 m ago (critical from 1 m)"));
}

// An idle primary says nothing before half of that time.
TEST(ReplicationReceiver, MayBeSilentAsLongAsItsServerAllows) {
  const auto says_after = [](const std::string& age) {
    return says(kReceiver, {standby({{"status", "streaming"},
                                     {"receiver_last_message_age_seconds", age},
                                     {"receiver_timeout_seconds", "600"}})});
  };
  EXPECT_THAT(says_after("162"), ElementsAre("ok: streams, last message 2 m 42 s ago"));
  EXPECT_THAT(says_after("600"), ElementsAre("critical: streams, last message 10 m ago (critical from 10 m)"));
}

TEST(ReplicationReceiver, InAnyOtherStateIsCritical) {
  for (const std::string status : {"stopped", "starting", "waiting", "restarting", "stopping", "dreaming"})
    EXPECT_THAT(says(kReceiver, {standby({{"status", status}})}),
                ElementsAre("critical: does not stream: the WAL receiver is " + status));
}

TEST(ReplicationReceiver, IsNotMissedOnAPrimary) {
  EXPECT_THAT(says(kReceiver, {primary()}), ElementsAre("inactive: a primary receives nothing"));
}

TEST(ReplicationReceiver, IsNotMissedByAStandbyThatIsToldOfNoPrimary) {
  const test::Row archive = {{"is_replica", "t"}, {"primary_configured", "f"}, {"status", "stopped"}};
  EXPECT_THAT(says(kReceiver, {archive}), ElementsAre("inactive: restores from an archive; primary_conninfo is empty"));
}

TEST(ReplicationReceiver, ThatMayNotBeSeenIsUnknown) {
  EXPECT_THAT(says(kReceiver, {standby({})}),
              ElementsAre("unknown: the state of the WAL receiver is hidden: the role needs pg_monitor"));
}

TEST(ReplicationReceiver, CarriesTheAgeItWasJudgedBy) {
  const test::Row row = standby({{"status", "streaming"}, {"receiver_last_message_age_seconds", "1.5"}});
  const Verdict verdict = judged(kReceiver, collectors::replication(), {row}).at(0);
  EXPECT_EQ(verdict.value, 1.5);
  EXPECT_EQ(verdict.unit, Unit::kSeconds);
  EXPECT_EQ(verdict.collector, "replication");
  EXPECT_EQ(verdict.threshold, (Threshold{.warning = {}, .critical = 60}));
}

// -- replication_lag_seconds ------------------------------------------------------------------------------------------

constexpr const char* kSeconds = "replication_lag_seconds";

std::vector<std::string> age_says(const std::string& age, const std::string& paused = "f") {
  return says(kSeconds, {{{"is_replica", "t"},
                          {"replay_paused", paused},
                          {"replay_age_seconds", age},
                          {"replay_pending_bytes", "1048576"}}});
}

TEST(ReplicationLagSeconds, GrowsToAWarningAndOn) {
  EXPECT_THAT(age_says("2"), ElementsAre("ok: replay is 2 s behind, 1 MiB wait"));
  EXPECT_THAT(age_says("60"), ElementsAre("warning: replay is 1 m behind, 1 MiB wait (warning from 1 m)"));
  EXPECT_THAT(age_says("300"), ElementsAre("critical: replay is 5 m behind, 1 MiB wait (critical from 5 m)"));
}

TEST(ReplicationLagSeconds, SaysThatReplayIsPaused) {
  EXPECT_THAT(age_says("90", "t"),
              ElementsAre("warning: replay is 1 m 30 s behind, 1 MiB wait (warning from 1 m); replay is paused"));
}

TEST(ReplicationLagSeconds, IsWellWhereNothingWaits) {
  EXPECT_THAT(says(kSeconds, {standby({{"replay_age_seconds", "0"}, {"replay_pending_bytes", "0"}})}),
              ElementsAre("ok: has replayed all it has received"));
}

TEST(ReplicationLagSeconds, IsNobodysBusinessWhereNothingIsReceived) {
  EXPECT_THAT(says(kSeconds, {standby({{"replay_pending_bytes", "0"}, {"status", "stopped"}})}),
              ElementsAre("inactive: unknown while nothing is received"));
  EXPECT_THAT(says(kSeconds, {primary()}), ElementsAre("inactive: a primary replays nothing"));
}

TEST(ReplicationLagSeconds, IsNotKnownToWhoOnlyRestoresFromAnArchive) {
  EXPECT_THAT(says(kSeconds, {{{"is_replica", "t"}, {"primary_configured", "f"}, {"status", "stopped"}}}),
              ElementsAre("inactive: restores from an archive, and does not know what has not come there yet"));
}

// Without the grant a standby that receives looks like one that does not.
TEST(ReplicationLagSeconds, ThatMayNotBeSeenIsUnknown) {
  EXPECT_THAT(says(kSeconds, {standby({{"replay_pending_bytes", "0"}})}),
              ElementsAre("unknown: whether anything is received is hidden: the role needs pg_monitor"));
}

// Since its start the standby has replayed no transaction: it has no age to tell, and is behind all the same.
TEST(ReplicationLagSeconds, IsUnknownAndNotWellWhereWalWaitsOfNoAge) {
  EXPECT_THAT(says(kSeconds, {{{"is_replica", "t"}, {"replay_pending_bytes", "4096"}, {"replay_paused", "t"}}}),
              ElementsAre("unknown: 4 KiB wait for replay; nothing was replayed yet, so nobody knows how long; "
                          "replay is paused"));
}

// -- replication_lag_bytes --------------------------------------------------------------------------------------------

std::vector<std::string> bytes_say(const std::vector<test::Row>& senders, std::optional<Threshold> threshold = {}) {
  return told(judged("replication_lag_bytes", collectors::stat_replication(), senders, threshold));
}

TEST(ReplicationLagBytes, JudgesEachStandbyByWhatItHasNotReplayed) {
  EXPECT_THAT(bytes_say({sender("berlin", "10.0.0.2", "1024"), sender("paris", "", "268435456"),
                         sender("rome", "10.0.0.4", "2147483648")}),
              ElementsAre("ok berlin@10.0.0.2: 1 KiB not replayed yet",
                          "warning paris: 256 MiB not replayed yet (warning from 256 MiB)",
                          "critical rome@10.0.0.4: 2 GiB not replayed yet (critical from 2 GiB)"));
}

TEST(ReplicationLagBytes, FollowsTheConfiguredThresholds) {
  EXPECT_THAT(bytes_say({sender("a", "", "10")}, Threshold{.warning = 5, .critical = {}}),
              ElementsAre("warning a: 10 B not replayed yet (warning from 5 B)"));
  EXPECT_THAT(bytes_say({sender("a", "", "99999999999")}, Threshold{}), ElementsAre("ok a: 93.1 GiB not replayed yet"));
}

// It receives WAL and replays none: pg_receivewal.
TEST(ReplicationLagBytes, IsNothingToWhoDoesNotReplay) {
  EXPECT_THAT(
      bytes_say({{{"application_name", "archive"}, {"state", "streaming"}, {"pg_current_wal_lsn_bytes", "50331648"}}}),
      ElementsAre("inactive: no standby streams from here"));
}

TEST(ReplicationLagBytes, HasNothingToJudgeWithoutStandbys) {
  EXPECT_THAT(bytes_say({}), ElementsAre("inactive: no standby streams from here"));
}

}  // namespace
}  // namespace pgwatch::health
