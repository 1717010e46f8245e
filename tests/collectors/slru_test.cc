#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

TEST(Slru, TellsOfEachCacheByItsName) {
  EXPECT_EQ(
      test::emitted_from(
          slru(), {{{"name", "subtransaction"}, {"blks_hit", "9"}, {"blks_read", "1"}, {"stats_reset", "1700000000"}},
                   {{"name", "transaction"}, {"blks_hit", "5"}, {"flushes", "2"}}}),
      R"(pg_stat_slru_blks_hit_total{name="subtransaction"} 9
pg_stat_slru_blks_hit_total{name="transaction"} 5
pg_stat_slru_blks_read_total{name="subtransaction"} 1
pg_stat_slru_flushes_total{name="transaction"} 2
pg_stat_slru_stats_reset_timestamp_seconds{name="subtransaction"} 1700000000
)");
}

}  // namespace
}  // namespace pgwatch::collectors
