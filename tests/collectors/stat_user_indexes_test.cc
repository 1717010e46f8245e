#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

using testing::HasSubstr;
using testing::Not;

const test::Row kIndex = {
    {"schemaname", "public"}, {"relname", "orders"},   {"indexrelname", "orders_pkey"},  {"idx_scan", "3"},
    {"idx_tup_read", "20"},   {"idx_tup_fetch", "18"}, {"estimated_size_bytes", "16384"}};

TEST(StatUserIndexes, TellsHowMuchAnIndexIsUsed) {
  EXPECT_EQ(
      test::emitted_from(stat_user_indexes(), {kIndex}),
      R"(pg_stat_user_indexes_estimated_size_bytes{schemaname="public",relname="orders",indexrelname="orders_pkey"} 16384
pg_stat_user_indexes_idx_scan{schemaname="public",relname="orders",indexrelname="orders_pkey"} 3
pg_stat_user_indexes_idx_tup_fetch{schemaname="public",relname="orders",indexrelname="orders_pkey"} 18
pg_stat_user_indexes_idx_tup_read{schemaname="public",relname="orders",indexrelname="orders_pkey"} 20
)");
}

TEST(StatUserIndexes, TellsWhenAnIndexWasLastUsed) {
  test::Row used = kIndex;
  used["last_idx_scan"] = "1700000000.5";
  EXPECT_THAT(test::emitted_from(stat_user_indexes(), {used}),
              HasSubstr("last_idx_scan_timestamp_seconds{schemaname=\"public\",relname=\"orders\","
                        "indexrelname=\"orders_pkey\"} 1700000000.5"));
  EXPECT_THAT(test::statement(stat_user_indexes(), 150000), Not(HasSubstr("pg_stat_get_lastscan(")));
  EXPECT_THAT(test::statement(stat_user_indexes(), 160000, {"pg_stat_get_lastscan()"}),
              HasSubstr("pg_stat_get_lastscan(x.oid)"));
}

TEST(StatUserIndexes, TellsOfTheThousandLargest) {
  EXPECT_THAT(test::statement(stat_user_indexes(), 150000), HasSubstr("x.oid LIMIT '1000'"));
}

}  // namespace
}  // namespace pgwatch::collectors
