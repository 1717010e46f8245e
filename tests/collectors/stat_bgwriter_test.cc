#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(StatBgwriter, HasTheOldNamesAndTwinsWithUnits) {
  EXPECT_EQ(test::emitted_from(stat_bgwriter(), {{{"checkpoints_timed", "10"},
                                                  {"checkpoints_req", "2"},
                                                  {"checkpoint_write_time", "1500"},
                                                  {"checkpoint_write_time_seconds", "1.5"},
                                                  {"checkpoint_sync_time", "250"},
                                                  {"checkpoint_sync_time_seconds", "0.25"},
                                                  {"buffers_checkpoint", "100"},
                                                  {"buffers_clean", "200"},
                                                  {"maxwritten_clean", "3"},
                                                  {"buffers_backend", "400"},
                                                  {"buffers_backend_fsync", "0"},
                                                  {"buffers_alloc", "500"},
                                                  {"stats_reset", "1700000000"},
                                                  {"stats_reset_timestamp_seconds", "1700000000.75"}}}),
            R"(pg_stat_bgwriter_buffers_alloc_total 500
pg_stat_bgwriter_buffers_backend_fsync_total 0
pg_stat_bgwriter_buffers_backend_total 400
pg_stat_bgwriter_buffers_checkpoint_total 100
pg_stat_bgwriter_buffers_clean_total 200
pg_stat_bgwriter_checkpoint_sync_time_seconds_total 0.25
pg_stat_bgwriter_checkpoint_sync_time_total 250
pg_stat_bgwriter_checkpoint_write_time_seconds_total 1.5
pg_stat_bgwriter_checkpoint_write_time_total 1500
pg_stat_bgwriter_checkpoints_req_total 2
pg_stat_bgwriter_checkpoints_timed_total 10
pg_stat_bgwriter_maxwritten_clean_total 3
pg_stat_bgwriter_stats_reset_timestamp_seconds 1700000000.75
pg_stat_bgwriter_stats_reset_total 1700000000
)");
}

TEST(StatBgwriter, TellsAResetThatNeverWasOnlyWherePostgresExporterDoes) {
  EXPECT_EQ(test::emitted_from(stat_bgwriter(), {{{"stats_reset", "0"}}}), "pg_stat_bgwriter_stats_reset_total 0\n");
}

TEST(StatBgwriter, AsksWhereTheServerKeepsTheNumbers) {
  EXPECT_THAT(test::statement(stat_bgwriter(), 160000, {"pg_stat_bgwriter.checkpoints_timed", "pg_stat_io.fsyncs"}),
              Not(HasSubstr("pg_stat_checkpointer")));
  const std::vector<std::string> split = {"pg_stat_checkpointer.num_timed", "pg_stat_io.fsyncs"};
  EXPECT_THAT(test::statement(stat_bgwriter(), 170000, split),
              AllOf(HasSubstr("pg_stat_checkpointer"), HasSubstr("coalesce(writes, 0)"), Not(HasSubstr("_bytes, 0)"))));
  const std::vector<std::string> bytes = {"pg_stat_checkpointer.num_timed", "pg_stat_io.fsyncs",
                                          "pg_stat_io.write_bytes"};
  EXPECT_THAT(test::statement(stat_bgwriter(), 180000, bytes),
              AllOf(HasSubstr("coalesce(write_bytes, 0)"), Not(HasSubstr("writes, 0"))));
}

// As on a fork that left pg_stat_io out.
TEST(StatBgwriter, LacksOnlyWhatItTakesFromPgStatIoWhereThereIsNone) {
  const std::string sql = test::statement(stat_bgwriter(), 170000, {"pg_stat_checkpointer.num_timed"});
  EXPECT_THAT(sql, AllOf(HasSubstr("restartpoints_timed AS checkpoints_timed"), HasSubstr("NULL AS buffers_backend,"),
                         HasSubstr("NULL AS buffers_backend_fsync,"), Not(HasSubstr("pg_stat_io"))));
  EXPECT_THAT(test::emitted_from(stat_bgwriter(), {{{"checkpoints_req", "2"}, {"buffers_checkpoint", "100"}}}),
              AllOf(HasSubstr("checkpoints_req_total 2"), HasSubstr("buffers_checkpoint_total 100"),
                    Not(HasSubstr("buffers_backend"))));
}

}  // namespace
}  // namespace pgwatch::collectors
