// Query files as a configuration names them: where they are, what they may not be called, and where they are asked.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/exporter/config/fixture.h"
#include "tests/support/temporary_folder.h"

namespace pgwatch::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string text_of_query(const std::string& name) {
  return "- name: " + name + "\n  sql: SELECT 1\n  columns: {n: {type: gauge, help: N., warning: 5}}\n";
}

const std::string kTargets = "targets: [{name: db1, conninfo: host=a}, {name: db2, conninfo: host=b}]\n";

class QueryFiles : public testing::Test {
 protected:
  // A configuration that lies beside its query files.
  Config load(const std::string& text) const {
    return load_file(folder_.write("pgwatch.yaml", text + kTargets), fake_context());
  }
  std::string error_of(const std::string& text) const {
    try {
      load(text);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  static std::vector<std::string> names(const Target& target) {
    std::vector<std::string> names;
    for (const InstrumentPtr& one : target.instruments) names.push_back(one->name());
    return names;
  }

  test::TemporaryFolder folder_;
};

TEST_F(QueryFiles, StandBesideTheConfiguration) {
  folder_.write("orders.yaml", text_of_query("orders"));
  const Config config = load("queries: [orders.yaml]\n");
  EXPECT_THAT(names(*config.world.targets[0]), ElementsAre("replication", "orders"));
  EXPECT_THAT(config.world.collector_names, ElementsAre("bloat", "disks", "orders", "replication"));
}

TEST_F(QueryFiles, OfAPatternComeInTheOrderOfTheirNames) {
  folder_.write("b.yaml", text_of_query("b"));
  folder_.write("a.yaml", text_of_query("a"));
  folder_.write("c.txt", text_of_query("c"));
  EXPECT_THAT(names(*load("queries: [\"?.yaml\"]\n").world.targets[0]), ElementsAre("replication", "a", "b"));
  EXPECT_THAT(names(*load("queries: [\"*.none\"]\n").world.targets[0]), ElementsAre("replication"));
}

TEST_F(QueryFiles, AreForTheServersTheyName) {
  folder_.write("orders.yaml", text_of_query("orders"));
  const Config config = load("queries: [{file: orders.yaml, servers: [\"*2\"]}]\n");
  EXPECT_THAT(names(*config.world.targets[0]), ElementsAre("replication"));
  EXPECT_THAT(names(*config.world.targets[1]), ElementsAre("replication", "orders"));
  EXPECT_THAT(error_of("queries: [{file: orders.yaml, servers: [db3]}]\n"), HasSubstr("no target is called \"db3\""));
}

TEST_F(QueryFiles, MakeCollectorsAndChecksThatMayBeSet) {
  folder_.write("orders.yaml", text_of_query("orders"));
  const Config config =
      load("queries: [orders.yaml]\ncollectors: {orders: {interval: 5m}}\nchecks: {orders_n: {critical: 9}}\n");
  const Target& target = *config.world.targets[0];
  EXPECT_EQ(target.instruments.back()->collector().interval, std::chrono::minutes(5));
  EXPECT_EQ(target.checks.at("orders_n").threshold, (Threshold{.warning = 5, .critical = 9}));
  EXPECT_THAT(names(*load("queries: [orders.yaml]\ncollectors: {orders: false}\n").world.targets[0]),
              ElementsAre("replication"));
}

TEST_F(QueryFiles, MayNotBeCalledAsAnother) {
  folder_.write("a.yaml", text_of_query("orders"));
  folder_.write("b.yaml", text_of_query("orders"));
  folder_.write("c.yaml", text_of_query("bloat"));
  EXPECT_THAT(error_of("queries: [a.yaml, b.yaml]\n"), HasSubstr("b.yaml:1:3: query orders stands also at "));
  EXPECT_THAT(error_of("queries: [c.yaml]\n"), HasSubstr("c.yaml:1:3: query bloat has the name of a collector"));
}

TEST_F(QueryFiles, MayNotMakeACheckOfAnother) {
  folder_.write("a.yaml", text_of_query("orders_a") +
                              "- name: orders\n  sql: SELECT 1\n"
                              "  columns: {a_n: {type: gauge, help: N., name: other, warning: 5}}\n");
  EXPECT_THAT(error_of("queries: [a.yaml]\n"), HasSubstr("query orders makes a check orders_a_n, and there is one"));
}

TEST_F(QueryFiles, MayNotGiveAMetricOfAnother) {
  folder_.write("a.yaml",
                "- name: a\n  sql: SELECT 1\n  columns: {v: {type: gauge, help: V., name: pg_replication_value}}\n");
  const std::string error = error_of("queries: [a.yaml]\n");
  EXPECT_THAT(error, HasSubstr("metric pg_replication_value is declared by collector \"a\" ("));
  EXPECT_THAT(error, HasSubstr("a.yaml:1:3) and by collector \"replication\"; rename one, or turn one off"));
  EXPECT_EQ(error_of("queries: [a.yaml]\ncollectors: {replication: false}\n"), "");
}

TEST_F(QueryFiles, MayShareMetricsOfOneType) {
  const auto shared = [](const std::string& name, const std::string& type) {
    return "- name: " + name + "\n  sql: SELECT 1\n  columns: {v: {type: " + type + ", help: V., name: shared}}\n";
  };
  folder_.write("a.yaml", shared("a", "gauge") + shared("b", "gauge"));
  EXPECT_EQ(error_of("queries: [a.yaml]\n"), "");
  folder_.write("a.yaml", shared("a", "gauge") + shared("b", "counter"));
  EXPECT_THAT(error_of("queries: [a.yaml]\n"), HasSubstr("metric shared is declared by"));
}

TEST_F(QueryFiles, ThatShareAMetricShareItsFirstHelp) {
  const auto branch = [](const std::string& name, const std::string& versions, const std::string& help) {
    return name + ":\n  name: slots\n  query: SELECT 1\n  " + versions +
           "\n  metrics: [{n: {usage: GAUGE, description: " + help + "}}]\n";
  };
  folder_.write("a.yaml", branch("slots_13", "max_version: 150000", "Old") +  //
                              branch("slots_15", "min_version: 150000", "New"));
  folder_.write("b.yaml", branch("slots_more", "ttl: 5", "Other"));
  const Config config = load("queries: [a.yaml, b.yaml]\n");
  for (const Collector& query : config.queries) EXPECT_EQ(query.columns.at(0).help, "Old") << query.name;
}

TEST_F(QueryFiles, ThatAreNotThereAreToldWithThePlaceThatNamesThem) {
  EXPECT_THAT(error_of("queries: [none.yaml]\n"), HasSubstr("pgwatch.yaml:1:11: cannot read query file "));
  EXPECT_THAT(error_of("queries: [none/*.yaml]\n"), HasSubstr("pgwatch.yaml:1:11: cannot read folder "));
  EXPECT_THAT(error_of("queries: [{format: pgwatch}]\n"), HasSubstr("expected a file"));
  EXPECT_THAT(error_of("queries: [{file: a, format: x}]\n"), HasSubstr("expected pgwatch, postgres_exporter"));
}

TEST_F(QueryFiles, AreReadInTheFormatThatIsNamed) {
  folder_.write("a.yaml", "a:\n  query: SELECT 1\n  metrics: [{n: {usage: GAUGE}}]\n");
  EXPECT_EQ(load("queries: [a.yaml]\n").queries.at(0).scope, Scope::kServer);
  EXPECT_EQ(load("queries: [{file: a.yaml, format: pg_exporter}]\n").queries.at(0).scope, Scope::kDatabase);
}

}  // namespace
}  // namespace pgwatch::config
