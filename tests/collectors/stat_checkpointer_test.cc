#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

using testing::HasSubstr;

TEST(StatCheckpointer, TellsOfCheckpointsAndRestartpoints) {
  EXPECT_EQ(test::emitted_from(stat_checkpointer(), {{{"num_timed", "10"},
                                                      {"num_requested", "2"},
                                                      {"num_done", "7"},
                                                      {"restartpoints_timed", "1"},
                                                      {"restartpoints_req", "0"},
                                                      {"restartpoints_done", "1"},
                                                      {"write_time", "1500"},
                                                      {"write_time_seconds", "1.5"},
                                                      {"sync_time", "250"},
                                                      {"sync_time_seconds", "0.25"},
                                                      {"buffers_written", "100"},
                                                      {"slru_written", "4"},
                                                      {"stats_reset", "1700000000"},
                                                      {"stats_reset_timestamp_seconds", "1700000000.75"}}}),
            R"(pg_stat_checkpointer_buffers_written_total 100
pg_stat_checkpointer_num_done_total 7
pg_stat_checkpointer_num_requested_total 2
pg_stat_checkpointer_num_timed_total 10
pg_stat_checkpointer_restartpoints_done_total 1
pg_stat_checkpointer_restartpoints_req_total 0
pg_stat_checkpointer_restartpoints_timed_total 1
pg_stat_checkpointer_slru_written_total 4
pg_stat_checkpointer_stats_reset_timestamp_seconds 1700000000.75
pg_stat_checkpointer_stats_reset_total 1700000000
pg_stat_checkpointer_sync_time_seconds_total 0.25
pg_stat_checkpointer_sync_time_total 250
pg_stat_checkpointer_write_time_seconds_total 1.5
pg_stat_checkpointer_write_time_total 1500
)");
}

TEST(StatCheckpointer, IsSkippedWhereThereIsNone) {
  EXPECT_EQ(test::statement(stat_checkpointer(), 160000), "");
  EXPECT_THAT(test::statement(stat_checkpointer(), 170000, {"pg_stat_checkpointer.num_timed"}),
              HasSubstr("NULL AS num_done"));
}

}  // namespace
}  // namespace pgwatch::collectors
