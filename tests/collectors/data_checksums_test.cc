#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

TEST(DataChecksums, TellWhereTheyWereWrong) {
  EXPECT_EQ(
      test::emitted_from(data_checksums(),
                         {{{"enabled", "t"}, {"datname", ""}, {"failures", "0"}},
                          {{"enabled", "t"}, {"datname", "lake"}, {"failures", "3"}, {"last_failure", "1700000000"}}}),
      R"(pg_data_checksums_enabled 1
pg_data_checksums_failures_total{datname=""} 0
pg_data_checksums_failures_total{datname="lake"} 3
pg_data_checksums_last_failure_timestamp_seconds{datname="lake"} 1700000000
)");
}

// No failures are known of pages that nobody checks.
TEST(DataChecksums, KnowNoFailuresWhereThereAreNone) {
  EXPECT_EQ(test::emitted_from(data_checksums(), {{{"enabled", "f"}, {"datname", "lake"}}}),
            "pg_data_checksums_enabled 0\n");
}

}  // namespace
}  // namespace pgwatch::collectors
