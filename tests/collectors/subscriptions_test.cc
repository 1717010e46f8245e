#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const test::Row kDisabled = {{"datname", "lake"},    {"subname", "feed"},   {"enabled", "f"},
                             {"apply_workers", "0"}, {"sync_workers", "0"}, {"parallel_workers", "0"}};

TEST(Subscriptions, TellHowLateChangesComeIn) {
  EXPECT_EQ(test::emitted_from(subscriptions(), {{{"datname", "lake"},
                                                  {"subname", "feed"},
                                                  {"enabled", "t"},
                                                  {"apply_workers", "1"},
                                                  {"lag_bytes", "4096"},
                                                  {"last_message_age_seconds", "0.5"},
                                                  {"last_report_age_seconds", "2"},
                                                  {"apply_errors", "3"},
                                                  {"sync_errors", "0"},
                                                  {"insert_exists", "3"}}}),
            R"(pg_subscription_conflicts_total{datname="lake",subname="feed",type="insert_exists"} 3
pg_subscription_enabled{datname="lake",subname="feed"} 1
pg_subscription_errors_total{datname="lake",subname="feed",work="apply"} 3
pg_subscription_errors_total{datname="lake",subname="feed",work="table synchronization"} 0
pg_subscription_lag_bytes{datname="lake",subname="feed"} 4096
pg_subscription_last_message_age_seconds{datname="lake",subname="feed"} 0.5
pg_subscription_last_report_age_seconds{datname="lake",subname="feed"} 2
pg_subscription_workers{datname="lake",subname="feed",type="apply"} 1
)");
}

// That nobody works is known; how far behind it is, is not.
TEST(Subscriptions, KnowNoLagOfWhatDoesNotRun) {
  EXPECT_EQ(test::emitted_from(subscriptions(), {kDisabled}),
            R"(pg_subscription_enabled{datname="lake",subname="feed"} 0
pg_subscription_workers{datname="lake",subname="feed",type="apply"} 0
pg_subscription_workers{datname="lake",subname="feed",type="table synchronization"} 0
pg_subscription_workers{datname="lake",subname="feed",type="parallel apply"} 0
)");
}

TEST(Subscriptions, AskForStatisticsOnlyWhereTheServerHasThem) {
  const std::string old = test::statement(subscriptions(), 140000);
  EXPECT_THAT(old, AllOf(Not(HasSubstr("pg_stat_subscription_stats")), Not(HasSubstr("leader_pid"))));
}

}  // namespace
}  // namespace pgwatch::collectors
