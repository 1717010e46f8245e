#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

TEST(Multixact, TellsHowFarEachDatabaseIsFromAVacuumAgainstWraparound) {
  EXPECT_EQ(test::emitted_from(multixact(), {{{"datname", "lake"}, {"age", "100000000"}, {"freeze_ratio", "0.25"}}}),
            R"(pg_multixact_age{datname="lake"} 100000000
pg_multixact_freeze_ratio{datname="lake"} 0.25
)");
}

}  // namespace
}  // namespace pgwatch::collectors
