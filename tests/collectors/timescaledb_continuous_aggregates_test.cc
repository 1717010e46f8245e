#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

TEST(TimescaledbContinuousAggregates, TellHowFarTheyAreAndWhatWaits) {
  EXPECT_EQ(
      test::emitted_from(timescaledb_continuous_aggregates(), {{{"schema", "public"},
                                                                {"view", "hourly"},
                                                                {"watermark_timestamp_seconds", "1795269600.00000000"},
                                                                {"expected_lag_seconds", "9000.000000"},
                                                                {"materialized_only", "f"},
                                                                {"invalidations_aggregate", "2"},
                                                                {"invalidations_hypertable", "10000"}}}),
      R"(timescaledb_cagg_expected_lag_seconds{schema="public",view="hourly"} 9000
timescaledb_cagg_invalidation_rows{schema="public",view="hourly",log="aggregate"} 2
timescaledb_cagg_invalidation_rows{schema="public",view="hourly",log="hypertable"} 10000
timescaledb_cagg_materialized_only{schema="public",view="hourly"} 0
timescaledb_cagg_watermark_timestamp_seconds{schema="public",view="hourly"} 1795269600
)");
}

TEST(TimescaledbContinuousAggregates, HaveNoWatermarkBeforeTheyAreRefreshed) {
  EXPECT_THAT(test::emitted_from(timescaledb_continuous_aggregates(),
                                 {{{"schema", "public"}, {"view", "hourly"}, {"materialized_only", "t"}}}),
              testing::Not(testing::HasSubstr("watermark")));
}

TEST(TimescaledbContinuousAggregates, FindTheWidthOfABucketWhereTheReleaseKeepsIt) {
  const auto statement = [](const std::vector<std::string>& present) {
    return test::statement(timescaledb_continuous_aggregates(), 150000, present);
  };
  EXPECT_THAT(statement({"_timescaledb_catalog.continuous_agg.bucket_width"}), testing::HasSubstr("a.bucket_width"));
  EXPECT_THAT(statement({}), testing::Not(testing::HasSubstr("a.bucket_width")));
}

}  // namespace
}  // namespace pgwatch::collectors
