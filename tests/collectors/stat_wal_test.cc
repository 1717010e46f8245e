#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(StatWal, TellsHowMuchWalIsMadeAndWritten) {
  EXPECT_EQ(test::emitted_from(stat_wal(), {{{"records", "10"},
                                             {"full_page_images", "2"},
                                             {"bytes", "8192"},
                                             {"buffers_full", "1"},
                                             {"writes", "4"},
                                             {"write_seconds", "0.5"},
                                             {"syncs", "3"},
                                             {"sync_seconds", "0.25"},
                                             {"stats_reset", "1700000000"}}}),
            R"(pg_stat_wal_buffers_full_total 1
pg_stat_wal_bytes_total 8192
pg_stat_wal_full_page_images_total 2
pg_stat_wal_records_total 10
pg_stat_wal_stats_reset_timestamp_seconds 1700000000
pg_stat_wal_sync_seconds_total 0.25
pg_stat_wal_syncs_total 3
pg_stat_wal_write_seconds_total 0.5
pg_stat_wal_writes_total 4
)");
}

TEST(StatWal, ReadsWritesWhereTheServerCountsThem) {
  EXPECT_THAT(test::statement(stat_wal(), 170000, {"pg_stat_wal.wal_records"}),
              HasSubstr("SELECT wal_write AS writes"));
  EXPECT_THAT(test::statement(stat_wal(), 180000, {"pg_stat_wal.wal_records", "pg_stat_io.read_bytes"}),
              AllOf(HasSubstr("object = 'wal'"), Not(HasSubstr("wal_write AS"))));
}

TEST(StatWal, IsSkippedWhereThereIsNoSuchView) { EXPECT_EQ(test::statement(stat_wal(), 130000), ""); }

}  // namespace
}  // namespace pgwatch::collectors
