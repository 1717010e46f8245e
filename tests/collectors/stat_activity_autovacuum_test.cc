#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

TEST(StatActivityAutovacuum, TellsSinceWhenATableIsWorkedOn) {
  EXPECT_EQ(test::emitted_from(stat_activity_autovacuum(),
                               {{{"relname", "note"}, {"timestamp_seconds", "1700000000.5"}},
                                {{"relname", "old (to prevent wraparound)"}, {"timestamp_seconds", "1700000001"}}}),
            "pg_stat_activity_autovacuum_timestamp_seconds{relname=\"note\"} 1700000000.5\n"
            "pg_stat_activity_autovacuum_timestamp_seconds{relname=\"old (to prevent wraparound)\"} 1700000001\n");
}

TEST(StatActivityAutovacuum, SaysNothingWhereNothingIsVacuumed) {
  EXPECT_EQ(test::emitted_from(stat_activity_autovacuum(), {}), "");
}

}  // namespace
}  // namespace pgwatch::collectors
