#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"
#include "tests/exporter/model/emitted.h"

namespace pgwatch::collectors {
namespace {

TEST(StatioUserIndexes, TellsOfPagesReadAndHit) {
  const Rows rows = test::answer(statio_user_indexes(), {{{"schemaname", "public"},
                                                          {"relname", "orders"},
                                                          {"indexrelname", "orders_pkey"},
                                                          {"idx_blks_read_total", "4"},
                                                          {"idx_blks_hit_total", "96"}}});
  EXPECT_EQ(
      test::emitted(statio_user_indexes(), rows),
      R"(pg_statio_user_indexes_idx_blks_hit_total{schemaname="public",relname="orders",indexrelname="orders_pkey"} 96
pg_statio_user_indexes_idx_blks_read_total{schemaname="public",relname="orders",indexrelname="orders_pkey"} 4
)");
}

TEST(StatioUserIndexes, AreOffByDefault) { EXPECT_FALSE(statio_user_indexes().enabled); }

}  // namespace
}  // namespace pgwatch::collectors
