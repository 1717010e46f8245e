// What the engine promises of one server and one database.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>

#include "tests/integration/toys.h"
#include "tests/support/proxy.h"

namespace pgwatch::test {
namespace {

using namespace std::chrono_literals;

// -- One flight -------------------------------------------------------------------------------------------------------

TEST_F(Toys, OneStatementFailingOnPurposeFailsAlone) {
  RunningEngine engine(world({toy("first", "SELECT 1 AS value"), toy("bad", "SELECT 1 / 0 AS value"),
                              toy("worse", "SELECT no_such_column"), toy("last", "SELECT 4 AS value")}));
  const Scrape scrape = engine.ask();
  EXPECT_EQ(scrape.page.value("pg_up"), 1);
  EXPECT_EQ(scrape.page.value("pg_first_value"), 1);
  EXPECT_EQ(scrape.page.value("pg_last_value"), 4);
  EXPECT_EQ(scrape.page.value("pgwatch_collector_success", {{"collector", "bad"}}), 0);
  EXPECT_EQ(scrape.answer("bad").latest->reason, "22012");
  EXPECT_EQ(scrape.answer("worse").latest->detail, "column \"no_such_column\" does not exist");
  EXPECT_GE(scrape.page.value("pgwatch_collector_failures_total", {{"class", "22012"}}), 1);
  EXPECT_EQ(scrape.page.value("pgwatch_collector_success", {{"collector", "last"}}), 1);
}

TEST_F(Toys, AHangingStatementCostsOnlyWhatIsBehindIt) {
  server_->sql("CREATE TABLE public.nap AS SELECT 0 AS seconds; GRANT SELECT ON public.nap TO pgwatch");
  const std::string nap = "SELECT 1 AS value FROM pg_sleep((SELECT seconds FROM public.nap))";
  RunningEngine engine(world({toy("first", "SELECT 1 AS value"), toy("hung", nap), toy("last", "SELECT 1 AS value")}));
  EXPECT_EQ(engine.ask().page.value("pg_hung_value"), 1);
  server_->sql("UPDATE public.nap SET seconds = 60");
  const Scrape scrape = engine.ask(1s);
  EXPECT_LT(scrape.duration, 4s);
  EXPECT_EQ(scrape.page.value("pg_up"), 1) << "an answered statement is an answer";
  EXPECT_EQ(scrape.page.value("pg_first_value"), 1);
  EXPECT_EQ(scrape.answer("hung").latest->reason, kTimeout);
  EXPECT_TRUE(server_->wait_until("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'", "0"))
      << "it was cancelled";
  server_->sql("UPDATE public.nap SET seconds = 0");
  const Scrape next = engine.ask();
  EXPECT_EQ(next.page.value("pg_hung_value"), 1);
  EXPECT_EQ(next.page.value("pgwatch_reconnects_total"), 0) << "the connection lives on";
  server_->sql("DROP TABLE public.nap");
}

TEST_F(Toys, RequestsThatComeTogetherShareAFlight) {
  std::atomic<int> answers = 0;
  Collector slow = toy("slow", "SELECT 1 AS value FROM pg_sleep(0.3)");
  slow.emit = [&](const Rows&, Sink& sink) { sink.sample("pg_slow_value", {}, ++answers); };
  RunningEngine engine(world({slow}));
  engine.ask();
  const int before = answers;
  auto first = engine.ask_later();
  ASSERT_TRUE(server_->wait_until("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'", "1"));
  auto second = engine.ask_later();
  EXPECT_EQ(first.get().page.value("pg_slow_value"), before + 1);
  const Scrape joined = second.get();
  EXPECT_EQ(joined.page.value("pg_slow_value"), before + 1);
  EXPECT_GE(joined.page.value("pgwatch_joined_requests_total"), 1);
}

TEST_F(Toys, AViewReplacedUnderAPreparedStatementIsAnsweredAtOnce) {
  server_->sql("CREATE VIEW public.toy AS SELECT 1 AS value; GRANT SELECT ON public.toy TO pgwatch");
  RunningEngine engine(world({toy("view", "SELECT * FROM public.toy")}));
  EXPECT_EQ(engine.ask().page.value("pg_view_value"), 1);
  server_->sql(
      "DROP VIEW public.toy; CREATE VIEW public.toy AS SELECT 2.5 AS value, 'new' AS other;"
      "GRANT SELECT ON public.toy TO pgwatch");
  const Scrape scrape = engine.ask();
  EXPECT_EQ(scrape.page.value("pg_view_value"), 2.5);
  EXPECT_EQ(scrape.page.value("pgwatch_collector_failures_total"), std::nullopt);
  EXPECT_EQ(scrape.page.value("pgwatch_reconnects_total"), 0);
  server_->sql("DROP VIEW public.toy");
}

TEST_F(Toys, ARestartBetweenScrapesIsNoticedByOneScrapeAtMost) {
  RunningEngine engine(world({toy("one", "SELECT 1 AS value")}));
  EXPECT_TRUE(engine.ask().up());
  server_->restart();
  const Scrape scrape = engine.ask_until([](const Scrape& one) { return one.up(); });
  EXPECT_EQ(scrape.page.value("pg_one_value"), 1);
  EXPECT_EQ(scrape.page.value("pgwatch_reconnects_total"), 1);
}

// -- Memory -----------------------------------------------------------------------------------------------------------

TEST_F(Toys, WhatACollectorRemembersComesBackInItsNextPlan) {
  Collector counting =
      toy("counting", std::vector<Sql>{{.text = "SELECT :'seen'::int + 1 AS value", .remembered = "seen"},
                                       {.text = "SELECT 1 AS value"}});
  counting.emit = [](const Rows& rows, Sink& sink) {
    sink.memory()["seen"] = rows.at(0, "value").value();
    sink.sample("pg_counting_value", {}, *Number::parse(*rows.at(0, "value")));
  };
  RunningEngine engine(world({counting}));
  const auto first = engine.ask().page.value("pg_counting_value");
  ASSERT_TRUE(first);
  EXPECT_EQ(engine.ask().page.value("pg_counting_value"), *first + 1);
  EXPECT_EQ(engine.ask().page.value("pg_counting_value"), *first + 2);
}

// A prepared statement for each new value would fill the server's memory.
TEST_F(Toys, WhatIsRememberedPreparesNothing) {
  Collector counting =
      toy("counting", std::vector<Sql>{{.text = "SELECT (SELECT count(*) FROM pg_prepared_statements) AS value, "
                                                ":'seen'::int + 1 AS seen",
                                        .remembered = "seen"},
                                       {.text = "SELECT 0 AS value, 1 AS seen"}});
  counting.emit = [](const Rows& rows, Sink& sink) {
    sink.memory()["seen"] = rows.at(0, "seen").value();
    sink.sample("pg_counting_value", {}, *Number::parse(*rows.at(0, "value")));
  };
  RunningEngine engine(world({counting}));
  engine.ask();
  const auto few = engine.ask().page.value("pg_counting_value");
  ASSERT_TRUE(few);
  for (int more = 0; more < 5; ++more) EXPECT_EQ(engine.ask().page.value("pg_counting_value"), few);
}

// The newest chunk first, then the newest row in it: the second step goes to the visitor, and no scrape waits for it.
TEST_F(Toys, ACollectorMayAskAgainWithWhatItJustLearned) {
  std::atomic<int> steps = 0;
  Collector newest = toy(
      "newest", std::vector<Sql>{{.text = "SELECT pg_backend_pid() AS pid, :'chunk' || '1' AS value FROM pg_sleep(0.2)",
                                  .remembered = "chunk"},
                                 {.text = "SELECT pg_backend_pid() AS pid, '4' AS chunk"}});
  newest.keep = 1h;
  newest.emit = [&](const Rows& rows, Sink& sink) {
    ++steps;
    const bool first = !sink.memory().contains("chunk");
    const std::string pid(rows.at(0, "pid").value());
    sink.sample("pg_newest_value", {{"step", first ? "1" : "2"}, {"pid", pid}}, 1);
    if (first) {
      sink.memory()["chunk"] = rows.at(0, "chunk").value();
      return sink.ask_again();
    }
    sink.sample("pg_newest_value", {}, *Number::parse(*rows.at(0, "value")));
  };
  RunningEngine engine(world({newest}));
  const Scrape scrape = engine.ask_until([](const Scrape& one) {
    return !one.page.all("pg_newest_value", {{"step", "2"}}).empty();
  });
  EXPECT_EQ(steps, 2);
  std::vector<double> values;
  std::set<std::string> pids;
  for (const Sample& sample : scrape.page.all("pg_newest_value")) {
    values.push_back(sample.value);
    if (sample.labels.contains("pid")) pids.insert(sample.labels.at("pid"));
  }
  EXPECT_THAT(values, testing::ElementsAre(1, 1, 41)) << "the samples of both steps are one answer";
  EXPECT_EQ(pids.size(), 2u) << "the second step went to another connection";
}

TEST_F(Toys, AnAnswerMayMoveFromSqlToTheHost) {
  std::atomic<int> statements = 0;
  Collector version = toy("version", Planner([&](const Facts&, const Memory& memory) -> Step {
                            const auto folder = memory.find("folder");
                            if (folder == memory.end())
                              return Statement{"SELECT current_setting('data_directory') AS folder"};
                            return HostRead([path = folder->second + "/PG_VERSION"](Host& host, HostDone done) {
                              host.read_files(
                                  [path]() -> Answer {
                                    std::ifstream file(path);
                                    std::string word;
                                    file >> word;
                                    return one_value(word);
                                  },
                                  std::move(done));
                            });
                          }));
  version.emit = [&](const Rows& rows, Sink& sink) {
    if (const Cell folder = rows.at(0, "folder")) {
      ++statements;
      sink.memory()["folder"] = *folder;
      return sink.ask_again();
    }
    sink.sample("pg_version_value", {}, *Number::parse(*rows.at(0, "value")));
  };
  RunningEngine engine(world({version}));
  EXPECT_EQ(engine.ask().page.value("pg_version_value"), 15) << "the request waits for a read of the host";
  EXPECT_EQ(engine.ask().page.value("pg_version_value"), 15);
  EXPECT_EQ(statements, 1) << "from then on the host is read at once";
}

TEST_F(Toys, CollectorsOfTheHostStandBesideThoseOfServers) {
  TestWorld two = world({toy("server_toy", "SELECT 1 AS value")});
  Collector unit =
      toy("host_toy",
          HostRead([](Host& host, HostDone done) { host.read_files([] { return one_value("7"); }, std::move(done)); }));
  unit.scope = Scope::kHost;
  two.host_collectors = {unit};
  RunningEngine engine(two);
  const Scrape scrape = engine.ask();
  EXPECT_EQ(scrape.page.value("pg_host_toy_value"), 7);
  EXPECT_TRUE(scrape.page.all("pg_host_toy_value", {{"server", "toy"}}).empty()) << "it is no server's";
  EXPECT_EQ(scrape.page.value("pg_server_toy_value", {{"server", "toy"}}), 1);
}

// -- Keeping ----------------------------------------------------------------------------------------------------------

TEST_F(Toys, AnAnswerStandsInWithItsAgeWhileItIsYoung) {
  Proxy proxy(server_->port());
  std::atomic<int> answers = 0;
  const auto counting = [&](const char* name, Milliseconds keep) {
    Collector collector = toy(name, "SELECT 1 AS value");
    collector.keep = keep;
    collector.emit = [&answers, name](const Rows&, Sink& sink) {
      sink.sample("pg_" + std::string(name) + "_value", {}, ++answers);
    };
    return collector;
  };
  RunningEngine engine(test_world(server_->conninfo("pgwatch", "postgres", proxy.port()),
                                  {counting("long", 1h), counting("brief", 500ms)}));
  const Scrape first = engine.ask();
  ASSERT_TRUE(first.page.value("pg_long_value"));
  proxy.refuse();
  proxy.cut();
  const Scrape down = engine.ask_until([](const Scrape& one) { return !one.up() && !one.answer("brief").served; });
  EXPECT_EQ(down.page.value("pg_up"), 0);
  EXPECT_EQ(down.page.value("pg_long_value"), first.page.value("pg_long_value"));
  EXPECT_GE(down.page.value("pgwatch_collector_age_seconds", {{"collector", "long"}}), 0.5);
  EXPECT_EQ(down.page.value("pg_brief_value"), std::nullopt);
  EXPECT_EQ(down.page.value("pgwatch_collector_success", {{"collector", "brief"}}), 0);
}

// -- What the server has ----------------------------------------------------------------------------------------------

TEST_F(Toys, AnOptionalColumnIsThereWhereTheServerHasIt) {
  Collector optional = toy("optional",
                           "SELECT 1 AS value, /*if pg_stat_activity.query_id*/ 14 /*else NULL*/ AS since_14,"
                           " /*if pg_stat_activity.no_such*/ no_such /*else NULL*/ AS missing");
  optional.columns.push_back(gauge("since_14", "There since 14."));
  optional.columns.push_back(gauge("missing", "Nowhere."));
  RunningEngine engine(world({optional}));
  const Scrape scrape = engine.ask();
  EXPECT_EQ(scrape.page.value("pg_optional_value"), 1);
  EXPECT_EQ(scrape.page.value("pg_optional_since_14"), 14);
  EXPECT_EQ(scrape.page.value("pg_optional_missing"), std::nullopt);
}

TEST_F(Toys, AnExtensionThatComesAndGoesIsNoticed) {
  Collector hstore = toy("hstore", "SELECT /*if public.each()*/ 1 /*else 0*/ AS value");
  hstore.extension = "hstore";
  RunningEngine engine(world({hstore}));
  EXPECT_EQ(engine.ask().page.value("pgwatch_collector_skipped", {{"reason", "extension"}}), 1);
  server_->sql("CREATE EXTENSION hstore SCHEMA public");
  engine.ask();  // learns of it
  const Scrape there = engine.ask();
  EXPECT_EQ(there.page.value("pg_hstore_value"), 1) << "its functions are known too";
  EXPECT_EQ(there.page.value("pgwatch_collector_skipped"), std::nullopt);
  server_->sql("DROP EXTENSION hstore");
  engine.ask();
  const Scrape gone = engine.ask();
  EXPECT_EQ(gone.page.value("pg_hstore_value"), std::nullopt);
  EXPECT_EQ(gone.page.value("pgwatch_collector_skipped", {{"reason", "extension"}}), 1);
}

// -- Caps -------------------------------------------------------------------------------------------------------------

TEST_F(Toys, SeriesOverTheCapAndDuplicatesAreCounted) {
  Collector many = toy("many", "SELECT i AS id, 1 AS value FROM generate_series(1, 10) AS i");
  many.columns.insert(many.columns.begin(), label("id"));
  many.max_series = 4;
  Collector twice = toy("twice", "SELECT 'same' AS id, i AS value FROM generate_series(1, 3) AS i");
  twice.columns.insert(twice.columns.begin(), label("id"));
  RunningEngine engine(world({many, twice}));
  const Scrape scrape = engine.ask();
  EXPECT_EQ(scrape.page.all("pg_many_value").size(), 4u);
  EXPECT_EQ(scrape.page.value("pg_twice_value", {{"id", "same"}}), 1) << "the first wins";
  for (int pages = 1; pages < 3; ++pages) {
    const Exposition own = engine.own_page();
    EXPECT_EQ(own.value("pgwatch_overflow_samples_dropped_total", {{"server", "toy"}, {"collector", "many"}}),
              6 * pages);
    EXPECT_EQ(own.value("pgwatch_duplicate_samples_dropped_total", {{"server", "toy"}, {"collector", "twice"}}),
              2 * pages);
    engine.ask();
  }
}

}  // namespace
}  // namespace pgwatch::test
