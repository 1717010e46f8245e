#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string statement(int top) {
  Collector collector = stat_user_tables();
  collector.options.front().value = top;
  return test::statement(collector, 180000);
}

TEST(StatUserTables, TellsOfScansChangesAndVacuums) {
  EXPECT_EQ(test::emitted_from(stat_user_tables(), {{{"schemaname", "public"},
                                                     {"relname", "orders"},
                                                     {"seq_scan", "2"},
                                                     {"n_tup_ins", "9007199254740993"},
                                                     {"n_live_tup", "7"},
                                                     {"last_vacuum", "0"},
                                                     {"vacuum_count", "0"}}}),
            R"(pg_stat_user_tables_last_vacuum{schemaname="public",relname="orders"} 0
pg_stat_user_tables_n_live_tup{schemaname="public",relname="orders"} 7
pg_stat_user_tables_n_tup_ins{schemaname="public",relname="orders"} 9007199254740993
pg_stat_user_tables_seq_scan{schemaname="public",relname="orders"} 2
pg_stat_user_tables_vacuum_count{schemaname="public",relname="orders"} 0
)");
}

TEST(StatUserTables, SaysNothingOfWhatTheServerDoesNotCount) {
  EXPECT_EQ(test::emitted_from(stat_user_tables(), {{{"schemaname", "public"}, {"relname", "orders"}}}), "");
}

TEST(StatUserTables, AsksOnlyFunctionsThatTheServerHas) {
  const std::string old = test::statement(stat_user_tables(), 130000);
  EXPECT_THAT(old, AllOf(Not(HasSubstr("pg_stat_get_lastscan(")), Not(HasSubstr("pg_stat_get_total_vacuum_time(")),
                         Not(HasSubstr("pg_stat_get_tuples_newpage_updated("))));
  EXPECT_THAT(test::statement(stat_user_tables(), 180000, {"pg_stat_get_total_vacuum_time()"}),
              HasSubstr("pg_stat_get_total_vacuum_time(c.oid) / 1000"));
}

TEST(StatUserTables, TellsOfAllTablesOrOfTheLargest) {
  EXPECT_THAT(statement(0), HasSubstr("('0' = '0' OR"));
  EXPECT_THAT(statement(25),
              AllOf(HasSubstr("('25' = '0' OR"), HasSubstr("ORDER BY c.relpages DESC, c.oid LIMIT '25'")));
}

TEST(StatUserTables, LeavesOutChunksAndTemporaryTables) {
  EXPECT_THAT(statement(0), AllOf(HasSubstr("'_timescaledb_internal'"), HasSubstr("c.relpersistence <> 't'")));
}

}  // namespace
}  // namespace pgwatch::collectors
