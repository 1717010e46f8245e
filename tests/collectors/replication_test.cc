#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "exporter/model/instrument.h"
#include "tests/collectors/answer.h"
#include "tests/exporter/model/emitted.h"

namespace pgwatch::collectors {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string emitted(const std::vector<test::Row>& rows) {
  return test::emitted(replication(), test::answer(replication(), rows));
}

// What every row of a primary says of the primary.
test::Row primary() { return {{"is_replica", "f"}, {"lag_seconds", "0"}, {"last_replay_seconds", "0"}}; }

test::Row standby() {
  return {{"is_replica", "t"}, {"replay_paused", "f"}, {"primary_configured", "t"}, {"last_replay_seconds", "3600.5"}};
}

test::Row operator+(test::Row row, test::Row more) {
  row.merge(std::move(more));
  return row;
}

test::Row busy_sender() {
  return {{"application_name", "berlin"}, {"client_addr", "10.0.0.2/32"}, {"slot_name", "berlin"},
          {"state", "streaming"},         {"sync_state", "sync"},         {"pg_current_wal_lsn_bytes", "50331648"},
          {"sent_lag_bytes", "0"},        {"write_lag_bytes", "16"},      {"flush_lag_bytes", "32"},
          {"replay_lag_bytes", "64"},     {"write_lag_seconds", "0.001"}, {"flush_lag_seconds", "0.002"},
          {"replay_lag_seconds", "0.004"}};
}

// Without slot, and with nothing on its way for a while: the server then knows no times.
test::Row idle_sender() {
  return {{"application_name", "paris"},
          {"client_addr", "10.0.0.3/32"},
          {"state", "streaming"},
          {"sync_state", "async"},
          {"pg_current_wal_lsn_bytes", "50331648"},
          {"sent_lag_bytes", "0"},
          {"write_lag_bytes", "0"},
          {"flush_lag_bytes", "0"},
          {"replay_lag_bytes", "0"}};
}

TEST(Replication, TellsOfAPrimaryOnceAndOfEachStandby) {
  EXPECT_EQ(emitted({primary() + busy_sender(), primary() + idle_sender()}), R"(pg_replication_is_replica 0
pg_replication_lag_seconds 0
pg_replication_last_replay_seconds 0
pg_stat_replication_lag_bytes{application_name="berlin",client_addr="10.0.0.2/32",slot_name="berlin",stage="sent"} 0
pg_stat_replication_lag_bytes{application_name="paris",client_addr="10.0.0.3/32",slot_name="",stage="sent"} 0
pg_stat_replication_lag_bytes{application_name="berlin",client_addr="10.0.0.2/32",slot_name="berlin",stage="write"} 16
pg_stat_replication_lag_bytes{application_name="paris",client_addr="10.0.0.3/32",slot_name="",stage="write"} 0
pg_stat_replication_lag_bytes{application_name="berlin",client_addr="10.0.0.2/32",slot_name="berlin",stage="flush"} 32
pg_stat_replication_lag_bytes{application_name="paris",client_addr="10.0.0.3/32",slot_name="",stage="flush"} 0
pg_stat_replication_lag_bytes{application_name="berlin",client_addr="10.0.0.2/32",slot_name="berlin",stage="replay"} 64
pg_stat_replication_lag_bytes{application_name="paris",client_addr="10.0.0.3/32",slot_name="",stage="replay"} 0
pg_stat_replication_lag_seconds{application_name="berlin",client_addr="10.0.0.2/32",slot_name="berlin",stage="write"} 0.001
pg_stat_replication_lag_seconds{application_name="berlin",client_addr="10.0.0.2/32",slot_name="berlin",stage="flush"} 0.002
pg_stat_replication_lag_seconds{application_name="berlin",client_addr="10.0.0.2/32",slot_name="berlin",stage="replay"} 0.004
pg_stat_replication_pg_current_wal_lsn_bytes{application_name="berlin",client_addr="10.0.0.2/32",slot_name="berlin",state="streaming"} 50331648
pg_stat_replication_pg_current_wal_lsn_bytes{application_name="paris",client_addr="10.0.0.3/32",slot_name="",state="streaming"} 50331648
pg_stat_replication_pg_wal_lsn_diff{application_name="berlin",client_addr="10.0.0.2/32",slot_name="berlin",state="streaming"} 64
pg_stat_replication_pg_wal_lsn_diff{application_name="paris",client_addr="10.0.0.3/32",slot_name="",state="streaming"} 0
pg_stat_replication_state{application_name="berlin",client_addr="10.0.0.2/32",slot_name="berlin",state="startup"} 0
pg_stat_replication_state{application_name="berlin",client_addr="10.0.0.2/32",slot_name="berlin",state="catchup"} 0
pg_stat_replication_state{application_name="berlin",client_addr="10.0.0.2/32",slot_name="berlin",state="streaming"} 1
pg_stat_replication_state{application_name="berlin",client_addr="10.0.0.2/32",slot_name="berlin",state="backup"} 0
pg_stat_replication_state{application_name="berlin",client_addr="10.0.0.2/32",slot_name="berlin",state="stopping"} 0
pg_stat_replication_state{application_name="paris",client_addr="10.0.0.3/32",slot_name="",state="startup"} 0
pg_stat_replication_state{application_name="paris",client_addr="10.0.0.3/32",slot_name="",state="catchup"} 0
pg_stat_replication_state{application_name="paris",client_addr="10.0.0.3/32",slot_name="",state="streaming"} 1
pg_stat_replication_state{application_name="paris",client_addr="10.0.0.3/32",slot_name="",state="backup"} 0
pg_stat_replication_state{application_name="paris",client_addr="10.0.0.3/32",slot_name="",state="stopping"} 0
pg_stat_replication_sync_state{application_name="berlin",client_addr="10.0.0.2/32",slot_name="berlin",sync_state="async"} 0
pg_stat_replication_sync_state{application_name="berlin",client_addr="10.0.0.2/32",slot_name="berlin",sync_state="potential"} 0
pg_stat_replication_sync_state{application_name="berlin",client_addr="10.0.0.2/32",slot_name="berlin",sync_state="sync"} 1
pg_stat_replication_sync_state{application_name="berlin",client_addr="10.0.0.2/32",slot_name="berlin",sync_state="quorum"} 0
pg_stat_replication_sync_state{application_name="paris",client_addr="10.0.0.3/32",slot_name="",sync_state="async"} 1
pg_stat_replication_sync_state{application_name="paris",client_addr="10.0.0.3/32",slot_name="",sync_state="potential"} 0
pg_stat_replication_sync_state{application_name="paris",client_addr="10.0.0.3/32",slot_name="",sync_state="sync"} 0
pg_stat_replication_sync_state{application_name="paris",client_addr="10.0.0.3/32",slot_name="",sync_state="quorum"} 0
)");
}

TEST(Replication, TellsOfAPrimaryWithoutStandbys) {
  EXPECT_EQ(emitted({primary()}),
            "pg_replication_is_replica 0\n"
            "pg_replication_lag_seconds 0\n"
            "pg_replication_last_replay_seconds 0\n");
}

// The primary writes nothing: the last replay grows old, and the standby is not behind.
TEST(Replication, TellsAnIdleStandbyFromOneThatLags) {
  EXPECT_EQ(emitted({standby() + test::Row{{"lag_seconds", "0"},
                                           {"replay_age_seconds", "0"},
                                           {"replay_pending_bytes", "0"},
                                           {"status", "streaming"},
                                           {"receiver_last_message_age_seconds", "1.5"}}}),
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
  EXPECT_EQ(emitted({standby() + test::Row{{"replay_pending_bytes", "0"}, {"status", "stopped"}}}),
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
  const std::string page = emitted({standby() + test::Row{{"status", "dreaming"}} + busy_sender()});
  EXPECT_THAT(page, HasSubstr("pg_replication_receiver_status{status=\"streaming\"} 0\n"));
  EXPECT_THAT(page, HasSubstr("pg_replication_receiver_status{status=\"dreaming\"} 1\n"));
  EXPECT_THAT(emitted({primary() + test::Row{{"state", "dreaming"}, {"application_name", "a"}}}),
              HasSubstr("pg_stat_replication_state{application_name=\"a\",client_addr=\"\",slot_name=\"\","
                        "state=\"dreaming\"} 1\n"));
}

TEST(Replication, SaysNothingTwiceOfAServerWithManyStandbys) {
  const Instrument instrument(replication());
  Sink sink(instrument.metrics());
  const test::Row row = standby() + test::Row{{"status", "streaming"}};
  instrument.emit(test::answer(replication(), {row + busy_sender(), row + idle_sender()}), sink);
  EXPECT_EQ(sink.take_samples().duplicates(), 0U);
}

TEST(Replication, DropsAndCountsAStandbyThatLooksLikeAnother) {
  const Instrument instrument(replication());
  Sink sink(instrument.metrics());
  instrument.emit(test::answer(replication(), {primary() + idle_sender(), primary() + idle_sender()}), sink);
  const Samples samples = sink.take_samples();
  EXPECT_EQ(samples.duplicates(), 2U + 5U + 4U + 4U);  // positions, states, sync states, lags
}

TEST(Replication, NeedsPostgres10) {
  EXPECT_EQ(test::statement(replication(), 90624), "");
  EXPECT_THAT(test::statement(replication(), 100000), HasSubstr("FROM pg_stat_wal_receiver"));
}

// What restores from an archive alone has no receiver to miss.
TEST(Replication, TellsAStandbyThatIsToldOfNoPrimary) {
  const test::Row archive = {{"is_replica", "t"}, {"primary_configured", "f"}, {"status", "stopped"}};
  EXPECT_THAT(emitted({archive}), HasSubstr("pg_replication_primary_configured 0\n"));
  EXPECT_THAT(emitted({primary()}), Not(HasSubstr("primary_configured")));
}

// Views of older servers have no column it names: those that came later are chosen by facts, and there are none here.
TEST(Replication, AsksTheSameOfEveryServer) {
  EXPECT_EQ(test::statement(replication(), 100000), test::statement(replication(), 180000));
  EXPECT_THAT(needs_of(replication()), testing::IsEmpty());
  EXPECT_THAT(test::statement(replication(), 180000), Not(HasSubstr("/*if")));
}

}  // namespace
}  // namespace pgwatch::collectors
