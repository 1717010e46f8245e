#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

using testing::AllOf;
using testing::HasSubstr;

test::Row lake(const test::Row& more) {
  test::Row row = {{"datid", "16384"}, {"datname", "lake"}};
  row.insert(more.begin(), more.end());
  return row;
}

TEST(StatDatabase, CountsWhatEachDatabaseHasDone) {
  EXPECT_EQ(test::emitted_from(stat_database(), {lake({{"numbackends", "4"},
                                                       {"xact_commit", "18446744073709551615"},
                                                       {"blk_read_time", "1500.5"},
                                                       {"blk_read_time_seconds", "1.5005"},
                                                       {"stats_reset", "1700000000"},
                                                       {"stats_reset_timestamp_seconds", "1700000000.75"},
                                                       {"active_time_seconds", "2.5"}})}),
            R"(pg_stat_database_active_time_seconds_total{datid="16384",datname="lake"} 2.5
pg_stat_database_blk_read_time{datid="16384",datname="lake"} 1500.5
pg_stat_database_blk_read_time_seconds_total{datid="16384",datname="lake"} 1.5005
pg_stat_database_numbackends{datid="16384",datname="lake"} 4
pg_stat_database_stats_reset{datid="16384",datname="lake"} 1700000000
pg_stat_database_stats_reset_timestamp_seconds{datid="16384",datname="lake"} 1700000000.75
pg_stat_database_xact_commit{datid="16384",datname="lake"} 18446744073709551615
)");
}

TEST(StatDatabase, HasPostgresExportersCounters) {
  for (const char* name : {"xact_commit", "xact_rollback", "blks_read", "blks_hit", "tup_returned", "tup_fetched",
                           "tup_inserted", "tup_updated", "tup_deleted", "conflicts", "temp_files", "temp_bytes",
                           "deadlocks", "blk_read_time", "blk_write_time", "stats_reset"})
    EXPECT_EQ(test::emitted_from(stat_database(), {lake({{name, "7"}})}),
              "pg_stat_database_" + std::string(name) + "{datid=\"16384\",datname=\"lake\"} 7\n");
}

TEST(StatDatabase, CountsSessions) {
  EXPECT_EQ(test::emitted_from(stat_database(), {lake({{"session_time_seconds", "90.5"},
                                                       {"idle_in_transaction_time_seconds", "0.5"},
                                                       {"sessions", "5"},
                                                       {"sessions_abandoned", "1"},
                                                       {"sessions_fatal", "2"},
                                                       {"sessions_killed", "3"}})}),
            R"(pg_stat_database_idle_in_transaction_time_seconds_total{datid="16384",datname="lake"} 0.5
pg_stat_database_session_time_seconds_total{datid="16384",datname="lake"} 90.5
pg_stat_database_sessions_abandoned_total{datid="16384",datname="lake"} 1
pg_stat_database_sessions_fatal_total{datid="16384",datname="lake"} 2
pg_stat_database_sessions_killed_total{datid="16384",datname="lake"} 3
pg_stat_database_sessions_total{datid="16384",datname="lake"} 5
)");
}

TEST(StatDatabase, AsksForAColumnOnlyWhereTheServerHasIt) {
  EXPECT_THAT(test::statement(stat_database(), 130000),
              AllOf(HasSubstr("NULL AS sessions,"), HasSubstr("NULL AS active_time_seconds")));
  EXPECT_THAT(test::statement(stat_database(), 140000, {"pg_stat_database.active_time"}),
              HasSubstr("active_time / 1000  AS active_time_seconds"));
}

}  // namespace
}  // namespace pgwatch::collectors
