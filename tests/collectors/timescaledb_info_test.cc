#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "exporter/model/plan.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

TEST(TimescaledbInfo, TellsVersionEditionAndWorkers) {
  EXPECT_EQ(test::emitted_from(timescaledb_info(), {{{"version", "2.24.0"},
                                                     {"license", "timescale"},
                                                     {"edition", "community"},
                                                     {"info", "1"},
                                                     {"hypertables", "3"},
                                                     {"continuous_aggregates", "0"},
                                                     {"max_background_workers", "16"},
                                                     {"scheduler_running", "1"},
                                                     {"background_workers", "2"}}}),
            R"(timescaledb_background_workers 2
timescaledb_continuous_aggregates 0
timescaledb_hypertables 3
timescaledb_info{version="2.24.0",license="timescale",edition="community"} 1
timescaledb_max_background_workers 16
timescaledb_scheduler_running 1
)");
}

TEST(TimescaledbInfo, SaysNothingOfTheSchedulerOfAStandby) {
  EXPECT_THAT(
      test::emitted_from(timescaledb_info(), {{{"version", "2.24.0"}, {"info", "1"}, {"background_workers", "0"}}}),
      testing::Not(testing::HasSubstr("scheduler")));
}

TEST(TimescaledbInfo, IsSkippedWithoutTheExtension) {
  Facts facts;
  facts.version = 180000;
  const Step step = plan(timescaledb_info(), facts, {});
  ASSERT_TRUE(std::holds_alternative<Skip>(step));
  EXPECT_EQ(std::get<Skip>(step).reason, "extension");
}

}  // namespace
}  // namespace pgwatch::collectors
