#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

TEST(Postmaster, TellsSinceWhenItRuns) {
  EXPECT_EQ(test::emitted_from(postmaster(), {{{"start_time_seconds", "1700000000.250000"}}}),
            "pg_postmaster_start_time_seconds 1700000000.25\n");
}

}  // namespace
}  // namespace pgwatch::collectors
