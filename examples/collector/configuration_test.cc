#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"
#include "tests/exporter/model/emitted.h"

namespace pgwatch::collectors {
namespace {

TEST(Configuration, TellsWhenTheServerReadItsFiles) {
  const Rows rows = test::answer(configuration(), {{{"load_time_seconds", "1700000000.25"}}});
  EXPECT_EQ(test::emitted(configuration(), rows), "pg_configuration_load_time_seconds 1700000000.25\n");
}

TEST(Configuration, SaysNothingWhereTheServerSaysNothing) {
  EXPECT_EQ(test::emitted(configuration(), test::answer(configuration(), {{}})), "");
}

}  // namespace
}  // namespace pgwatch::collectors
