// Query files of our own format: each key, and what they read who mistyped one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/exporter/config/query_reading.h"
#include "tests/exporter/model/emitted.h"

namespace pgwatch::config {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

Collector own_query(const std::string& text) { return query_of(read_own_queries, text); }
std::string own_query_error(const std::string& text) { return query_error(read_own_queries, text); }

const std::string kOrders = "- name: orders\n  sql: SELECT 1 AS waiting\n";

// The query with this one column.
Collector with_column(const std::string& column) { return own_query(kOrders + "  columns: {" + column + "}\n"); }
std::string column_error(const std::string& column) {
  return own_query_error(kOrders + "  columns: {" + column + "}\n");
}

std::string emitted(const Collector& collector, const std::string& column, Cell cell) {
  Rows rows({column});
  rows.add({cell});
  return test::emitted(collector, rows);
}

TEST(OwnQueries, AreCollectorsThatTheVisitorAsks) {
  const Collector collector = with_column("waiting: {type: gauge, help: Orders that wait.}");
  EXPECT_EQ(collector.name, "orders");
  EXPECT_EQ(collector.kind, "query");
  EXPECT_EQ(collector.lane, Lane::kSlow);
  EXPECT_TRUE(collector.own_search_path);
  EXPECT_EQ(collector.interval, minutes(1));
  EXPECT_EQ(collector.origin, "q.yaml:1:3");
  EXPECT_EQ(emitted(collector, "waiting", "7"), "orders_waiting 7\n");
}

TEST(OwnQueries, SayAllThatCanBeSaid) {
  const Collector collector = own_query(R"(
- name: orders
  help: Orders of the shop.
  sql:
    - {since: 15, sql: SELECT 15}
    - {since: 13, until: 14, sql: SELECT 13}
  role: primary
  scope: {database: shop}
  extension: hstore
  servers: ["db*"]
  interval: 5m
  keep: 1h
  timeout: 2s
  columns:
    state: label
    waiting: {type: gauge, help: Waiting., name: shop_waiting, labels: []}
)");
  EXPECT_EQ(collector.help, "Orders of the shop.");
  EXPECT_EQ(collector.scope, Scope::kServer);
  EXPECT_EQ(collector.database, "shop");
  EXPECT_EQ(collector.extension, "hstore");
  EXPECT_THAT(collector.servers, ElementsAre("db*"));
  EXPECT_EQ(collector.interval, minutes(5));
  EXPECT_EQ(collector.keep, minutes(60));
  EXPECT_EQ(collector.timeout, seconds(2));
  EXPECT_EQ(collector.columns[1].metric, "shop_waiting");
  EXPECT_TRUE(collector.columns[1].bare);
}

TEST(OwnQueries, ChooseTheSqlByVersionAndRole) {
  const Collector collector = own_query(
      "- name: orders\n  role: primary\n  sql: [{since: 15, sql: SELECT 15}, {until: 13, sql: SELECT 13}]\n"
      "  columns: {x: {type: gauge, help: X.}}\n");
  EXPECT_EQ(asked(collector, 150'018), "SELECT 15");
  EXPECT_EQ(asked(collector, 130'021), "SELECT 13");
  EXPECT_EQ(asked(collector, 140'018), "skip version");
  EXPECT_EQ(asked(collector, 150'018, true), "skip role");
}

TEST(OwnQueries, LeaveTheDollarsOfTheSqlAlone) {
  const Collector collector =
      own_query("- name: orders\n  sql: \"SELECT $$a$$ ${X}\"\n  columns: {x: {type: gauge, help: X.}}\n");
  EXPECT_EQ(asked(collector, 150'018), "SELECT $$a$$ ${X}");
}

TEST(OwnQueries, ScaleWhatIsANumberAndReplaceWhatIsNull) {
  const Collector collector = with_column("ms: {type: counter, help: Time., scale: 0.001, default: 5}");
  EXPECT_EQ(emitted(collector, "ms", "1500"), "orders_ms 1.5\n");
  EXPECT_EQ(emitted(collector, "ms", std::nullopt), "orders_ms 5\n");
  EXPECT_EQ(emitted(collector, "ms", "many"), "");
}

TEST(OwnQueries, WithoutADefaultNullGivesNothing) {
  EXPECT_EQ(emitted(with_column("n: {type: gauge, help: N.}"), "n", std::nullopt), "");
}

TEST(OwnQueries, KeepIntegersOf64BitsExact) {
  EXPECT_EQ(emitted(with_column("n: {type: gauge, help: N.}"), "n", "9223372036854775807"),
            "orders_n 9223372036854775807\n");
}

TEST(OwnQueries, TellATimeInSecondsSince1970) {
  const Collector collector = with_column("at: {type: gauge, help: When.}");
  EXPECT_EQ(emitted(collector, "at", "2023-11-14 22:13:20+00"), "orders_at 1700000000\n");
  EXPECT_EQ(emitted(collector, "at", "2023-11-15 03:43:20.5+05:30"), "orders_at 1700000000.5\n");
  EXPECT_EQ(emitted(collector, "at", "2023-11-14 17:13:20-05"), "orders_at 1700000000\n");
  EXPECT_EQ(emitted(collector, "at", "2023-11-14"), "orders_at 1699920000\n");
  EXPECT_EQ(emitted(collector, "at", "infinity"), "");
}

TEST(OwnQueries, HaveStates) {
  const Collector collector = with_column("phase: {type: state, help: Phase., states: [open, closed]}");
  EXPECT_EQ(emitted(collector, "phase", "closed"),
            "orders_phase{phase=\"open\"} 0\norders_phase{phase=\"closed\"} 1\n");
}

TEST(OwnQueries, InEveryDatabaseHaveOneLabelDatname) {
  const Collector collector = own_query(
      "- name: orders\n  scope: database\n  sql: SELECT 1\n  columns: {datname: label, n: {type: gauge, help: N.}}\n");
  EXPECT_EQ(collector.scope, Scope::kDatabase);
  EXPECT_EQ(collector.columns[0].use, Use::kDiscard);
}

// -- Thresholds -------------------------------------------------------------------------------------------------------

TEST(OwnQueries, WithThresholdsMakeChecks) {
  const auto checks = column_checks(with_column("waiting: {type: gauge, help: Waiting., warning: 10, critical: 100}"));
  ASSERT_EQ(checks.size(), 1U);
  EXPECT_EQ(checks[0].info.name, "orders_waiting");
  EXPECT_EQ(checks[0].info.unit, Unit::kNumber);
  EXPECT_EQ(checks[0].info.threshold, (Threshold{.warning = 10, .critical = 100}));
  EXPECT_EQ(checks[0].metric, "orders_waiting");
}

TEST(OwnQueries, HaveThresholdsInTheUnitTheirMetricNames) {
  const auto limit = [](const std::string& column) { return *with_column(column).columns[0].threshold.warning; };
  EXPECT_EQ(limit("age_seconds: {type: gauge, help: Age., warning: 5m}"), 300);
  EXPECT_EQ(limit("free_bytes: {type: gauge, help: Free., warning: 1KiB}"), 1024);
  EXPECT_EQ(limit("age: {type: gauge, help: Age., name: orders_age_seconds, warning: 5m}"), 300);
  EXPECT_THAT(column_error("age_seconds: {type: gauge, help: Age., warning: 300}"), HasSubstr("expected a duration"));
}

TEST(OwnQueries, HaveThresholdsForWhatIsBadWhenLow) {
  const Threshold threshold =
      with_column("free_bytes: {type: gauge, help: Free., warning_below: 2GiB, critical_below: 1GiB}")
          .columns[0]
          .threshold;
  EXPECT_TRUE(threshold.below);
  EXPECT_TRUE(threshold.is_beyond(threshold.critical, 1024.0 * 1024 * 1024));
  EXPECT_FALSE(threshold.is_beyond(threshold.warning, 3.0 * 1024 * 1024 * 1024));
}

TEST(OwnQueries, RefuseThresholdsThatCannotBe) {
  EXPECT_THAT(column_error("n: {type: gauge, help: N., warning: 10, critical: 5}"),
              HasSubstr("critical above warning"));
  EXPECT_THAT(column_error("n: {type: gauge, help: N., warning_below: 5, critical_below: 10}"),
              HasSubstr("critical below warning"));
  EXPECT_THAT(column_error("n: {type: gauge, help: N., warning: 5, critical_below: 1}"), HasSubstr("select it twice"));
  EXPECT_THAT(column_error("n: {type: histogram, help: N., warning: 5}"), HasSubstr("goes with a gauge"));
}

// -- Mistakes ---------------------------------------------------------------------------------------------------------

TEST(OwnQueries, TellWhereAMistakeIs) {
  EXPECT_EQ(own_query_error("- name: orders\n  sqll: SELECT 1\n").substr(0, 45),
            "q.yaml:2:3: unknown key \"sqll\"; did you mean ");
  EXPECT_THAT(own_query_error("- name: orders\n  sql: SELECT 1; SELECT 2\n"),
              StartsWith("q.yaml:2:8: the SQL holds more than one statement"));
  EXPECT_THAT(own_query_error("- name: orders\n  sql: \"/* \"\n"), StartsWith("q.yaml:2:8: the SQL comment"));
  EXPECT_THAT(own_query_error("- name: orders\n  sql: \"-- nothing\"\n"), HasSubstr("the SQL is empty"));
  EXPECT_THAT(own_query_error("- name: a b\n  sql: SELECT 1\n"), HasSubstr("is no name"));
  EXPECT_THAT(own_query_error("- sql: SELECT 1\n"), StartsWith("q.yaml:1:3: expected a query, as {name: orders"));
  EXPECT_THAT(own_query_error("- name: orders\n"), HasSubstr("has no source"));
  EXPECT_THAT(own_query_error("orders: {}\n"), HasSubstr("expected a list, found a mapping"));
}

TEST(OwnQueries, TellWhichColumnIsWrong) {
  EXPECT_THAT(column_error("n: label, m: discard"),
              StartsWith("q.yaml:1:3: query orders has no column that is a metric"));
  EXPECT_THAT(column_error("n: gauge"), StartsWith("q.yaml:3:13: column \"n\" has no help, as {type: gauge, help"));
  EXPECT_THAT(column_error("n: {type: gauge}"), StartsWith("q.yaml:3:13: column \"n\" has no help"));
  EXPECT_THAT(column_error("n: {help: N.}"), HasSubstr("column \"n\" has no type"));
  EXPECT_THAT(column_error("n: {type: gouge}"), HasSubstr("expected label, gauge, counter"));
  EXPECT_THAT(column_error("n: {type: label, name: m}"), HasSubstr("rename it with AS"));
  EXPECT_THAT(column_error("n: {type: label, scale: 2}"), HasSubstr("goes with a gauge"));
  EXPECT_THAT(column_error("n: {type: gauge, help: N., scale: big}"), HasSubstr("expected a number"));
  EXPECT_THAT(column_error("n: {type: gauge, help: N., states: [a]}"), HasSubstr("only a column of type state"));
  EXPECT_THAT(column_error("server: label"), HasSubstr("is added to every series anyway"));
}

TEST(OwnQueries, MayEndWithASemicolonAndAComment) {
  EXPECT_EQ(
      own_query_error("- name: orders\n  sql: \"SELECT ';' ; -- done\"\n  columns: {n: {type: gauge, help: N.}}\n"),
      "");
}

TEST(OwnQueries, OfAnEmptyFileAreNone) { EXPECT_THAT(queries_of(read_own_queries, ""), IsEmpty()); }

}  // namespace
}  // namespace pgwatch::config
