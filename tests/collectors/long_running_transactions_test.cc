#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

TEST(LongRunningTransactions, TellHowManyAndHowOld) {
  EXPECT_EQ(test::emitted_from(
                long_running_transactions(),
                {{{"transactions", "2"}, {"oldest_timestamp_seconds", "61.5"}, {"oldest_age_seconds", "61.5"}}}),
            "pg_long_running_transactions 2\n"
            "pg_long_running_transactions_oldest_age_seconds 61.5\n"
            "pg_long_running_transactions_oldest_timestamp_seconds 61.5\n");
}

// postgres_exporter says 0; under our own name there is no age.
TEST(LongRunningTransactions, HaveNoAgeWhereNoneIsOpen) {
  EXPECT_EQ(
      test::emitted_from(long_running_transactions(), {{{"transactions", "0"}, {"oldest_timestamp_seconds", "0"}}}),
      "pg_long_running_transactions 0\n"
      "pg_long_running_transactions_oldest_timestamp_seconds 0\n");
}

}  // namespace
}  // namespace pgwatch::collectors
