#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

TEST(WaitEvents, AreCounted) {
  EXPECT_EQ(test::emitted_from(wait_events(),
                               {{{"wait_event_type", "Lock"}, {"wait_event", "transactionid"}, {"sessions", "4"}},
                                {{"wait_event_type", ""}, {"wait_event", ""}, {"sessions", "2"}}}),
            R"(pg_wait_events_sessions{wait_event_type="Lock",wait_event="transactionid"} 4
pg_wait_events_sessions{wait_event_type="",wait_event=""} 2
)");
}

}  // namespace
}  // namespace pgwatch::collectors
