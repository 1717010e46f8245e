#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(BlockedSessions, AreCountedPerDatabaseWithTheLongestWait) {
  EXPECT_EQ(
      test::emitted_from(blocked_sessions(), {{{"datname", "lake"}, {"blocked", "3"}, {"longest_wait_seconds", "61.5"}},
                                              {{"datname", "quiet"}, {"blocked", "0"}}}),
      R"(pg_blocked_sessions{datname="lake"} 3
pg_blocked_sessions{datname="quiet"} 0
pg_blocked_sessions_longest_wait_seconds{datname="lake"} 61.5
)");
}

TEST(BlockedSessions, AreAskedSinceWhenWhereTheServerKnows) {
  EXPECT_THAT(test::statement(blocked_sessions(), 130000), HasSubstr("activity.state_change AS since"));
  EXPECT_THAT(test::statement(blocked_sessions(), 140000, {"pg_locks.waitstart"}),
              AllOf(HasSubstr("awaiting.waitstart  AS since"), Not(HasSubstr("state_change"))));
}

}  // namespace
}  // namespace pgwatch::collectors
