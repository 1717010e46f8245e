// Behind a transaction pooler, sessions are shared with others: nothing of ours may stay on them.
#include <gtest/gtest.h>

#include "tests/integration/pooler.h"
#include "tests/integration/toys.h"

namespace pgwatch::test {
namespace {

using BehindAPooler = Toys;

TEST_F(BehindAPooler, AnotherClientsSessionIsUnchanged) {
  if (const std::string why = Pooler::unavailable(); !why.empty()) GTEST_SKIP() << why;
  const Pooler pooler(*server_);
  SqlSession other(pooler.conninfo());
  const std::string state =
      "SELECT pg_backend_pid(), (SELECT count(*) FROM pg_prepared_statements),"
      " string_agg(name || '=' || setting, ' ' ORDER BY name) FROM pg_settings"
      " WHERE source IN ('session', 'client') OR name IN ('statement_timeout', 'lock_timeout', 'search_path', 'jit',"
      " 'default_transaction_read_only', 'idle_in_transaction_session_timeout', 'max_parallel_workers_per_gather')";
  const std::vector<Row> before = other.run(state);

  Collector session = toy("session",
                          "SELECT pg_backend_pid() AS pid, current_setting('transaction_read_only') AS read_only,"
                          " current_setting('statement_timeout') AS timeout, 1 AS value");
  session.columns.insert(session.columns.begin(), {label("pid"), label("read_only"), label("timeout")});
  Collector slow = toy("slow", "SELECT 2 AS value");
  slow.lane = Lane::kSlow;
  TestWorld pooled = test_world(pooler.conninfo(), {session, toy("bad", "SELECT 1 / 0 AS value"), slow});
  pooled.target.access.pooler = true;
  RunningEngine engine(pooled);
  const Scrape scrape = engine.ask_until([](const Scrape& one) { return one.page.value("pg_slow_value"); });
  EXPECT_EQ(
      scrape.page.value("pg_session_value", {{"pid", before[0][0].value()}, {"read_only", "on"}, {"timeout", "5s"}}), 1)
      << "it ran on the very session of the other client, as we run everything";
  EXPECT_EQ(scrape.answer("bad").latest->reason, "22012") << "and a failure leaves no transaction behind";
  EXPECT_EQ(other.run(state), before);
  EXPECT_EQ(other.run("CREATE TEMPORARY TABLE writable (); SELECT 'yes'").at(0).at(0), "yes");
  EXPECT_EQ(engine.ask().page.value("pg_session_value"), 1);
}

}  // namespace
}  // namespace pgwatch::test
