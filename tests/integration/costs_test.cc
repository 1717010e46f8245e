// What a collector says it costs, against what a lived-in server counts and logs.
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
  log_statements(family.primary);
  Interview interview(family.primary);
  const std::vector<Collector> collectors = collectors_of_servers();
  const std::map<std::string, int> statements = interview.statements_of(collectors, family.primary);
  for (const Collector& collector : collectors) {
    EXPECT_GT(collector.cost.pages, 0) << collector.name << " does not say what it costs";
    EXPECT_LE(interview.pages_of(collector), claimed_pages(collector.cost, family.primary)) << collector.name;
    const bool skipped = interview.ask(collector).skip.has_value();
    EXPECT_EQ(statements.at(collector.name), skipped ? 0 : claimed_statements(collector.cost, family.primary))
        << collector.name;
  }
}

}  // namespace
}  // namespace pgwatch::test
