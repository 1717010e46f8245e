#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

TEST(XminHorizon, TellsWhoHoldsIt) {
  EXPECT_EQ(
      test::emitted_from(xmin_horizon(), {{{"holder", "session"}, {"age_transactions", "12"}, {"age_seconds", "3.5"}},
                                          {{"holder", "replication_slot"}, {"age_transactions", "5000000"}}}),
      R"(pg_xmin_horizon_age_seconds{holder="session"} 3.5
pg_xmin_horizon_age_transactions{holder="session"} 12
pg_xmin_horizon_age_transactions{holder="replication_slot"} 5000000
)");
}

TEST(XminHorizon, SaysNothingOfAKindThatHoldsNothing) {
  EXPECT_EQ(test::emitted_from(xmin_horizon(), {{{"holder", "standby"}}}), "");
}

}  // namespace
}  // namespace pgwatch::collectors
