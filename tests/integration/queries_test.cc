// Queries of one's own on real servers: where they are asked, what a bad one costs, and what is said of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <map>

#include "tests/integration/one_probe.h"
#include "tests/support/wait.h"

namespace pgwatch::test {
namespace {

using testing::HasSubstr;

class OwnQueries : public SharedServer {
 protected:
  static void SetUpTestSuite() {
    SharedServer::SetUpTestSuite();
    server_->sql("CREATE DATABASE shop");
    server_->sql(
        "CREATE TABLE orders (state text, waiting int); INSERT INTO orders VALUES ('new', 7), ('paid', 250);"
        "GRANT SELECT ON orders TO pgwatch",
        "shop");
  }

  // A configuration with a file of these queries.
  std::string config(const std::string& queries, const std::string& more = "") const {
    return config_of({{"main", server_->conninfo()}},
                     "queries: [" + folder_.write("queries.yaml", queries).string() + "]\n" + more);
  }

  // The first page on which it has this value; nothing where there is none.
  static testing::AssertionResult comes(const Pgwatch& pgwatch, const std::string& metric, const Labels& labels,
                                        double value) {
    if (eventually([&] { return scrape(pgwatch).page.value(metric, labels) == value; }))
      return testing::AssertionSuccess();
    return testing::AssertionFailure() << metric << " does not come\n" << pgwatch.log();
  }

  TemporaryFolder folder_;
};

const std::string kOrders =
    "- name: orders\n  scope: {database: shop}\n  interval: 1s\n"
    "  sql: SELECT state, waiting FROM orders ORDER BY state;\n"
    "  columns: {state: label, waiting: {type: gauge, help: Waiting., warning: 100, critical: 1000}}\n";
const std::string kHere =
    "- name: here\n  scope: database\n  interval: 1s\n  sql: SELECT 1 AS n\n"
    "  columns: {n: {type: gauge, help: N.}}\n";

std::string query(const std::string& name, const std::string& sql, const std::string& more = "") {
  return "- name: " + name + "\n  interval: 1s\n  sql: " + sql + "\n" + more +
         "  columns: {n: {type: gauge, help: N.}}\n";
}

TEST_F(OwnQueries, AreAskedInTheDatabaseTheyName) {
  const Pgwatch pgwatch(config(kOrders));
  EXPECT_TRUE(comes(pgwatch, "orders_waiting", {{"server", "main"}, {"state", "paid"}}, 250));
  EXPECT_EQ(scrape(pgwatch).page.value("pgwatch_threshold", {{"check", "orders_waiting"}, {"severity", "warning"}}),
            100);
}

TEST_F(OwnQueries, AreAskedInEveryDatabase) {
  const Pgwatch pgwatch(config(kHere, "turn_interval: 1s\n"));
  EXPECT_TRUE(comes(pgwatch, "here_n", {{"datname", "postgres"}}, 1));
  EXPECT_TRUE(comes(pgwatch, "here_n", {{"datname", "shop"}}, 1));
}

TEST_F(OwnQueries, ThatFailOrHangHarmOnlyThemselves) {
  const Pgwatch pgwatch(config(query("good", "SELECT 1 AS n") + query("bad", "SELECT n FROM nowhere") +
                                   query("hangs", "SELECT pg_sleep(60), 1 AS n", "  timeout: 100ms\n") +
                                   query("writes", "CREATE TABLE written ()"),
                               "timeouts: {slow_statement: 10m}\n"));
  EXPECT_TRUE(comes(pgwatch, "good_n", {{"server", "main"}}, 1));
  for (const char* name : {"bad", "hangs", "writes"})
    EXPECT_TRUE(comes(pgwatch, "pgwatch_collector_success", {{"collector", name}}, 0)) << name;
  const Exposition page = scrape(pgwatch).page;
  EXPECT_EQ(page.value("pg_up", {{"server", "main"}}), 1);
  EXPECT_EQ(page.value("pgwatch_collector_success", {{"collector", "good"}}), 1);
  EXPECT_EQ(page.value("pgwatch_collector_success", {{"collector", "database"}}), 1);
}

TEST_F(OwnQueries, ThatHangLetAFreshnessCheckGoFirst) {
  server_->sql(
      "CREATE TABLE fed (time timestamptz); CREATE INDEX ON fed (time); INSERT INTO fed VALUES (now());"
      "GRANT SELECT ON fed TO pgwatch");
  const std::string hangs =
      "- name: hangs\n  sql: SELECT pg_sleep(60), 1 AS n\n  columns: {n: {type: gauge, help: N., critical: 2}}\n";
  const std::string all =
      config(hangs, "freshness: {checks: [{name: fed, table: fed, time_column: time, critical_after: 1h}]}\n");
  for (const int seconds : {4, 2}) {  // that of the check is 2 s: then both wait equally long
    OneProbe probe(all, {.arguments = {"--check", "fed", "--check", "hangs_n", "--timeout",
                                       std::to_string(seconds) + "s", "--format", "json"}});
    EXPECT_EQ(probe.status(std::chrono::seconds(seconds)), 2) << probe.errors();
    std::map<std::string, std::string> statuses;
    const Json result = probe.json();
    for (const Json& one : result.at("checks").items()) statuses[one.at("name").text()] = one.at("status").text();
    EXPECT_EQ(statuses, (std::map<std::string, std::string>{{"fed", "ok"}, {"hangs_n", "critical"}})) << seconds;
  }
}

TEST_F(OwnQueries, AreJudgedByOnce) {
  OneProbe probe(config(kOrders), {{"--check", "orders_*"}});
  EXPECT_EQ(probe.status(), 1);
  EXPECT_THAT(probe.output(), HasSubstr("orders_waiting"));
  EXPECT_THAT(probe.output(), HasSubstr("is 250 (warning from 100)"));
}

TEST_F(OwnQueries, ThatAreWrongAtAReloadKeepTheOldOnes) {
  const Pgwatch pgwatch(config(kOrders));
  ASSERT_TRUE(comes(pgwatch, "orders_waiting", {{"state", "new"}}, 7));
  folder_.write("queries.yaml", kOrders + "  colums: {}\n");
  pgwatch.signal(SIGHUP);
  ASSERT_TRUE(eventually([&] { return pgwatch.log().find("not reloaded") != std::string::npos; }));
  EXPECT_THAT(pgwatch.log(), HasSubstr("queries.yaml:6:3: unknown key"));
  EXPECT_EQ(scrape(pgwatch).page.value("orders_waiting", {{"state", "new"}}), 7);
  folder_.write("queries.yaml", kHere);
  pgwatch.signal(SIGHUP);
  EXPECT_TRUE(comes(pgwatch, "here_n", {{"datname", "postgres"}}, 1));
  EXPECT_FALSE(scrape(pgwatch).page.value("orders_waiting", {{"state", "new"}}));
}

// -- --check-config --connect -----------------------------------------------------------------------------------------

// What it says, and its exit status.
struct Rehearsed {
  std::string output;
  int status = -1;
};

Rehearsed rehearse(const TemporaryFolder& folder, const std::string& config) {
  const Process process(
      pgwatch_command({"--check-config", "--connect", "--config", folder.write("pgwatch.yaml", config).string()}));
  const auto status = process.wait(std::chrono::seconds(40));
  return {process.output() + process.errors(), status.value_or(-1)};
}

TEST_F(OwnQueries, AreExplainedAndNotRun) {
  const Rehearsed said = rehearse(folder_, config(kOrders + kHere + query("sleeps", "SELECT pg_sleep(60), 1 AS n")));
  EXPECT_EQ(said.status, 0) << said.output;
  EXPECT_THAT(said.output, HasSubstr("main: orders: cost "));
  EXPECT_THAT(said.output, HasSubstr("main/shop: here: cost 0.01, rows 1\n"));
  EXPECT_THAT(said.output, HasSubstr("main/postgres: here: cost 0.01, rows 1\n"));
  EXPECT_THAT(said.output, HasSubstr("main: sleeps: cost 0.01, rows 1\n"));
}

TEST_F(OwnQueries, ThatAServerRefusesAreToldWithTheirPlace) {
  const Rehearsed said = rehearse(folder_, config(kOrders + query("bad", "SELECT n FROM nowhere")));
  EXPECT_EQ(said.status, 1);
  EXPECT_THAT(said.output, HasSubstr("main: bad: relation \"nowhere\" does not exist ("));
  EXPECT_THAT(said.output, HasSubstr("queries.yaml:6:3)\n"));
}

TEST_F(OwnQueries, ThatWouldWriteAreRefusedBeforeTheyAreAsked) {
  server_->sql("CREATE TABLE jobs (n int); GRANT ALL ON jobs TO pgwatch");
  const Rehearsed said =
      rehearse(folder_, config(query("takes", "WITH gone AS (DELETE FROM jobs RETURNING n) SELECT n FROM gone") +
                               query("holds", "SELECT n FROM jobs FOR UPDATE") + query("reads", "SELECT n FROM jobs")));
  EXPECT_EQ(said.status, 1);
  EXPECT_THAT(said.output, HasSubstr("main: takes: changes or locks rows, and queries are asked read-only; write a "));
  EXPECT_THAT(said.output, HasSubstr("queries.yaml:1:3)\n"));
  EXPECT_THAT(said.output, HasSubstr("main: holds: changes or locks rows"));
  EXPECT_THAT(said.output, HasSubstr("main: reads: cost "));
}

TEST_F(OwnQueries, AreTriedTogetherWithTheChecksOfFreshness) {
  server_->sql(
      "CREATE TABLE fresh (time timestamptz); CREATE INDEX ON fresh (time); CREATE TABLE heap (time timestamptz);"
      "GRANT SELECT ON fresh, heap TO pgwatch");
  const std::string ages = "time_column: time, warn_after: 1m, critical_after: 5m}\n";
  const Rehearsed said = rehearse(
      folder_,
      config_of({{"main", server_->conninfo()}}, "freshness:\n  checks:\n    - {name: fresh, table: fresh, " + ages +
                                                     "    - {name: heap, table: heap, " + ages +
                                                     "    - {name: odd, table: fresh, filter: nonsense > 1, " + ages));
  EXPECT_EQ(said.status, 1);
  EXPECT_THAT(said.output, HasSubstr("main: freshness_fresh: answered\n"));
  EXPECT_THAT(said.output, HasSubstr("main: freshness_heap: check heap: table heap has no valid btree index"));
  EXPECT_THAT(said.output, HasSubstr("column \"nonsense\" does not exist\n"));
}

TEST_F(OwnQueries, OfAServerThatIsDownAreNoSuccess) {
  const Rehearsed said = rehearse(folder_, config_of({{"main", "host=127.0.0.1 port=1"}}));
  EXPECT_EQ(said.status, 1);
  EXPECT_THAT(said.output, HasSubstr("main: down, refused"));
}

}  // namespace
}  // namespace pgwatch::test
