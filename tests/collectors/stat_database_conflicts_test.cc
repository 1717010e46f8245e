#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

using testing::HasSubstr;

TEST(StatDatabaseConflicts, AreToldByCause) {
  EXPECT_EQ(test::emitted_from(stat_database_conflicts(), {{{"datid", "5"},
                                                            {"datname", "postgres"},
                                                            {"confl_tablespace", "1"},
                                                            {"confl_lock", "2"},
                                                            {"confl_snapshot", "3"},
                                                            {"confl_bufferpin", "4"},
                                                            {"confl_deadlock", "5"},
                                                            {"confl_active_logicalslot", "6"}}}),
            R"(pg_stat_database_conflicts_confl_active_logicalslot{datid="5",datname="postgres"} 6
pg_stat_database_conflicts_confl_bufferpin{datid="5",datname="postgres"} 4
pg_stat_database_conflicts_confl_deadlock{datid="5",datname="postgres"} 5
pg_stat_database_conflicts_confl_lock{datid="5",datname="postgres"} 2
pg_stat_database_conflicts_confl_snapshot{datid="5",datname="postgres"} 3
pg_stat_database_conflicts_confl_tablespace{datid="5",datname="postgres"} 1
)");
}

TEST(StatDatabaseConflicts, LeaveACauseOutThatTheServerDoesNotKnow) {
  EXPECT_EQ(
      test::emitted_from(stat_database_conflicts(), {{{"datid", "5"}, {"datname", "postgres"}, {"confl_lock", "0"}}}),
      "pg_stat_database_conflicts_confl_lock{datid=\"5\",datname=\"postgres\"} 0\n");
  EXPECT_THAT(test::statement(stat_database_conflicts(), 150000), HasSubstr("NULL"));
}

}  // namespace
}  // namespace pgwatch::collectors
