// What shares the one connection that visits: a check of freshness that is slow costs others its timeout, and queries
// of a user's that hang take turns with checks.
#include <gtest/gtest.h>

#include <atomic>

#include "tests/integration/freshness_live.h"
#include "tests/integration/shared_server.h"

namespace pgwatch::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

class Turns : public SharedServer {
 protected:
  static void SetUpTestSuite() {
    SharedServer::SetUpTestSuite();
    server_->sql(
        "CREATE TABLE bars (time timestamptz, symbol text); CREATE INDEX ON bars (time); GRANT SELECT ON bars TO "
        "pgwatch;"
        "INSERT INTO bars VALUES (now(), 'x')");
  }

  void TearDown() override { answered_ = {}; }

  // It notes the longest pause between two of its answers.
  Collector quick() {
    FreshnessCheck check = check_of("bars");
    check.interval = 100ms;
    Collector collector = collector_of(check);
    collector.emit = [this, emit = collector.emit](const Rows& rows, Sink& sink) {
      emit(rows, sink);
      if (!sink.memory().empty()) return;
      const Clock::time_point now = Clock::now();
      if (answers_++ > 0) longest_ = std::max<Clock::duration>(longest_, now - answered_);
      answered_ = now;
    };
    return collector;
  }

  std::atomic<int> answers_ = 0;
  std::atomic<Clock::duration> longest_ = Clock::duration::zero();
  Clock::time_point answered_;
};

TEST_F(Turns, OfACheckHaveItsTimeoutForAllOfItsStatements) {
  FreshnessCheck slow = check_of("slow");
  slow.table = "";
  slow.query = "SELECT now() AS ts, 'x' AS symbol FROM pg_sleep(0.8)";
  slow.groups = FreshnessCheck::Groups{.column = "symbol", .expected_query = "SELECT 'x' FROM pg_sleep(0.8)"};
  slow.window = FreshnessCheck::Window{1h};
  slow.timeout = 1s;
  RunningEngine engine(test_world(server_->conninfo(), {quick(), collector_of(slow)}));
  const Told told = told_by(engine.ask(kPatience, awaiting(slow)), slow);
  EXPECT_EQ(told.reason, kTimeout) << told.detail;
  EXPECT_LT(told.duration, 3s + kSlack);
}

TEST_F(Turns, OfQueriesThatHangEndWhereACheckIsDue) {
  std::vector<Collector> collectors = {quick()};
  std::atomic<int> hung = 0;
  for (const char* name : {"one", "two", "three"})
    collectors.push_back({.name = name,
                          .help = "A query of a user's.",
                          .lane = Lane::kSlow,
                          .interval = 100ms,
                          .timeout = 3s,
                          .source = std::vector<Sql>{{"SELECT pg_sleep(60) AS value"}},
                          .columns = {gauge("value", "A value.")},
                          .recover =
                              [&hung](const Failure&, Sink&) {
                                ++hung;
                                return false;
                              },
                          .origin = "q.yaml:1:1"});
  const RunningEngine engine(test_world(server_->conninfo(), collectors));
  EXPECT_TRUE(eventually([&] { return hung >= 4 && answers_ >= 4; }, 3 * kPatience));
  EXPECT_LT(longest_.load(), 7500ms + kSlack) << "one of them, and a login; all three would take 9 s";
}

}  // namespace
}  // namespace pgwatch::test
