#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

using testing::HasSubstr;

TEST(StatActivity, CountsSessionsByWhatTheyDo) {
  EXPECT_EQ(test::emitted_from(stat_activity(), {{{"datname", "lake"},
                                                  {"state", "active"},
                                                  {"usename", "app"},
                                                  {"application_name", "say \"hi\""},
                                                  {"backend_type", "client backend"},
                                                  {"wait_event_type", "Lock"},
                                                  {"wait_event", "relation"},
                                                  {"count", "3"},
                                                  {"max_tx_duration", "12.25"}}}),
            "pg_stat_activity_count{datname=\"lake\",state=\"active\",usename=\"app\",application_name=\"say "
            "\\\"hi\\\"\",backend_type=\"client backend\",wait_event_type=\"Lock\",wait_event=\"relation\"} 3\n"
            "pg_stat_activity_max_tx_duration{datname=\"lake\",state=\"active\",usename=\"app\",application_name=\"say "
            "\\\"hi\\\"\",backend_type=\"client backend\",wait_event_type=\"Lock\",wait_event=\"relation\"} 12.25\n");
}

TEST(StatActivity, ShowsAStateNobodyIsIn) {
  EXPECT_EQ(
      test::emitted_from(stat_activity(),
                         {{{"datname", "lake"}, {"state", "disabled"}, {"count", "0"}, {"max_tx_duration", "0"}}}),
      "pg_stat_activity_count{datname=\"lake\",state=\"disabled\",usename=\"\",application_name=\"\","
      "backend_type=\"\",wait_event_type=\"\",wait_event=\"\"} 0\n"
      "pg_stat_activity_max_tx_duration{datname=\"lake\",state=\"disabled\",usename=\"\",application_name=\"\","
      "backend_type=\"\",wait_event_type=\"\",wait_event=\"\"} 0\n");
}

TEST(StatActivity, AsksForEveryState) {
  for (const char* state :
       {"active", "idle", "idle in transaction", "idle in transaction (aborted)", "fastpath function call", "disabled"})
    EXPECT_THAT(test::statement(stat_activity(), 180000), HasSubstr("'" + std::string(state) + "'"));
}

}  // namespace
}  // namespace pgwatch::collectors
