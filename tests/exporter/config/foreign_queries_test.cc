// Query files of other exporters: what of them is read as it was meant there, and which line is not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/exporter/config/query_reading.h"
#include "tests/exporter/model/emitted.h"

namespace pgwatch::config {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

std::string emitted(const Collector& collector, const std::vector<std::string>& columns,
                    const std::vector<Cell>& cells) {
  Rows rows(columns);
  rows.add(cells);
  return test::emitted(collector, rows);
}

// -- postgres_exporter ------------------------------------------------------------------------------------------------

Collector theirs(const std::string& text) { return query_of(read_postgres_exporter_queries, text); }

const std::string kQueue = R"(
app_queue:
  query: SELECT kind, jobs, took, phase, since, delay FROM queue;
  master: true
  cache_seconds: 30
  metrics:
    - kind: {usage: "LABEL", description: "What is to be done"}
    - jobs: {usage: "GAUGE", description: "Jobs that wait"}
    - took: {usage: "COUNTER"}
    - phase: {usage: "MAPPEDMETRIC", metric_mapping: {idle: 0, busy: 1}}
    - since: {usage: "GAUGE"}
    - delay: {usage: "DURATION"}
)";

TEST(PostgresExporterQueries, KeepTheNamesOfTheirMetrics) {
  EXPECT_EQ(emitted(theirs(kQueue), {"kind", "jobs", "took", "phase", "since", "delay"},
                    {"mail", "3", "1.5", "busy", "2023-11-14 22:13:20+00", "1m30s"}),
            "app_queue_delay_milliseconds{kind=\"mail\"} 90000\napp_queue_jobs{kind=\"mail\"} 3\n"
            "app_queue_phase{kind=\"mail\"} 1\napp_queue_since{kind=\"mail\"} 1700000000\n"
            "app_queue_took{kind=\"mail\"} 1.5\n");
}

TEST(PostgresExporterQueries, AreAskedInTheTargetsOwnDatabase) {
  const Collector collector = theirs(kQueue);
  EXPECT_EQ(collector.scope, Scope::kServer);
  EXPECT_EQ(collector.interval, seconds(30));
  EXPECT_EQ(asked(collector, 150'018), "SELECT kind, jobs, took, phase, since, delay FROM queue;");
}

TEST(PostgresExporterQueries, ReadDurationsInAnySpelling) {
  const Collector collector = theirs("d:\n  query: SELECT 1\n  metrics: [{t: {usage: DURATION}}]\n");
  const auto read = [&](const char* text) { return emitted(collector, {"t"}, {text}); };
  EXPECT_EQ(read("250"), "d_t_milliseconds 250\n");
  EXPECT_EQ(read("1h2m3.5s"), "d_t_milliseconds 3723500\n");
  EXPECT_EQ(read("-10ms"), "d_t_milliseconds -10\n");
  EXPECT_EQ(read("1 day 02:00:00.25"), "d_t_milliseconds 93600250\n");
  EXPECT_EQ(read("00:00:01"), "d_t_milliseconds 1000\n");
  EXPECT_EQ(read("a while"), "");
  EXPECT_EQ(read("1 mon"), "");
}

TEST(PostgresExporterQueries, RunOnTheServersTheyName) {
  const Collector collector =
      theirs("d:\n  query: SELECT 1\n  runonserver: \">=13.0.0 <15.0.0 || 17.x\"\n  metrics: []\n");
  for (const int version : {130'021, 140'018, 170'004}) EXPECT_EQ(asked(collector, version), "SELECT 1") << version;
  for (const int version : {120'004, 150'001, 160'002, 180'000}) EXPECT_EQ(asked(collector, version), "skip version");
}

TEST(PostgresExporterQueries, WithoutSqlAreNone) {
  EXPECT_THAT(queries_of(read_postgres_exporter_queries, "pg_locks:\n  query: \"\"\n  metrics: []\n"), IsEmpty());
}

TEST(PostgresExporterQueries, PassOverKeysThatPostgresExporterDoes) {
  EXPECT_EQ(query_error(read_postgres_exporter_queries,
                        "d:\n  query: SELECT 1\n  owner: me\n  metrics: [{t: {usage: GAUGE, unit: s}}]\n"),
            "");
}

TEST(PostgresExporterQueries, SayWhichLineDoesNotMap) {
  const auto error_of = [](const std::string& text) { return query_error(read_postgres_exporter_queries, text); };
  EXPECT_THAT(error_of("d:\n  query: SELECT 1\n  metrics:\n    - t: {usage: gauge}\n"),
              StartsWith("q.yaml:4:18: expected LABEL, GAUGE, COUNTER"));
  EXPECT_THAT(error_of("d:\n  query: SELECT 1\n  metrics:\n    - t: {usage: GAUGE, pg_version: \">=9.0.0\"}\n"),
              StartsWith("q.yaml:4:25: pg_version of a column is not read"));
  EXPECT_THAT(error_of("d:\n  query: SELECT 1\n  runonserver: new\n"), StartsWith("q.yaml:3:16: \"new\""));
  EXPECT_THAT(error_of("d:\n  query: SELECT 1\n  metrics: [t]\n"), HasSubstr("expected a mapping, found text"));
  EXPECT_THAT(error_of("bad name:\n  query: SELECT 1\n"), StartsWith("q.yaml:1:1: query \"bad name\" is no name"));
}

// -- pg_exporter ------------------------------------------------------------------------------------------------------

const std::string kBloat = R"(
bloat_replica:
  name: bloat
  desc: Bloat of tables
  query: SELECT current_database() AS datname, relname, ms, free FROM bloat
  ttl: 10
  timeout: 0.5
  min_version: 130000
  max_version: 160000
  tags: [standby, "extension:pgstattuple"]
  priority: 3
  fatal: false
  metrics:
    - datname: {usage: LABEL}
    - relname: {usage: LABEL}
    - ms: {usage: COUNTER, rename: seconds, scale: 1e-3, description: Time}
    - free: {usage: gauge, default: 0}
)";

TEST(PgExporterQueries, MapWhatTheySay) {
  const Collector collector = query_of(read_pg_exporter_queries, kBloat);
  EXPECT_EQ(collector.name, "bloat_replica");
  EXPECT_EQ(collector.scope, Scope::kDatabase);
  EXPECT_EQ(collector.extension, "pgstattuple");
  EXPECT_EQ(collector.interval, seconds(10));
  EXPECT_EQ(collector.timeout, std::chrono::milliseconds(500));
  EXPECT_EQ(emitted(collector, {"datname", "relname", "ms", "free"}, {"lake", "t", "1500", {}}),
            "bloat_free{relname=\"t\"} 0\nbloat_seconds{relname=\"t\"} 1.5\n");
}

TEST(PgExporterQueries, AreAskedWhereTheirTagsSay) {
  Collector collector = query_of(read_pg_exporter_queries, kBloat);
  collector.extension = "";
  EXPECT_THAT(asked(collector, 150'018, true), StartsWith("SELECT"));
  EXPECT_EQ(asked(collector, 150'018, false), "skip role");
  EXPECT_EQ(asked(collector, 160'000, true), "skip version");
}

TEST(PgExporterQueries, OfAClusterAreAskedOnce) {
  const std::string text = "a:\n  query: SELECT 1\n  tags: [TAG]\n  metrics: [{n: {usage: GAUGE}}]\n";
  const auto with = [&](const std::string& tag) {
    return queries_of(read_pg_exporter_queries, std::string(text).replace(text.find("TAG"), 3, tag));
  };
  EXPECT_EQ(with("cluster").at(0).scope, Scope::kServer);
  EXPECT_EQ(with("\"dbname:lake\"").at(0).database, "lake");
  EXPECT_EQ(with("\"not:slow\"").at(0).scope, Scope::kDatabase);
  EXPECT_THAT(with("pgbouncer"), IsEmpty());
}

TEST(PgExporterQueries, SayWhichLineDoesNotMap) {
  const auto error_of = [](const std::string& more) {
    return query_error(read_pg_exporter_queries, "a:\n  query: SELECT 1\n  " + more + "\n");
  };
  EXPECT_THAT(error_of("tags: [mine]"), StartsWith("q.yaml:3:10: tag \"mine\" has no meaning here"));
  EXPECT_THAT(error_of("predicate_queries: [{predicate_query: SELECT true}]"),
              StartsWith("q.yaml:3:22: predicate_queries are not asked here"));
  EXPECT_THAT(error_of("metrics: [{}]"), HasSubstr("expected one column"));
  EXPECT_THAT(error_of("metrics: [{n: {usage: HISTOGRAM}}]"), HasSubstr("count them in the SQL"));
  EXPECT_THAT(error_of("metrics: [{n: {usage: GAUGE, bucket: [1, 2]}}]"),
              StartsWith("q.yaml:3:40: HISTOGRAM counts rows into buckets"));
  EXPECT_THAT(error_of("metrics: [{n: {bucket: [1, 2], usage: HISTOGRAM}}]"), HasSubstr("count them in the SQL"));
  EXPECT_THAT(error_of("metrics: [{n: {usage: LABEL, rename: m}}]"), HasSubstr("a label is not renamed here"));
  EXPECT_THAT(error_of("master: true"), HasSubstr("unknown key \"master\""));
}

TEST(PgExporterQueries, ThatAreToBeSkippedAreNone) {
  EXPECT_THAT(queries_of(read_pg_exporter_queries, "a:\n  query: SELECT 1\n  skip: true\n"), IsEmpty());
}

TEST(PgExporterQueries, ThatArePassedOverMaySayWhatHasNoMeaningHere) {
  const auto error_of = [](const std::string& more) {
    return query_error(read_pg_exporter_queries,
                       "a:\n  query: SELECT 1\n  " + more + "\n  metrics: [{n: {usage: LABEL, rename: m}}]\n");
  };
  EXPECT_EQ(error_of("tags: [mine]\n  skip: true"), "");
  EXPECT_EQ(error_of("tags: [cluster, pgbouncer]"), "");
  EXPECT_THAT(error_of("tags: [mine]\n  skip: false"), HasSubstr("tag \"mine\""));
}

// -- sql_exporter -----------------------------------------------------------------------------------------------------

const std::string kShop = R"(
collector_name: shop
min_interval: 30s
metrics:
  - metric_name: shop_orders
    type: gauge
    help: Orders by state.
    key_labels: [state]
    static_labels: {site: fra}
    value_label: what
    values: [waiting, done]
    query_ref: orders
  - metric_name: shop_states
    type: GAUGE
    help: States there are.
    key_labels: [state]
    static_value: 1
    query_ref: orders
  - metric_name: shop_sold_total
    type: counter
    help: What was sold.
    values: [sold]
    query: SELECT sold FROM sales
queries:
  - query_name: orders
    query: SELECT state, waiting, done FROM orders
)";

TEST(SqlExporterQueries, AskOnceForMetricsOfOneQuery) {
  const auto queries = queries_of(read_sql_exporter_queries, kShop);
  ASSERT_THAT(queries, SizeIs(2));
  EXPECT_EQ(queries[0].name, "shop_orders");
  EXPECT_EQ(queries[0].interval, seconds(30));
  EXPECT_EQ(emitted(queries[0], {"state", "waiting", "done"}, {"new", "2", {}}),
            "shop_orders{state=\"new\",site=\"fra\",what=\"waiting\"} 2\nshop_states{state=\"new\"} 1\n");
  EXPECT_EQ(queries[1].name, "shop_shop_sold_total");
  EXPECT_EQ(emitted(queries[1], {"sold"}, {"9"}), "shop_sold_total 9\n");
}

TEST(SqlExporterQueries, SayWhichLineDoesNotMap) {
  const auto error_of = [](const std::string& more) {
    return query_error(
        read_sql_exporter_queries,
        "collector_name: a\nmetrics:\n  - metric_name: m\n    type: gauge\n    help: M.\n    " + more + "\n");
  };
  EXPECT_THAT(error_of("values: [n]\n    query: SELECT 1\n    timestamp_value: at"),
              StartsWith("q.yaml:8:22: timestamp_value is not read"));
  EXPECT_THAT(error_of("values: [n]"), StartsWith("q.yaml:3:5: metric m takes a query or a query_ref"));
  EXPECT_THAT(error_of("values: [n, o]\n    query: SELECT 1"), HasSubstr("no value_label"));
  EXPECT_THAT(error_of("values: [n]\n    query_ref: x"), HasSubstr("unknown query_ref \"x\""));
  EXPECT_THAT(error_of("static_value: 1\n    query: SELECT 1"), HasSubstr("no key_labels"));
}

// -- Which of them ----------------------------------------------------------------------------------------------------

TEST(QueryFormat, IsKnownByItsLooks) {
  const auto format = [](const std::string& text) { return format_of(*parse_document(text, "q.yaml")); };
  EXPECT_EQ(format("- name: a\n"), &read_own_queries);
  EXPECT_EQ(format(kQueue), &read_postgres_exporter_queries);
  EXPECT_EQ(format(kBloat), &read_pg_exporter_queries);
  EXPECT_EQ(format("a:\n  query: x\n  metrics: [{n: {usage: GAUGE, scale: 2}}]\n"), &read_pg_exporter_queries);
  EXPECT_EQ(format(kShop), &read_sql_exporter_queries);
}

}  // namespace
}  // namespace pgwatch::config
