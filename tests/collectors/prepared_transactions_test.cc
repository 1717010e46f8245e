#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

TEST(PreparedTransactions, TellOfAForgottenOne) {
  EXPECT_EQ(test::emitted_from(prepared_transactions(), {{{"datname", "lake"},
                                                          {"prepared", "2"},
                                                          {"oldest_age_seconds", "3600.5"},
                                                          {"oldest_age_transactions", "1000000"}}}),
            R"(pg_prepared_transactions{datname="lake"} 2
pg_prepared_transactions_oldest_age_seconds{datname="lake"} 3600.5
pg_prepared_transactions_oldest_age_transactions{datname="lake"} 1000000
)");
}

TEST(PreparedTransactions, HaveNoAgeWhereThereAreNone) {
  EXPECT_EQ(test::emitted_from(prepared_transactions(), {{{"datname", "lake"}, {"prepared", "0"}}}),
            "pg_prepared_transactions{datname=\"lake\"} 0\n");
}

}  // namespace
}  // namespace pgwatch::collectors
