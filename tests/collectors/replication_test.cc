#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

using testing::HasSubstr;
using testing::Not;

// What every row of a primary says of the primary.
test::Row primary() { return {{"is_replica", "f"}, {"lag_seconds", "0"}, {"last_replay_seconds", "0"}}; }

test::Row standby(const test::Row& more) {
  test::Row row = {
      {"is_replica", "t"}, {"replay_paused", "f"}, {"primary_configured", "t"}, {"last_replay_seconds", "3600.5"}};
  row.insert(more.begin(), more.end());
  return row;
}

TEST(Replication, TellsOfAPrimary) {
  EXPECT_EQ(test::emitted_from(replication(), {primary()}),
            "pg_replication_is_replica 0\n"
            "pg_replication_lag_seconds 0\n"
            "pg_replication_last_replay_seconds 0\n");
}

// The primary writes nothing: the last replay grows old, and the standby is not behind.
TEST(Replication, TellsAnIdleStandbyFromOneThatLags) {
  EXPECT_EQ(test::emitted_from(replication(), {standby({{"lag_seconds", "0"},
                                                        {"replay_age_seconds", "0"},
                                                        {"replay_pending_bytes", "0"},
                                                        {"status", "streaming"},
                                                        {"receiver_last_message_age_seconds", "1.5"}})}),
            "pg_replication_is_replica 1\n"
            "pg_replication_lag_seconds 0\n"
            "pg_replication_last_replay_seconds 3600.5\n"
            "pg_replication_primary_configured 1\n"
            "pg_replication_receiver_last_message_age_seconds 1.5\n"
            "pg_replication_receiver_status{status=\"streaming\"} 1\n"
            "pg_replication_receiver_status{status=\"stopped\"} 0\n"
            "pg_replication_receiver_status{status=\"starting\"} 0\n"
            "pg_replication_receiver_status{status=\"waiting\"} 0\n"
            "pg_replication_receiver_status{status=\"restarting\"} 0\n"
            "pg_replication_receiver_status{status=\"stopping\"} 0\n"
            "pg_replication_replay_age_seconds 0\n"
            "pg_replication_replay_paused 0\n"
            "pg_replication_replay_pending_bytes 0\n");
}

// All that was received is replayed, but nobody knows what else there is: no lag is better than a lag of 0.
TEST(Replication, GivesNoLagWhereTheReceiverHasStopped) {
  EXPECT_EQ(test::emitted_from(replication(), {standby({{"replay_pending_bytes", "0"}, {"status", "stopped"}})}),
            "pg_replication_is_replica 1\n"
            "pg_replication_last_replay_seconds 3600.5\n"
            "pg_replication_primary_configured 1\n"
            "pg_replication_receiver_status{status=\"streaming\"} 0\n"
            "pg_replication_receiver_status{status=\"stopped\"} 1\n"
            "pg_replication_receiver_status{status=\"starting\"} 0\n"
            "pg_replication_receiver_status{status=\"waiting\"} 0\n"
            "pg_replication_receiver_status{status=\"restarting\"} 0\n"
            "pg_replication_receiver_status{status=\"stopping\"} 0\n"
            "pg_replication_replay_paused 0\n"
            "pg_replication_replay_pending_bytes 0\n");
}

TEST(Replication, ShowsAStatusItHasNeverHeardOf) {
  const std::string page = test::emitted_from(replication(), {standby({{"status", "dreaming"}})});
  EXPECT_THAT(page, HasSubstr("pg_replication_receiver_status{status=\"streaming\"} 0\n"));
  EXPECT_THAT(page, HasSubstr("pg_replication_receiver_status{status=\"dreaming\"} 1\n"));
}

TEST(Replication, NeedsPostgres10) {
  EXPECT_EQ(test::statement(replication(), 90624), "");
  EXPECT_THAT(test::statement(replication(), 100000), HasSubstr("FROM pg_stat_wal_receiver"));
}

// What restores from an archive alone has no receiver to miss.
TEST(Replication, TellsAStandbyThatIsToldOfNoPrimary) {
  const test::Row archive = {{"is_replica", "t"}, {"primary_configured", "f"}, {"status", "stopped"}};
  EXPECT_THAT(test::emitted_from(replication(), {archive}), HasSubstr("pg_replication_primary_configured 0\n"));
  EXPECT_THAT(test::emitted_from(replication(), {primary()}), Not(HasSubstr("primary_configured")));
}

// Views of older servers have no column it names: those that came later are chosen by facts, and there are none here.
TEST(Replication, AsksTheSameOfEveryServer) {
  EXPECT_EQ(test::statement(replication(), 100000), test::statement(replication(), 180000));
  EXPECT_THAT(needs_of(replication()), testing::IsEmpty());
  EXPECT_THAT(test::statement(replication(), 180000), Not(HasSubstr("/*if")));
}

}  // namespace
}  // namespace pgwatch::collectors
