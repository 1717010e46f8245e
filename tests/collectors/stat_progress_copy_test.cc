#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

TEST(StatProgressCopy, TellsHowFarItIs) {
  EXPECT_EQ(test::emitted_from(stat_progress_copy(), {{{"datname", "lake"},
                                                       {"relname", "public.orders"},
                                                       {"command", "COPY FROM"},
                                                       {"sessions", "2"},
                                                       {"processed_bytes", "8192"},
                                                       {"tuples_processed", "10"},
                                                       {"tuples_excluded", "0"}}}),
            R"(pg_stat_progress_copy_processed_bytes{datname="lake",relname="public.orders",command="COPY FROM"} 8192
pg_stat_progress_copy_sessions{datname="lake",relname="public.orders",command="COPY FROM"} 2
pg_stat_progress_copy_tuples_excluded{datname="lake",relname="public.orders",command="COPY FROM"} 0
pg_stat_progress_copy_tuples_processed{datname="lake",relname="public.orders",command="COPY FROM"} 10
)");
}

TEST(StatProgressCopy, IsSkippedWhereThereIsNoSuchView) {
  EXPECT_EQ(test::statement(stat_progress_copy(), 130000), "");
}

}  // namespace
}  // namespace pgwatch::collectors
