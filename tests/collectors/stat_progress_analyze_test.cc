#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

TEST(StatProgressAnalyze, TellsItsPhaseAndHowFarItIs) {
  const std::string page = test::emitted_from(stat_progress_analyze(), {{{"datname", "lake"},
                                                                         {"relname", "public.orders"},
                                                                         {"phase", "acquiring sample rows"},
                                                                         {"sample_bytes", "81920"},
                                                                         {"sample_scanned_bytes", "8192"}}});
  for (const char* line : {
           R"(pg_stat_progress_analyze_phase{datname="lake",relname="public.orders",phase="acquiring sample rows"} 1)",
           R"(pg_stat_progress_analyze_phase{datname="lake",relname="public.orders",phase="computing statistics"} 0)",
           R"(pg_stat_progress_analyze_sample_bytes{datname="lake",relname="public.orders"} 81920)",
           R"(pg_stat_progress_analyze_sample_scanned_bytes{datname="lake",relname="public.orders"} 8192)",
       })
    EXPECT_THAT(page, testing::HasSubstr(line));
}

TEST(StatProgressAnalyze, SaysNothingWhileNobodyAnalyzes) {
  EXPECT_EQ(test::emitted_from(stat_progress_analyze(), {}), "");
}

}  // namespace
}  // namespace pgwatch::collectors
