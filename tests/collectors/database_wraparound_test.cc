#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

TEST(DatabaseWraparound, TellsIdsUnderBothNames) {
  EXPECT_EQ(test::emitted_from(database_wraparound(),
                               {{{"datname", "lake"}, {"age_datfrozenxid", "150000000"}, {"age_datminmxid", "7"}}}),
            "pg_database_wraparound_age_datfrozenxid_seconds{datname=\"lake\"} 150000000\n"
            "pg_database_wraparound_age_datfrozenxid_transactions{datname=\"lake\"} 150000000\n"
            "pg_database_wraparound_age_datminmxid_multixacts{datname=\"lake\"} 7\n"
            "pg_database_wraparound_age_datminmxid_seconds{datname=\"lake\"} 7\n");
}

}  // namespace
}  // namespace pgwatch::collectors
