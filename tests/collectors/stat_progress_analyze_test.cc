#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"
#include "tests/exporter/model/emitted.h"

namespace pgwatch::collectors {
namespace {

std::string emitted(const std::vector<test::Row>& rows) {
  return test::emitted(stat_progress_analyze(), test::answer(stat_progress_analyze(), rows));
}

TEST(StatProgressAnalyze, TellsItsPhaseAndHowFarItIs) {
  const std::string page = emitted({{{"datname", "lake"},
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

TEST(StatProgressAnalyze, SaysNothingWhileNobodyAnalyzes) { EXPECT_EQ(emitted({}), ""); }

}  // namespace
}  // namespace pgwatch::collectors
