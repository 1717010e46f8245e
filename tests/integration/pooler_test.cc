// Behind a real transaction pooler: everything is told, and whoever uses the same session next finds it as it was.
#include "tests/integration/pooler.h"
#include "tests/integration/slow_view.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/integration/live.h"

namespace pgwatch::test {
namespace {

using namespace std::chrono_literals;

class Pooled : public SharedServer {
 protected:
  void SetUp() override {
    if (const std::string why = Pooler::unavailable(); !why.empty()) GTEST_SKIP() << why;
    pooler_ = std::make_unique<Pooler>(*server_);
    other_ = std::make_unique<SqlSession>(pooler_->conninfo());
    before_ = state_of_the_session();
  }

  std::string config(const std::string& more = "") const {
    return config_of({{"pooled", pooler_->conninfo(), "pooler: true"}}, more);
  }

  // All that a client could find changed, and which session it is.
  std::vector<Row> state_of_the_session() {
    return other_->run(R"(
      SELECT pg_backend_pid()::text, (SELECT count(*) FROM pg_prepared_statements), (SELECT count(*) FROM pg_cursors),
             (SELECT count(*) FROM pg_listening_channels()), pg_my_temp_schema(), (SELECT count(*) FROM pg_locks
             WHERE locktype = 'advisory'), current_user, NULL
      UNION ALL (SELECT name, 0, 0, 0, 0, 0, setting, concat_ws(' ', source, reset_val) FROM pg_settings ORDER BY name)
    )");
  }

  // The other client has the very session that pgwatch had, and finds it as it was before pgwatch came.
  void expect_unchanged() {
    EXPECT_EQ(state_of_the_session(), before_);
    const std::string of_ours = " FROM pg_stat_activity WHERE usename = 'pgwatch'";
    EXPECT_TRUE(server_->wait_until(
        "SELECT string_agg(state || coalesce(xact_start::text, '') || application_name, ', ')" + of_ours, "idle"));
    EXPECT_EQ(other_->run("CREATE TEMPORARY TABLE writable (); DROP TABLE writable; SELECT 'yes'").at(0).at(0), "yes");
  }

  // Another session on purpose: what is to be unchanged is that one from now on.
  void begin_with_a_new_session() {
    ASSERT_TRUE(eventually([&] {
      try {
        const std::vector<Row> now = state_of_the_session();
        return now[0][0] != std::exchange(before_, now)[0][0];
      } catch (const std::runtime_error&) {
        other_ = std::make_unique<SqlSession>(pooler_->conninfo());
        return false;
      }
    }));
  }

  std::unique_ptr<Pooler> pooler_;
  std::unique_ptr<SqlSession> other_;
  std::vector<Row> before_;
};

double success(const Exposition& page, const std::string& collector) {
  return page.value("pgwatch_collector_success", {{"server", "pooled"}, {"collector", collector}}).value_or(-1);
}

TEST_F(Pooled, AllIsToldAndTheSessionStaysAsItWas) {
  const Pgwatch pgwatch(config());
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(is_whole(scrape(pgwatch).page, "pooled"));
  expect_unchanged();
}

TEST_F(Pooled, ANameOfItsOwnIsNotLeftBehindEither) {
  const Pgwatch pgwatch(
      config_of({{"pooled", pooler_->conninfo() + " application_name=mine", "pooler: true"},
                 {"other", pooler_->conninfo() + " fallback_application_name=mine", "pooler: true"}}));
  const Exposition page = scrape(pgwatch).page;
  EXPECT_TRUE(is_whole(page, "pooled"));
  EXPECT_TRUE(is_whole(page, "other"));
  expect_unchanged();
}

TEST_F(Pooled, AFailedStatementLeavesNothingBehind) {
  server_->sql("REVOKE SELECT ON pg_replication_slots FROM public");
  const Pgwatch pgwatch(config());
  const Labels refused = {{"server", "pooled"}, {"collector", "replication_slots"}, {"reason", "permission"}};
  for (int i = 0; i < 3; ++i) EXPECT_EQ(scrape(pgwatch).page.value("pgwatch_collector_skipped", refused), 1);
  expect_unchanged();
  server_->sql("GRANT SELECT ON pg_replication_slots TO public");
}

TEST_F(Pooled, AStatementThatWaitsForALockLeavesNothingBehind) {
  SqlSession lock(server_->socket_conninfo());
  lock.run("BEGIN; LOCK pg_stat_wal_receiver IN ACCESS EXCLUSIVE MODE");
  const Pgwatch pgwatch(config());
  const Exposition page = scrape(pgwatch).page;
  EXPECT_EQ(success(page, "replication"), 0);
  EXPECT_EQ(success(page, "replication_slots"), 1);
  expect_unchanged();
}

TEST_F(Pooled, AStatementThatTheServerEndsLeavesNothingBehind) {
  const SlowView slow(*server_);
  const Pgwatch pgwatch(config("timeouts: {statement: 300ms}"));
  const Exposition page = scrape(pgwatch).page;
  EXPECT_EQ(success(page, "replication_slots"), 0);
  EXPECT_EQ(page.value("pg_up", {{"server", "pooled"}}), 1);
  expect_unchanged();
}

TEST_F(Pooled, AStatementThatIsCancelledAtTheDeadlineLeavesNothingBehind) {
  const SlowView slow(*server_);
  // One that is slow: nobody but the server ends what else of the pipeline has reached it.
  const Pgwatch pgwatch(config("collectors: {stat_replication: false, xmin_horizon: false}"));
  EXPECT_EQ(success(scrape(pgwatch, 1500ms).page, "replication_slots"), 0);
  before_[0][0] = state_of_the_session()[0][0];  // a server that is slow to end it loses that connection
  expect_unchanged();
}

// The pool is empty: that is no reason to wait for ever, or to disturb who has the session.
TEST_F(Pooled, WhoHasTheSessionKeepsItAndItIsToldAsATimeout) {
  const Pgwatch pgwatch(config());
  ASSERT_TRUE(is_whole(scrape(pgwatch).page, "pooled"));
  other_->run("BEGIN; SET LOCAL work_mem = '7MB'; DECLARE mine CURSOR FOR SELECT 1");
  EXPECT_TRUE(is_down(scrape(pgwatch, 1500ms).page, "pooled", "timeout"));
  EXPECT_EQ(other_->run("SELECT current_setting('work_mem') || (SELECT name FROM pg_cursors)").at(0).at(0), "7MBmine");
  other_->run("COMMIT");
  EXPECT_TRUE(becomes_whole(pgwatch, "pooled"));
  // Where the turn came just when pgwatch no longer waited, the pooler has made another session.
  before_[0][0] = state_of_the_session()[0][0];
  expect_unchanged();
}

// A visit under way at the moment would keep the pooler's old session, for a while, beside the new one.
TEST_F(Pooled, AnotherServerConnectionIsAsGood) {
  const Pgwatch pgwatch(config(scrapes_alone()));
  ASSERT_TRUE(is_whole(scrape(pgwatch).page, "pooled"));
  pooler_->command("RECONNECT");
  begin_with_a_new_session();
  const Exposition page = scrape(pgwatch).page;
  EXPECT_TRUE(is_whole(page, "pooled"));
  EXPECT_EQ(page.value("pgwatch_reconnects_total", {{"server", "pooled"}}), 0);
  expect_unchanged();
  server_->restart();
  EXPECT_TRUE(becomes_whole(pgwatch, "pooled"));
  begin_with_a_new_session();
  EXPECT_TRUE(is_whole(scrape(pgwatch).page, "pooled"));
  expect_unchanged();
}

// Between any two of pgwatch's transactions somebody else may have the session.
TEST_F(Pooled, OthersWorkInBetween) {
  const Pgwatch pgwatch(config());
  ASSERT_TRUE(is_whole(scrape(pgwatch).page, "pooled"));
  std::atomic<bool> over = false;
  std::atomic<int> turns = 0;
  std::thread busy([&, conninfo = pooler_->conninfo()] {
    SqlSession session(conninfo);
    for (; !over; ++turns) {
      session.run("BEGIN; SET LOCAL statement_timeout = 0; CREATE TEMPORARY TABLE mine ON COMMIT DROP AS SELECT 1");
      EXPECT_EQ(session.run("SHOW statement_timeout").at(0).at(0), "0");
      session.run("COMMIT");
      EXPECT_EQ(session.run("SHOW transaction_read_only").at(0).at(0), "off");
    }
  });
  const int scrapes = kSanitized ? 5 : 50;
  for (int i = 0; i < scrapes; ++i) EXPECT_TRUE(is_whole(scrape(pgwatch).page, "pooled"));
  over = true;
  busy.join();
  EXPECT_GT(turns, scrapes / 5);
}

}  // namespace
}  // namespace pgwatch::test
