#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"
#include "tests/exporter/model/emitted.h"

namespace pgwatch::collectors {
namespace {

TEST(Postmaster, TellsWhenTheServerWasStarted) {
  const Rows rows = test::answer(postmaster(), {{{"start_time_seconds", "1700000000.25"}}});
  EXPECT_EQ(test::emitted(postmaster(), rows), "pg_postmaster_start_time_seconds 1700000000.25\n");
}

TEST(Postmaster, SaysNothingWhereTheServerSaysNothing) {
  EXPECT_EQ(test::emitted(postmaster(), test::answer(postmaster(), {{}})), "");
}

}  // namespace
}  // namespace pgwatch::collectors
