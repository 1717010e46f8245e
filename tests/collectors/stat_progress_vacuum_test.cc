#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

using testing::AllOf;
using testing::HasSubstr;

test::Row vacuum(const test::Row& more) {
  test::Row row = {{"datname", "lake"}, {"relname", "note"}};
  row.insert(more.begin(), more.end());
  return row;
}

TEST(StatProgressVacuum, ShowsThePhaseItIsIn) {
  EXPECT_EQ(test::emitted_from(stat_progress_vacuum(), {vacuum({{"phase", "vacuuming indexes"}})}),
            R"(pg_stat_progress_vacuum_phase{datname="lake",relname="note",phase="initializing"} 0
pg_stat_progress_vacuum_phase{datname="lake",relname="note",phase="scanning heap"} 0
pg_stat_progress_vacuum_phase{datname="lake",relname="note",phase="vacuuming indexes"} 1
pg_stat_progress_vacuum_phase{datname="lake",relname="note",phase="vacuuming heap"} 0
pg_stat_progress_vacuum_phase{datname="lake",relname="note",phase="cleaning up indexes"} 0
pg_stat_progress_vacuum_phase{datname="lake",relname="note",phase="truncating heap"} 0
pg_stat_progress_vacuum_phase{datname="lake",relname="note",phase="performing final cleanup"} 0
)");
}

TEST(StatProgressVacuum, TellsHowFarItHasCome) {
  EXPECT_EQ(test::emitted_from(stat_progress_vacuum(), {vacuum({{"heap_blks_total", "100"},
                                                                {"heap_blks_scanned", "60"},
                                                                {"heap_blks_vacuumed", "40"},
                                                                {"index_vacuum_count", "1"},
                                                                {"max_dead_tuples", "29127"},
                                                                {"num_dead_tuples", "300"}})}),
            R"(pg_stat_progress_vacuum_heap_blks{datname="lake",relname="note"} 100
pg_stat_progress_vacuum_heap_blks_scanned{datname="lake",relname="note"} 60
pg_stat_progress_vacuum_heap_blks_vacuumed{datname="lake",relname="note"} 40
pg_stat_progress_vacuum_index_vacuums{datname="lake",relname="note"} 1
pg_stat_progress_vacuum_max_dead_tuples{datname="lake",relname="note"} 29127
pg_stat_progress_vacuum_num_dead_tuples{datname="lake",relname="note"} 300
)");
}

// Since PostgreSQL 17 nobody knows how many fit, only how much memory they have.
TEST(StatProgressVacuum, TellsBytesUnderNamesOfTheirOwn) {
  EXPECT_EQ(test::emitted_from(stat_progress_vacuum(), {vacuum({{"num_dead_tuples", "300"},
                                                                {"max_dead_tuple_bytes", "67108864"},
                                                                {"dead_tuple_bytes", "65536"},
                                                                {"indexes", "3"},
                                                                {"indexes_processed", "2"},
                                                                {"delay_time_seconds", "1.5"}})}),
            R"(pg_stat_progress_vacuum_dead_tuple_bytes{datname="lake",relname="note"} 65536
pg_stat_progress_vacuum_delay_time_seconds{datname="lake",relname="note"} 1.5
pg_stat_progress_vacuum_indexes{datname="lake",relname="note"} 3
pg_stat_progress_vacuum_indexes_processed{datname="lake",relname="note"} 2
pg_stat_progress_vacuum_max_dead_tuple_bytes{datname="lake",relname="note"} 67108864
pg_stat_progress_vacuum_num_dead_tuples{datname="lake",relname="note"} 300
)");
}

TEST(StatProgressVacuum, AsksForRowIdsByTheNameTheyHave) {
  EXPECT_THAT(test::statement(stat_progress_vacuum(), 160000),
              AllOf(HasSubstr("num_dead_tuples AS num_dead_tuples"), HasSubstr("max_dead_tuples AS max_dead_tuples")));
  EXPECT_THAT(test::statement(stat_progress_vacuum(), 170000, {"pg_stat_progress_vacuum.num_dead_item_ids"}),
              AllOf(HasSubstr("num_dead_item_ids  AS num_dead_tuples"), HasSubstr("NULL  AS max_dead_tuples")));
}

}  // namespace
}  // namespace pgwatch::collectors
