#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"
#include "tests/exporter/model/emitted.h"

namespace pgwatch::collectors {
namespace {

TEST(StatioUserTables, TellsOfPagesReadAndHit) {
  const Rows rows = test::answer(statio_user_tables(), {{{"schemaname", "public"},
                                                         {"relname", "orders"},
                                                         {"heap_blocks_read", "1"},
                                                         {"heap_blocks_hit", "2"},
                                                         {"idx_blocks_read", "3"},
                                                         {"idx_blocks_hit", "4"},
                                                         {"toast_blocks_read", "5"},
                                                         {"toast_blocks_hit", "6"},
                                                         {"tidx_blocks_read", "7"},
                                                         {"tidx_blocks_hit", "8"}}});
  EXPECT_EQ(test::emitted(statio_user_tables(), rows),
            R"(pg_statio_user_tables_heap_blocks_hit{schemaname="public",relname="orders"} 2
pg_statio_user_tables_heap_blocks_read{schemaname="public",relname="orders"} 1
pg_statio_user_tables_idx_blocks_hit{schemaname="public",relname="orders"} 4
pg_statio_user_tables_idx_blocks_read{schemaname="public",relname="orders"} 3
pg_statio_user_tables_tidx_blocks_hit{schemaname="public",relname="orders"} 8
pg_statio_user_tables_tidx_blocks_read{schemaname="public",relname="orders"} 7
pg_statio_user_tables_toast_blocks_hit{schemaname="public",relname="orders"} 6
pg_statio_user_tables_toast_blocks_read{schemaname="public",relname="orders"} 5
)");
}

TEST(StatioUserTables, HasAllColumnsOfTheContract) { EXPECT_EQ(statio_user_tables().columns.size(), 2U + 8U); }

}  // namespace
}  // namespace pgwatch::collectors
