// What the engine promises of its visits: the slow lane, other databases, and connections that hang.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <thread>

#include "tests/integration/toys.h"
#include "tests/support/proxy.h"

namespace pgwatch::test {
namespace {

using namespace std::chrono_literals;

class Visits : public Toys {
 protected:
  static void SetUpTestSuite() {
    Toys::SetUpTestSuite();
    for (int i = 1; i <= 5; ++i) server_->sql("CREATE DATABASE toy_" + std::to_string(i));
  }

  // A toy asked in the databases toy_1 to toy_5, where the target's own is another.
  static TestWorld five_databases(const std::string& sql) {
    Collector collector = toy("everywhere", sql);
    collector.scope = Scope::kDatabase;
    TestWorld five = world({collector});
    five.target.databases.include = {"toy_*"};
    return five;
  }

  static Collector slow(const char* name, const std::string& sql, Milliseconds interval) {
    Collector collector = toy(name, sql);
    collector.lane = Lane::kSlow;
    collector.interval = interval;
    return collector;
  }
};

// Counts the connections of pgwatch on the server, as the server sees them, for as long as it lives.
class Census {
 public:
  explicit Census(const PostgresServer& server)
      : session_(server.socket_conninfo()), thread_([this] {
          while (!done_) {
            const auto rows = session_.run("SELECT count(*) FROM pg_stat_activity WHERE usename = 'pgwatch'");
            most_ = std::max(most_.load(), std::stoi(*rows[0][0]));
          }
        }) {}
  ~Census() {
    done_ = true;
    thread_.join();
  }

  int most() const { return most_; }

 private:
  SqlSession session_;
  std::atomic<bool> done_ = false;
  std::atomic<int> most_ = 0;
  std::thread thread_;
};

// -- The slow lane ----------------------------------------------------------------------------------------------------

TEST_F(Visits, TheSlowLaneNeedsNoScrape) {
  std::atomic<int> answers = 0;
  Collector ticking = slow("ticking", "SELECT 1 AS value", 100ms);
  ticking.emit = [&](const Rows&, Sink& sink) { sink.sample("pg_ticking_value", {}, ++answers); };
  ticking.keep = 1h;
  RunningEngine engine(world({ticking}));
  EXPECT_TRUE(eventually([&] { return answers >= 2; }));
  EXPECT_GE(engine.ask().page.value("pg_ticking_value"), 2);
}

TEST_F(Visits, NoScrapeWaitsForTheSlowLane) {
  RunningEngine engine(
      world({slow("sleepy", "SELECT 1 AS value FROM pg_sleep(2)", 1h), toy("quick", "SELECT 1 AS value")}));
  EXPECT_TRUE(engine.ask().up());
  ASSERT_TRUE(server_->wait_until("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'", "1"));
  const Scrape meanwhile = engine.ask();
  EXPECT_LT(meanwhile.duration, 1s);
  EXPECT_EQ(meanwhile.page.value("pg_quick_value"), 1);
  EXPECT_EQ(meanwhile.page.value("pg_sleepy_value"), std::nullopt);
  const Scrape later = engine.ask_until([](const Scrape& one) { return one.page.value("pg_sleepy_value"); });
  EXPECT_EQ(later.page.value("pg_sleepy_value"), 1);
  EXPECT_GE(later.page.value("pgwatch_collector_duration_seconds", {{"collector", "sleepy"}}), 2);
}

TEST_F(Visits, TheVisitorLeavesNoConnectionBehind) {
  RunningEngine engine(world({slow("once", "SELECT 1 AS value", 1h)}));
  engine.ask_until([](const Scrape& one) { return one.page.value("pg_once_value"); });
  EXPECT_TRUE(server_->wait_until("SELECT count(*) FROM pg_stat_activity WHERE usename = 'pgwatch'", "1"));
}

// -- Other databases --------------------------------------------------------------------------------------------------

TEST_F(Visits, FiveDatabasesAreVisitedWithinTheCap) {
  std::atomic<int> visits = 0;
  TestWorld five = five_databases("SELECT 1 AS value");
  five.collectors[0].emit = [&](const Rows&, Sink& sink) {
    ++visits;
    sink.sample("pg_everywhere_value", {}, 1);
  };
  const Census census(*server_);
  RunningEngine engine(five);
  const Scrape all =
      engine.ask_until([](const Scrape& one) { return one.page.all("pg_everywhere_value").size() == 5; });
  std::set<std::string> databases;
  for (const Sample& sample : all.page.all("pg_everywhere_value")) databases.insert(sample.labels.at("datname"));
  EXPECT_THAT(databases, testing::ElementsAre("toy_1", "toy_2", "toy_3", "toy_4", "toy_5"));
  EXPECT_GE(all.page.value("pgwatch_collector_age_seconds", {{"datname", "toy_1"}}), 3) << "at most one login a second";
  EXPECT_EQ(visits, 5) << "each once in turn_interval";
  EXPECT_GE(census.most(), 1);
  EXPECT_LE(census.most(), 3);
}

TEST_F(Visits, OtherDatabasesAreNotVisitedWhileNobodyScrapes) {
  std::atomic<int> visits = 0;
  TestWorld five = five_databases("SELECT 1 AS value");
  five.collectors[0].emit = [&](const Rows&, Sink&) { ++visits; };
  five.collectors.push_back(slow("own", "SELECT 1 AS value", 100ms));
  std::atomic<int> own = 0;
  five.collectors[1].emit = [&](const Rows&, Sink&) { ++own; };
  RunningEngine engine(five);
  EXPECT_TRUE(eventually([&] { return own >= 2; })) << "the slow lane runs";
  EXPECT_EQ(visits, 0);
}

TEST_F(Visits, AHungVisitDelaysOtherVisitsByItsTimeoutAndNoScrape) {
  TestWorld five =
      five_databases("SELECT CASE current_database() WHEN 'toy_3' THEN length(pg_sleep(60)::text) ELSE 1 END AS value");
  five.target.access.timeouts.slow_statement = 2s;
  const Census census(*server_);
  RunningEngine engine(five);
  std::chrono::milliseconds slowest{0};
  const auto all_asked = [&](const Scrape& one) {
    slowest = std::max(slowest, one.duration);
    return one.snapshot.answers.size() == 5;
  };
  const Scrape all = engine.ask_until(all_asked);
  EXPECT_LT(slowest, 1500ms);
  EXPECT_EQ(all.page.all("pg_everywhere_value").size(), 4u) << "the others are answered";
  const Block& hung = *all.answer("everywhere", "toy_3").latest;
  EXPECT_EQ(hung.reason, "57014") << hung.detail;
  const auto delay = all.answer("everywhere", "toy_4").latest->answered_at - hung.asked_at;
  EXPECT_GE(delay, 2s);
  EXPECT_LT(delay, 5s + kSlack);
  EXPECT_LE(census.most(), 3);
}

TEST_F(Visits, ACollectorThatNamesItsDatabaseIsAskedThereOnItsIntervalScrapedOrNot) {
  std::atomic<int> asked = 0;
  TestWorld five = five_databases("SELECT 1 AS value");
  Collector named = slow("named", "SELECT current_database() AS place", 100ms);
  named.database = "toy_2";
  named.columns.push_back(label("place"));
  named.emit = [&](const Rows& rows, Sink&) { asked += rows.at(0, "place") == "toy_2" ? 1 : 100; };
  five.collectors.push_back(named);
  RunningEngine engine(five);
  EXPECT_TRUE(eventually([&] { return asked >= 2; }));
  EXPECT_LT(asked, 100) << "nowhere else";
  EXPECT_TRUE(engine.ask().answer("named", "").latest->database.empty()) << "it speaks of the server";
}

TEST_F(Visits, ARequestMayAwaitTheFirstAnswerOfTheSlowLane) {
  RunningEngine engine(
      world({slow("slept", "SELECT 1 AS value FROM pg_sleep(0.5)", 1h), toy("quick", "SELECT 1 AS value")}));
  const Scrape scrape = engine.ask(kPatience, {.awaited = {"slept"}});
  EXPECT_EQ(scrape.page.value("pg_slept_value", {}), 1);
  EXPECT_GE(scrape.duration, 500ms);
  const Scrape next = engine.ask(kPatience, {.awaited = {"slept"}});
  EXPECT_EQ(next.page.value("pg_slept_value", {}), 1);
  EXPECT_EQ(next.answer("slept", "").latest, scrape.answer("slept", "").latest) << "the first alone is waited for";
}

TEST_F(Visits, WhatIsAwaitedOnTheSlowLaneInVainHasTimedOut) {
  RunningEngine engine(world({slow("slept", "SELECT 1 AS value FROM pg_sleep(60)", 1h)}));
  EXPECT_EQ(engine.ask(300ms, {.awaited = {"slept"}}).answer("slept", "").latest->reason, "timeout");
}

TEST_F(Visits, EachWithATimeoutOfItsOwnHasItsTurnBehindOneThatHangs) {
  std::vector<Collector> three;
  for (const char* name : {"first", "hanging", "last"}) {
    three.push_back(slow(name, "SELECT 1 AS value", 1h));
    three.back().timeout = 700ms;
  }
  three[1].source = std::vector<Sql>{{"SELECT length(pg_sleep(60)::text) AS value"}};
  TestWorld world = test_world(server_->conninfo(), std::move(three));
  RunningEngine engine(world);
  const Scrape all = engine.ask_until([](const Scrape& one) { return one.snapshot.answers.size() == 3; });
  EXPECT_EQ(all.page.value("pg_first_value", {}), 1);
  EXPECT_EQ(all.page.value("pg_last_value", {}), 1);
  const Block& hung = *all.answer("hanging", "").latest;
  EXPECT_EQ(hung.reason, "57014") << "the server ends it: " << hung.detail;
  EXPECT_LT(hung.duration, 2s + kSlack);
}

// -- What does not end ------------------------------------------------------------------------------------------------

// A frozen backend hears neither cancel nor hang-up. With two places there is none for another visit until it is gone;
// that it is gone is found out without any scrape.
TEST_F(Visits, ABackendThatDoesNotEndKeepsItsPlaceUntilItDoes) {
  Proxy proxy(server_->port());
  std::atomic<int> answers = 0;
  Collector ticking = slow("ticking", "SELECT 1 AS value", 100ms);
  ticking.emit = [&](const Rows&, Sink&) { ++answers; };
  TestWorld two = test_world(server_->conninfo("pgwatch", "postgres", proxy.port()),
                             {ticking, slow("sleepy", "SELECT 1 AS value FROM pg_sleep(60)", 200ms)});
  two.target.access.connections = 2;
  two.target.access.timeouts.slow_statement = 1500ms;
  const Census census(*server_);
  RunningEngine engine(two);
  const std::string sleeping = "FROM pg_stat_activity WHERE usename = 'pgwatch' AND wait_event = 'PgSleep'";
  ASSERT_TRUE(server_->wait_until("SELECT count(*) " + sleeping, "1"));
  const pid_t frozen = std::stoi(server_->value("SELECT pid " + sleeping));
  ASSERT_EQ(::kill(frozen, SIGSTOP), 0);
  ASSERT_TRUE(eventually([&] { return proxy.counts().open == 1; }, 20s)) << "the visitor has hung up";
  const int before = answers;
  EXPECT_TRUE(engine.ask().up());
  EXPECT_EQ(engine.own_page().value("pgwatch_connections", {{"state", "abandoned"}}), 1);
  EXPECT_EQ(answers, before);
  ASSERT_EQ(::kill(frozen, SIGCONT), 0);
  EXPECT_TRUE(eventually([&] { return answers > before; })) << "visits go on";
  EXPECT_LE(census.most(), 2);
}

TEST_F(Visits, TheReserveReplacesAConnectionThatDoesNotEnd) {
  TestWorld three = world({toy("one", "SELECT 1 AS value")});
  three.target.access.timeouts.statement = 300ms;
  const Census census(*server_);
  RunningEngine engine(three);
  ASSERT_TRUE(engine.ask().up());
  const std::string ours = "FROM pg_stat_activity WHERE usename = 'pgwatch'";
  ASSERT_TRUE(server_->wait_until("SELECT count(*) " + ours, "1"));
  const pid_t frozen = std::stoi(server_->value("SELECT pid " + ours));
  ASSERT_EQ(::kill(frozen, SIGSTOP), 0);
  const Scrape missed = engine.ask(300ms);
  EXPECT_EQ(missed.page.value("pg_up"), 0);
  EXPECT_EQ(missed.page.value("pgwatch_target_down", {{"reason", "timeout"}}), 1);
  const Scrape replaced = engine.ask_until([](const Scrape& one) { return one.up(); });
  EXPECT_EQ(replaced.page.value("pg_one_value"), 1);
  EXPECT_EQ(replaced.page.value("pgwatch_connections", {{"state", "abandoned"}}), 1);
  ASSERT_EQ(::kill(frozen, SIGCONT), 0);
  const auto freed = [](const Scrape& one) {
    return one.page.value("pgwatch_connections", {{"state", "abandoned"}}) == 0;
  };
  EXPECT_TRUE(freed(engine.ask_until(freed)));
  EXPECT_EQ(engine.own_page().value("pgwatch_abandoned_connections_expired_total"), 0) << "the server was asked";
  EXPECT_LE(census.most(), 3);
}

// -- User queries -----------------------------------------------------------------------------------------------------

TEST_F(Visits, UserQueriesRunUnpreparedUnderTheRolesSearchPath) {
  server_->sql(
      "CREATE SCHEMA app; CREATE TABLE app.orders AS SELECT generate_series(1, 3);"
      "GRANT USAGE ON SCHEMA app TO pgwatch; GRANT SELECT ON app.orders TO pgwatch;"
      "ALTER ROLE pgwatch SET search_path = app");
  Collector orders = toy("orders",
                         "SELECT count(*) AS value, current_setting('search_path') AS path,"
                         " (SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%orders%') AS prepared,"
                         " current_setting('transaction_read_only') AS read_only FROM orders");
  orders.own_search_path = true;
  orders.interval = 1s;
  orders.columns.insert(orders.columns.begin(), {label("path"), label("read_only")});
  orders.columns.push_back(gauge("prepared", "Its own statement, prepared."));
  RunningEngine engine(
      world({orders, toy("path", "SELECT 1 AS value WHERE current_setting('search_path') = 'pg_catalog'")}));
  const Scrape scrape = engine.ask_until([](const Scrape& one) { return one.page.value("pg_orders_value"); });
  EXPECT_EQ(scrape.page.value("pg_orders_value", {{"path", "app"}, {"read_only", "on"}}), 3);
  EXPECT_EQ(scrape.page.value("pg_orders_prepared"), 0);
  EXPECT_EQ(engine.ask().page.value("pg_orders_value"), 3) << "every page shows the last answer";
  EXPECT_EQ(scrape.page.value("pg_path_value"), 1) << "built-in SQL does not see the role's path";
  server_->sql("ALTER ROLE pgwatch RESET search_path; DROP SCHEMA app CASCADE");
}

// Of several hosts another may have become the first to answer.
TEST_F(Visits, GoToTheServerThatScrapesAsk) {
  PostgresServer second;
  Proxy first(server_->port());
  first.refuse();
  TestWorld two = world({toy("fast", "SELECT current_setting('port') AS value"),
                         slow("later", "SELECT current_setting('port') AS value", 1s)});
  two.target.access.conninfo =
      Secret("host=127.0.0.1,127.0.0.1 port=" + std::to_string(first.port()) + "," + std::to_string(second.port()) +
             " user=pgwatch password=pgwatch-password dbname=postgres");
  RunningEngine engine(two);
  EXPECT_EQ(engine.ask().page.value("pg_fast_value"), second.port());
  first.accept();
  const SteadyTime accepted = std::chrono::steady_clock::now();
  const Scrape scrape = engine.ask_until([&](const Scrape& one) {
    return one.page.value("pg_later_value") && one.answer("later").latest->asked_at > accepted;
  });
  EXPECT_EQ(scrape.page.value("pg_later_value"), second.port());
  EXPECT_EQ(scrape.page.value("pg_fast_value"), second.port());
  EXPECT_EQ(first.counts().connections, 0u);
}

}  // namespace
}  // namespace pgwatch::test
