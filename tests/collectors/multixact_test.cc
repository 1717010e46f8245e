#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"
#include "tests/exporter/model/emitted.h"

namespace pgwatch::collectors {
namespace {

std::string emitted(const std::vector<test::Row>& rows) {
  return test::emitted(multixact(), test::answer(multixact(), rows));
}

TEST(Multixact, TellsHowFarEachDatabaseIsFromAVacuumAgainstWraparound) {
  EXPECT_EQ(emitted({{{"datname", "lake"}, {"age", "100000000"}, {"freeze_ratio", "0.25"}}}),
            R"(pg_multixact_age{datname="lake"} 100000000
pg_multixact_freeze_ratio{datname="lake"} 0.25
)");
}

}  // namespace
}  // namespace pgwatch::collectors
