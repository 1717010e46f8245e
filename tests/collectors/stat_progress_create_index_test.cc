#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

TEST(StatProgressCreateIndex, TellsItsPhaseAndHowFarItIs) {
  const std::string page =
      test::emitted_from(stat_progress_create_index(), {{{"datname", "lake"},
                                                         {"relname", "public.orders"},
                                                         {"builds", "1"},
                                                         {"phase", "building index: scanning table"},
                                                         {"bytes", "81920"},
                                                         {"done_bytes", "8192"}}});
  for (const char* line : {
           R"(_builds{datname="lake",relname="public.orders"} 1)",
           R"(_phase{datname="lake",relname="public.orders",phase="building index: scanning table"} 1)",
           R"(_phase{datname="lake",relname="public.orders",phase="initializing"} 0)",
           R"(_bytes{datname="lake",relname="public.orders"} 81920)",
           R"(_done_bytes{datname="lake",relname="public.orders"} 8192)",
       })
    EXPECT_THAT(page, testing::HasSubstr("pg_stat_progress_create_index" + std::string(line)));
}

TEST(StatProgressCreateIndex, SaysNothingWhileNobodyBuilds) {
  EXPECT_EQ(test::emitted_from(stat_progress_create_index(), {}), "");
}

}  // namespace
}  // namespace pgwatch::collectors
