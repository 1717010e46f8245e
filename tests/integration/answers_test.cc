// Every statement that a built-in collector asks runs on every major whose facts choose it, on a primary and on a
// standby, for the least-privilege role. With PGWATCH_RECORD in the environment, what the servers answer is kept.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/collectors/skips.h"
#include "tests/integration/interview.h"
#include "tests/support/family.h"
#include "tests/support/majors.h"

namespace pgwatch::test {
namespace {

class Answers : public OnEachMajor {
 protected:
  static void expect_answers(const PostgresServer& server, const std::string& role) {
    const RecordedServer here{major(), role};
    Interview interview(server);
    if (kRecords) record_facts(here, interview.known());
    EXPECT_EQ(facts_text(interview.known()), facts_text(recorded_facts(here)));
    for (const Collector& collector : collectors_of_servers()) {
      SCOPED_TRACE(collector.name);
      EXPECT_NO_THROW(expect_answer(interview, here, collector));
    }
  }

 private:
  static void expect_answer(Interview& interview, const RecordedServer& here, const Collector& collector) {
    const Asked asked = interview.ask(collector);
    const std::string expected = expected_skip(collector.name, here.major, interview.known().facts.in_recovery);
    EXPECT_EQ(asked.skip ? asked.skip->reason : "", expected) << (asked.skip ? asked.skip->detail : "it answers");
    if (kRecords) record_answers(here, collector, asked);
  }

  inline static const bool kRecords = std::getenv("PGWATCH_RECORD") != nullptr;
};

INSTANTIATE_TEST_SUITE_P(, Answers, every_major(), major_name);

TEST_P(Answers, ComeFromPrimaryAndStandbyAsRecorded) {
  const Family family(major());
  expect_answers(family.primary, "primary");
  expect_answers(family.standby, "standby");
}

}  // namespace
}  // namespace pgwatch::test
