// What Instrument and check_clashes refuse, and how they say it.
#include <gtest/gtest.h>

#include <stdexcept>

#include "exporter/model/instrument.h"
#include "tests/exporter/model/emitted.h"

namespace pgwatch {
namespace {

using test::collector_of;

std::string complaint(Collector collector) {
  try {
    Instrument instrument(std::move(collector));
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "none";
}

std::string complaint(std::vector<Column> columns) { return complaint(collector_of(std::move(columns))); }

Collector with_source(Source source) {
  Collector collector = collector_of({});
  collector.source = std::move(source);
  return collector;
}

std::string complaint_of_sql(std::string text) { return complaint(with_source(std::vector<Sql>{{.text = text}})); }

TEST(Check, WantsHelp) {
  EXPECT_EQ(complaint({gauge("size", "")}),
            R"(collector "x", column "size": has no help; say in a sentence what it means)");
}

TEST(Check, WantsNamesPrometheusTakes) {
  EXPECT_EQ(complaint({gauge("my size", "Help.")}),
            R"(collector "x", column "my size": "pg_x_my size" is not a metric name; )"
            "use letters, digits, _ and :, no digit first");
  EXPECT_EQ(complaint({label("a b")}),
            R"(collector "x", column "a b": "a b" is not a label name; use letters, digits and _)");
  EXPECT_NE(complaint({gauge("a", "Help.").with("b-c", "")}), "none");
  EXPECT_NE(complaint({state("a b", "Help.", {"s"}).called("fine")}), "none");
  EXPECT_EQ(complaint({counter("no_total", "Help.")}), "none");
}

TEST(Check, WantsOptionsThatStandApartAndWithinTheirBounds) {
  const auto complaint_of = [](Option option) {
    Collector collector = collector_of({});
    collector.options = {std::move(option)};
    return complaint(std::move(collector));
  };
  EXPECT_EQ(complaint_of({.name = "top", .help = "How many."}), "none");
  EXPECT_EQ(complaint_of({.name = "keep", .help = "How long."}),
            R"(collector "x": option "keep" is not a name of its own; call it otherwise)");
  EXPECT_EQ(complaint_of({.name = "top", .help = ""}),
            R"(collector "x": option "top" has no help; say in a sentence what it does)");
  EXPECT_EQ(complaint_of({.name = "top", .help = "How many.", .value = 3, .least = 5}),
            R"(collector "x": option "top" is not within its own bounds)");
}

TEST(Check, KeepsTheEnginesLabelsForTheEngine) {
  EXPECT_EQ(complaint({label("server")}),
            R"(collector "x", column "server": label "server" is added to every series anyway; call it otherwise)");
  EXPECT_NE(complaint({gauge("a", "Help.").with("server", "b")}), "none");
  Collector collector = collector_of({label("datname")});
  EXPECT_EQ(complaint(collector), "none");
  collector.scope = Scope::kDatabase;
  EXPECT_NE(complaint(collector), "none");
}

TEST(Check, WantsEachLabelOnceInASet) {
  EXPECT_EQ(complaint({label("a"), gauge("b", "Help.").with("a", "1")}),
            R"(collector "x", column "b": carries the label "a" twice; call one otherwise)");
  EXPECT_EQ(complaint({label("a"), gauge("b", "Help.").with("a", "1").unlabelled()}), "none");
  EXPECT_EQ(complaint({label("a"), label("c"), gauge("b", "Help.").with("a", "1").by({"c"})}), "none");
  EXPECT_NE(complaint({label("state"), state("state", "Help.", {"s"})}), "none");
  EXPECT_NE(complaint({label("le"), histogram("h", "Help.")}), "none");
  EXPECT_EQ(complaint({label("a"), label("a")}), R"(collector "x", column "a": is a label twice; name it once)");
}

TEST(Check, WantsByToNameLabelColumns) {
  EXPECT_EQ(complaint({label("a"), gauge("b", "Help.").by({"c"})}),
            R"(collector "x", column "b": by() names "c", which is no label column)");
  EXPECT_NE(complaint({label("a"), gauge("b", "Help.").by({"b"})}), "none");
  EXPECT_NE(complaint({label("a"), gauge("b", "Help.").by({"a"}).unlabelled()}), "none");
}

TEST(Check, WantsOneMeaningPerMetric) {
  EXPECT_EQ(complaint({gauge("a", "One.").called("m"), gauge("b", "Two.").called("m")}),
            R"(collector "x", column "b": gives metric m another type or help than a column before it; agree on one)");
  EXPECT_NE(complaint({gauge("a", "One.").called("m"), counter("b", "One.").called("m")}), "none");
}

TEST(Check, WantsStates) { EXPECT_NE(complaint({state("a", "Help.", {})}), "none"); }

TEST(Check, WantsASource) {
  EXPECT_EQ(complaint(with_source({})), R"(collector "x": has no source; give it SQL, a host read or a planner)");
  EXPECT_NE(complaint(with_source(HostRead())), "none");
  EXPECT_NE(complaint(with_source(Planner())), "none");
  EXPECT_NE(complaint_of_sql(""), "none");
}

TEST(Check, WantsCommentsThatClose) {
  EXPECT_EQ(complaint_of_sql("SELECT /*if a.b*/ 1"),
            R"(collector "x": /*if a.b*/ is not closed; end it with /*else …*/)");
  EXPECT_NE(complaint_of_sql("SELECT /*"), "none");
}

TEST(Check, WantsNeedsItCanLookUp) {
  for (const char* good : {"pg_stat_io.reads", "timescaledb_information.jobs.job_id", "pg_f()", "s._f1()"})
    EXPECT_EQ(complaint_of_sql("SELECT /*if " + std::string(good) + "*/ 1 /*else 2*/"), "none") << good;
  for (const char* bad : {"", "pg_stat_io", "a.b.c.d", "a.b.f()", "a b.c", "a..b", "()", "a.'b'"})
    EXPECT_NE(complaint_of_sql("SELECT /*if " + std::string(bad) + "*/ 1 /*else 2*/"), "none") << bad;
}

TEST(Check, WantsARoleThatFactsTellOf) {
  Collector collector = collector_of({});
  collector.role = "pg_read_all_stats";
  EXPECT_EQ(complaint(collector), "none");
  collector.role = "pg_read_all_stat";
  EXPECT_EQ(complaint(collector),
            R"(collector "x": role "pg_read_all_stat" is none that facts tell of; see kPredefinedRoles)");
}

TEST(Check, WantsPatternsThatEndInAStar) {
  Collector collector = collector_of({});
  collector.patterns = {{"pg_settings_*", "A setting."}};
  EXPECT_EQ(complaint(collector), "none");
  collector.patterns = {{"pg_settings", "A setting."}};
  EXPECT_EQ(complaint(collector),
            R"(collector "x": pattern "pg_settings" is not a beginning of metric names followed by *)");
  collector.patterns = {{"pg_settings_*", ""}};
  EXPECT_NE(complaint(collector), "none");
}

InstrumentPtr named(std::string name, Column column) {
  Collector collector = collector_of({std::move(column)});
  collector.name = std::move(name);
  return std::make_shared<const Instrument>(std::move(collector));
}

std::string clash(std::vector<InstrumentPtr> instruments) {
  try {
    check_clashes(instruments);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "none";
}

TEST(Clashes, AreMetricsOfTwoCollectors) {
  EXPECT_EQ(clash({named("a", gauge("v", "Help.").called("m")), named("b", gauge("v", "Help.").called("m"))}),
            R"(metric m is declared by collector "a" and by collector "b"; rename one, or turn one off)");
  EXPECT_EQ(clash({named("a", gauge("v", "Help.")), named("b", gauge("v", "Help."))}), "none");
}

TEST(Clashes, AreNotTheSameCollectorTwice) {
  EXPECT_EQ(clash({named("a", gauge("v", "Help.")), named("a", gauge("v", "Help."))}), "none");
  EXPECT_EQ(clash({named("a", gauge("v", "Help.")), named("a", counter("v", "Help."))}),
            R"(metric pg_a_v is declared by collector "a" twice, with another type or help; agree on one)");
}

TEST(Clashes, AreTheLongNamesOfAHistogramToo) {
  EXPECT_NE(clash({named("a", histogram("v", "Help.").called("m")), named("b", gauge("v", "Help.").called("m_sum"))}),
            "none");
}

}  // namespace
}  // namespace pgwatch
