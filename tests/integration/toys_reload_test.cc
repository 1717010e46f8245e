// What lives on when the configuration changes, and what ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "tests/integration/toys.h"
#include "tests/support/ports.h"
#include "tests/support/postgres_template.h"

namespace pgwatch::test {
namespace {

using namespace std::chrono_literals;

constexpr const char* kSleeping =
    "SELECT count(*) FROM pg_stat_activity WHERE usename = 'pgwatch' AND wait_event = 'PgSleep'";
constexpr const char* kConnections = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'pgwatch'";

class WorldSwap : public Toys {
 protected:
  // Takes a moment, and counts its answers in what it remembers.
  static Collector counting() {
    Collector collector = toy("counting", "SELECT 1 AS value FROM pg_sleep(0.3)");
    collector.emit = [](const Rows&, Sink& sink) {
      std::string& seen = sink.memory()["seen"];
      seen += 'I';
      sink.sample("pg_counting_value", {}, static_cast<std::int64_t>(seen.size()));
    };
    return collector;
  }

  static TestWorld nowhere() {
    TestWorld other = test_world("host=127.0.0.1 port=" + std::to_string(free_port()), {});
    other.target.name = "other";
    return other;
  }
};

TEST_F(WorldSwap, MemoryAndAnswersOutliveAReloadUnderAFlight) {
  std::atomic<int> answers = 0;
  Collector kept = toy("kept", "SELECT 1 AS value");
  kept.keep = 1h;
  kept.emit = [&](const Rows&, Sink& sink) { sink.sample("pg_kept_value", {}, ++answers); };
  const TestWorld both = world({counting(), kept});
  RunningEngine engine(both);
  const auto before = engine.ask().page.value("pg_counting_value");
  const auto shown = engine.ask().page.value("pg_kept_value");
  ASSERT_TRUE(before && shown);

  auto pending = engine.ask_later();
  ASSERT_TRUE(server_->wait_until(kSleeping, "1"));
  engine.engine().swap(both.make());
  const Scrape during = pending.get();
  EXPECT_EQ(during.page.value("pg_counting_value"), *before + 2) << "the flight under way was answered";
  const Scrape after = engine.ask();
  EXPECT_EQ(after.page.value("pg_counting_value"), *before + 3) << "and what it taught is remembered";
  EXPECT_EQ(after.page.value("pg_kept_value"), shown) << "a young answer needs no asking";
  EXPECT_EQ(after.page.value("pgwatch_reconnects_total"), 0) << "the connection stays";
}

TEST_F(WorldSwap, ACollectorThatChangedIsAskedAsItIsNow) {
  TestWorld one = world({toy("toy", "SELECT 1 AS value")});
  RunningEngine engine(one);
  EXPECT_EQ(engine.ask().page.value("pg_toy_value"), 1);
  one.collectors = {toy("toy", "SELECT /*if pg_stat_activity.pid*/ 2 /*else 0*/ AS value"),
                    toy("new", "SELECT 3 AS value")};
  engine.engine().swap(one.make());
  const Scrape scrape = engine.ask();
  EXPECT_EQ(scrape.page.value("pg_toy_value"), 2) << "what it needs is learned before it is planned";
  EXPECT_EQ(scrape.page.value("pg_new_value"), 3);
  EXPECT_EQ(scrape.page.value("pgwatch_reconnects_total"), 0);
  one.collectors.pop_back();
  engine.engine().swap(one.make());
  EXPECT_EQ(engine.ask().page.value("pg_new_value"), std::nullopt);
}

TEST_F(WorldSwap, NewLabelsAreOnAllSamplesAtOnce) {
  TestWorld one = world({toy("toy", "SELECT 1 AS value")});
  one.collectors[0].keep = 1h;
  RunningEngine engine(one);
  EXPECT_EQ(engine.ask().page.value("pg_toy_value"), 1);
  one.target.labels = {{"cluster", "lake"}};
  engine.engine().swap(one.make());
  const Scrape scrape = engine.ask();
  EXPECT_EQ(scrape.page.all("pg_toy_value").size(), 1u);
  EXPECT_EQ(scrape.page.value("pg_toy_value", {{"cluster", "lake"}}), 1);
  EXPECT_EQ(scrape.page.value("pg_up", {{"cluster", "lake"}}), 1);
}

TEST_F(WorldSwap, ARemovedTargetsConnectionsClose) {
  RunningEngine engine(world({toy("toy", "SELECT 1 AS value")}));
  EXPECT_TRUE(engine.ask().up());
  EXPECT_TRUE(server_->wait_until(kConnections, "1"));
  engine.engine().swap(nowhere().make());
  EXPECT_TRUE(server_->wait_until(kConnections, "0"));
}

TEST_F(WorldSwap, ARemovedTargetStillAnswersWhoIsWaiting) {
  RunningEngine engine(world({counting()}));
  const auto before = engine.ask().page.value("pg_counting_value");
  auto pending = engine.ask_later();
  ASSERT_TRUE(server_->wait_until(kSleeping, "1"));
  engine.engine().swap(nowhere().make());
  const Scrape last = pending.get();
  EXPECT_EQ(last.page.value("pg_counting_value"), *before + 1);
  EXPECT_EQ(last.page.value("pg_up", {{"server", "toy"}}), 1);
  EXPECT_TRUE(server_->wait_until(kConnections, "0")) << "then its connection closes";
}

TEST_F(WorldSwap, AnotherAccessIsAnotherConnection) {
  TestWorld one = world({toy("user", "SELECT 1 AS value WHERE current_user = 'someone'")});
  RunningEngine engine(one);
  EXPECT_EQ(engine.ask().page.value("pg_user_value"), std::nullopt);
  server_->sql("CREATE ROLE someone LOGIN PASSWORD '" + password_of("someone") + "'");
  one.target.access.conninfo = Secret(server_->conninfo("someone"));
  engine.engine().swap(one.make());
  EXPECT_EQ(engine.ask().page.value("pg_user_value"), 1);
  EXPECT_TRUE(server_->wait_until(kConnections, "0"));
}

// -- Passwords --------------------------------------------------------------------------------------------------------

TEST_F(WorldSwap, ThePasswordFileIsReadAgainAtEachConnect) {
  const TemporaryFolder folder;
  const std::string conninfo =
      "host=127.0.0.1 port=" + std::to_string(server_->port()) + " user=rotating dbname=postgres";
  server_->sql("CREATE ROLE rotating LOGIN PASSWORD 'first'");
  TestWorld one = test_world(conninfo, {toy("toy", "SELECT 1 AS value")});
  one.target.access.password_file = folder.write("password", "first\n");
  RunningEngine engine(one);
  EXPECT_TRUE(engine.ask().up());

  server_->sql(
      "ALTER ROLE rotating PASSWORD 'second';"
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'rotating'");
  const auto refused = [](const Scrape& scrape) {
    return scrape.page.value("pgwatch_target_down", {{"reason", "auth"}}) == 1;
  };
  EXPECT_TRUE(refused(engine.ask_until(refused)));
  folder.write("password", "second\n");
  const auto up = [](const Scrape& scrape) { return scrape.up(); };
  EXPECT_EQ(engine.ask_until(up).page.value("pg_toy_value"), 1);
}

}  // namespace
}  // namespace pgwatch::test
