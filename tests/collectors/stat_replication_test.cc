#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "exporter/model/instrument.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

using testing::HasSubstr;
using testing::Not;

test::Row busy_sender() {
  return {{"application_name", "berlin"},  {"client_addr", "10.0.0.2"},    {"slot_name", "berlin"},
          {"state", "streaming"},          {"sync_state", "sync"},         {"pg_current_wal_lsn_bytes", "50331648"},
          {"sent_lag_bytes", "0"},         {"write_lag_bytes", "16"},      {"flush_lag_bytes", "32"},
          {"replay_lag_bytes", "64"},      {"write_lag_seconds", "0.001"}, {"flush_lag_seconds", "0.002"},
          {"replay_lag_seconds", "0.004"}, {"reply_time", "1700000000"}};
}

// Without slot, and with nothing on its way for a while: the server then knows no times.
test::Row idle_sender() {
  return {{"application_name", "paris"},
          {"client_addr", "10.0.0.3"},
          {"state", "streaming"},
          {"sync_state", "async"},
          {"pg_current_wal_lsn_bytes", "50331648"},
          {"sent_lag_bytes", "0"},
          {"write_lag_bytes", "0"},
          {"flush_lag_bytes", "0"},
          {"replay_lag_bytes", "0"}};
}

TEST(StatReplication, TellsOfEachStandby) {
  EXPECT_EQ(
      test::emitted_from(stat_replication(), {busy_sender(), idle_sender()}),
      R"(pg_stat_replication_lag_bytes{application_name="berlin",client_addr="10.0.0.2",slot_name="berlin",stage="sent"} 0
pg_stat_replication_lag_bytes{application_name="paris",client_addr="10.0.0.3",slot_name="",stage="sent"} 0
pg_stat_replication_lag_bytes{application_name="berlin",client_addr="10.0.0.2",slot_name="berlin",stage="write"} 16
pg_stat_replication_lag_bytes{application_name="paris",client_addr="10.0.0.3",slot_name="",stage="write"} 0
pg_stat_replication_lag_bytes{application_name="berlin",client_addr="10.0.0.2",slot_name="berlin",stage="flush"} 32
pg_stat_replication_lag_bytes{application_name="paris",client_addr="10.0.0.3",slot_name="",stage="flush"} 0
pg_stat_replication_lag_bytes{application_name="berlin",client_addr="10.0.0.2",slot_name="berlin",stage="replay"} 64
pg_stat_replication_lag_bytes{application_name="paris",client_addr="10.0.0.3",slot_name="",stage="replay"} 0
pg_stat_replication_lag_seconds{application_name="berlin",client_addr="10.0.0.2",slot_name="berlin",stage="write"} 0.001
pg_stat_replication_lag_seconds{application_name="berlin",client_addr="10.0.0.2",slot_name="berlin",stage="flush"} 0.002
pg_stat_replication_lag_seconds{application_name="berlin",client_addr="10.0.0.2",slot_name="berlin",stage="replay"} 0.004
pg_stat_replication_pg_current_wal_lsn_bytes{application_name="berlin",client_addr="10.0.0.2",slot_name="berlin",state="streaming"} 50331648
pg_stat_replication_pg_current_wal_lsn_bytes{application_name="paris",client_addr="10.0.0.3",slot_name="",state="streaming"} 50331648
pg_stat_replication_pg_wal_lsn_diff{application_name="berlin",client_addr="10.0.0.2",slot_name="berlin",state="streaming"} 64
pg_stat_replication_pg_wal_lsn_diff{application_name="paris",client_addr="10.0.0.3",slot_name="",state="streaming"} 0
pg_stat_replication_reply_time{application_name="berlin",client_addr="10.0.0.2",slot_name="berlin",state="streaming"} 1700000000
pg_stat_replication_state{application_name="berlin",client_addr="10.0.0.2",slot_name="berlin",state="startup"} 0
pg_stat_replication_state{application_name="berlin",client_addr="10.0.0.2",slot_name="berlin",state="catchup"} 0
pg_stat_replication_state{application_name="berlin",client_addr="10.0.0.2",slot_name="berlin",state="streaming"} 1
pg_stat_replication_state{application_name="berlin",client_addr="10.0.0.2",slot_name="berlin",state="backup"} 0
pg_stat_replication_state{application_name="berlin",client_addr="10.0.0.2",slot_name="berlin",state="stopping"} 0
pg_stat_replication_state{application_name="paris",client_addr="10.0.0.3",slot_name="",state="startup"} 0
pg_stat_replication_state{application_name="paris",client_addr="10.0.0.3",slot_name="",state="catchup"} 0
pg_stat_replication_state{application_name="paris",client_addr="10.0.0.3",slot_name="",state="streaming"} 1
pg_stat_replication_state{application_name="paris",client_addr="10.0.0.3",slot_name="",state="backup"} 0
pg_stat_replication_state{application_name="paris",client_addr="10.0.0.3",slot_name="",state="stopping"} 0
pg_stat_replication_sync_state{application_name="berlin",client_addr="10.0.0.2",slot_name="berlin",sync_state="async"} 0
pg_stat_replication_sync_state{application_name="berlin",client_addr="10.0.0.2",slot_name="berlin",sync_state="potential"} 0
pg_stat_replication_sync_state{application_name="berlin",client_addr="10.0.0.2",slot_name="berlin",sync_state="sync"} 1
pg_stat_replication_sync_state{application_name="berlin",client_addr="10.0.0.2",slot_name="berlin",sync_state="quorum"} 0
pg_stat_replication_sync_state{application_name="paris",client_addr="10.0.0.3",slot_name="",sync_state="async"} 1
pg_stat_replication_sync_state{application_name="paris",client_addr="10.0.0.3",slot_name="",sync_state="potential"} 0
pg_stat_replication_sync_state{application_name="paris",client_addr="10.0.0.3",slot_name="",sync_state="sync"} 0
pg_stat_replication_sync_state{application_name="paris",client_addr="10.0.0.3",slot_name="",sync_state="quorum"} 0
)");
}

TEST(StatReplication, SaysNothingWhereNobodyIsConnected) { EXPECT_EQ(test::emitted_from(stat_replication(), {}), ""); }

TEST(StatReplication, ShowsAStateItHasNeverHeardOf) {
  EXPECT_THAT(test::emitted_from(stat_replication(), {{{"state", "dreaming"}, {"application_name", "a"}}}),
              HasSubstr("pg_stat_replication_state{application_name=\"a\",client_addr=\"\",slot_name=\"\","
                        "state=\"dreaming\"} 1\n"));
}

TEST(StatReplication, DropsAndCountsAStandbyThatLooksLikeAnother) {
  const Instrument instrument(stat_replication());
  Sink sink(instrument.metrics());
  instrument.emit(test::answer(stat_replication(), {idle_sender(), idle_sender()}), sink);
  const Samples samples = sink.take_samples();
  EXPECT_EQ(samples.duplicates(), 2U + 5U + 4U + 4U);  // positions, states, sync states, lags
}

TEST(StatReplication, NeedsPostgres12) {
  EXPECT_EQ(test::statement(stat_replication(), 110022), "");
  EXPECT_THAT(test::statement(stat_replication(), 120000), HasSubstr("FROM pg_stat_replication"));
}

// Views of older servers have no column it names: those that came later are chosen by facts, and there are none here.
TEST(StatReplication, AsksTheSameOfEveryServer) {
  EXPECT_EQ(test::statement(stat_replication(), 120000), test::statement(stat_replication(), 180000));
  EXPECT_THAT(needs_of(stat_replication()), testing::IsEmpty());
  EXPECT_THAT(test::statement(stat_replication(), 180000), Not(HasSubstr("/*if")));
}

}  // namespace
}  // namespace pgwatch::collectors
