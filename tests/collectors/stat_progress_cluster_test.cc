#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

TEST(StatProgressCluster, TellsItsPhaseAndHowFarItIs) {
  const std::string page = test::emitted_from(stat_progress_cluster(), {{{"datname", "lake"},
                                                                         {"relname", "public.orders"},
                                                                         {"phase", "seq scanning heap"},
                                                                         {"heap_tuples_scanned", "100"},
                                                                         {"heap_bytes", "81920"},
                                                                         {"heap_scanned_bytes", "8192"}}});
  for (const char* line : {
           R"(_phase{datname="lake",relname="public.orders",phase="seq scanning heap"} 1)",
           R"(_phase{datname="lake",relname="public.orders",phase="rebuilding index"} 0)",
           R"(_heap_tuples_scanned{datname="lake",relname="public.orders"} 100)",
           R"(_heap_bytes{datname="lake",relname="public.orders"} 81920)",
           R"(_heap_scanned_bytes{datname="lake",relname="public.orders"} 8192)",
       })
    EXPECT_THAT(page, testing::HasSubstr("pg_stat_progress_cluster" + std::string(line)));
}

TEST(StatProgressCluster, SaysNothingWhileNobodyRewrites) {
  EXPECT_EQ(test::emitted_from(stat_progress_cluster(), {}), "");
}

}  // namespace
}  // namespace pgwatch::collectors
