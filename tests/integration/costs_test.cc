// What a collector says it costs, against what a lived-in server counts.
#include <gtest/gtest.h>

#include "tests/integration/interview.h"
#include "tests/support/family.h"
#include "tests/support/majors.h"

namespace pgwatch::test {
namespace {

class Costs : public OnEachMajor {};
INSTANTIATE_TEST_SUITE_P(, Costs, every_major(), major_name);

TEST_P(Costs, AreNoMoreThanCollectorsSay) {
  const Family family(major());
  Interview interview(family.primary);
  for (const Collector& collector : collectors_of_servers()) {
    EXPECT_GT(collector.cost.pages, 0) << collector.name << " does not say what it costs";
    EXPECT_LE(interview.pages_of(collector), claimed_pages(collector.cost, family.primary)) << collector.name;
  }
}

}  // namespace
}  // namespace pgwatch::test
