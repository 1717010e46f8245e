#include "exporter/model/instrument.h"

#include <gtest/gtest.h>

#include "tests/exporter/model/emitted.h"

namespace pgwatch {
namespace {

using test::collector_of;
using test::emitted;

TEST(Instrument, RemembersOfTheFirstRowAndForgetsNull) {
  const Instrument instrument(collector_of({gauge("a", "A."), remember("seen"), remember("gone")}));
  Rows rows({"a", "seen", "gone"});
  rows.add({"1", "x", std::nullopt});
  rows.add({"2", "y", "z"});
  Sink sink(instrument.metrics(), {{"gone", "before"}, {"other", "stays"}});
  instrument.emit(rows, sink);
  EXPECT_EQ(sink.memory(), (Memory{{"seen", "x"}, {"other", "stays"}}));
  instrument.emit(Rows({"a", "seen", "gone"}), sink);
  EXPECT_EQ(sink.memory(), (Memory{{"other", "stays"}}));
}

TEST(Instrument, LabelsEveryMetricOfARow) {
  Rows rows({"slot", "active", "bytes"});
  rows.add({"a", "t", "9007199254740993"});
  rows.add({"b", "f", "0"});
  EXPECT_EQ(emitted(collector_of({label("slot"), gauge("active", "Help."), counter("bytes", "Help.")}), rows),
            "pg_x_active{slot=\"a\"} 1\n"
            "pg_x_active{slot=\"b\"} 0\n"
            "pg_x_bytes{slot=\"a\"} 9007199254740993\n"
            "pg_x_bytes{slot=\"b\"} 0\n");
}

TEST(Instrument, GivesNoSampleForNullAndNoNumber) {
  Rows rows({"slot", "lag"});
  rows.add({"a", std::nullopt});
  rows.add({"b", "soon"});
  rows.add({"c", "1.5"});
  EXPECT_EQ(emitted(collector_of({label("slot"), gauge("lag", "Help.")}), rows), "pg_x_lag{slot=\"c\"} 1.5\n");
}

TEST(Instrument, SpellsANullLabelEmpty) {
  Rows rows({"slot", "lag"});
  rows.add({std::nullopt, "1"});
  EXPECT_EQ(emitted(collector_of({label("slot"), gauge("lag", "Help.")}), rows), "pg_x_lag{slot=\"\"} 1\n");
}

TEST(Instrument, PassesOverColumnsThatAreMissingOrUndeclared) {
  Rows rows({"surprise", "here"});
  rows.add({"1", "2"});
  EXPECT_EQ(emitted(collector_of({gauge("gone", "Help."), gauge("here", "Help."), discard("surprise")}), rows),
            "pg_x_here 2\n");
}

TEST(Instrument, FindsColumnsByNameWhereverTheyStand) {
  Rows rows({"value", "name"});
  rows.add({"1", "a"});
  EXPECT_EQ(emitted(collector_of({label("name"), gauge("value", "Help.")}), rows), "pg_x_value{name=\"a\"} 1\n");
}

TEST(Instrument, LetsAColumnChooseItsLabels) {
  Rows rows({"schema", "table", "size", "tables", "all"});
  rows.add({"s", "t", "1", "2", "3"});
  EXPECT_EQ(emitted(collector_of({label("schema"), label("table"), gauge("size", "Help.").by({"table", "schema"}),
                                  gauge("tables", "Help.").by({"schema"}), gauge("all", "Help.").unlabelled()}),
                    rows),
            "pg_x_all 3\n"
            "pg_x_size{schema=\"s\",table=\"t\"} 1\n"
            "pg_x_tables{schema=\"s\"} 2\n");
}

TEST(Instrument, SaysAnUnlabelledColumnOnceFromTheFirstRow) {
  Rows rows({"name", "value", "all"});
  rows.add({"a", "1", "7"});
  rows.add({"b", "2", "8"});
  Sink sink;
  Instrument(collector_of({label("name"), gauge("value", "Help."), gauge("all", "Help.").unlabelled()}))
      .emit(rows, sink);
  const Samples samples = sink.take_samples();
  EXPECT_EQ(samples.size(), 3U);
  EXPECT_EQ(samples.duplicates(), 0U);
}

TEST(Instrument, LetsColumnsShareAMetric) {
  Rows rows({"name", "write", "flush"});
  rows.add({"a", "1", "2"});
  rows.add({"b", "3", std::nullopt});
  const Collector collector =
      collector_of({label("name"), gauge("write", "Lag.").called("pg_lag").with("stage", "write"),
                    gauge("flush", "Lag.").called("pg_lag").with("stage", "flush")});
  EXPECT_EQ(Instrument(collector).metrics().size(), 1U);
  EXPECT_EQ(emitted(collector, rows),
            "pg_lag{name=\"a\",stage=\"write\"} 1\n"
            "pg_lag{name=\"b\",stage=\"write\"} 3\n"
            "pg_lag{name=\"a\",stage=\"flush\"} 2\n");
}

TEST(Instrument, ShowsAStateAsOneSeriesPerState) {
  Rows rows({"unit", "state"});
  rows.add({"a", "active"});
  rows.add({"b", "refreshing"});
  rows.add({"c", std::nullopt});
  EXPECT_EQ(emitted(collector_of({label("unit"), state("state", "Help.", {"active", "failed"})}), rows),
            "pg_x_state{unit=\"a\",state=\"active\"} 1\n"
            "pg_x_state{unit=\"a\",state=\"failed\"} 0\n"
            "pg_x_state{unit=\"b\",state=\"active\"} 0\n"
            "pg_x_state{unit=\"b\",state=\"failed\"} 0\n"
            "pg_x_state{unit=\"b\",state=\"refreshing\"} 1\n");
}

Rows histogram_rows(Cell bounds, Cell buckets, Cell sum = "7.5", Cell count = "6") {
  Rows rows({"age", "age_bucket", "age_sum", "age_count"});
  rows.add({bounds, buckets, sum, count});
  return rows;
}

std::string histogram_of(const Rows& rows) { return emitted(collector_of({histogram("age", "Help.")}), rows); }

TEST(Instrument, SpreadsAHistogramOverItsColumns) {
  EXPECT_EQ(histogram_of(histogram_rows("{0.5,10}", "{2,5}")),
            "pg_x_age_bucket{le=\"0.5\"} 2\n"
            "pg_x_age_bucket{le=\"10\"} 5\n"
            "pg_x_age_bucket{le=\"+Inf\"} 6\n"
            "pg_x_age_sum 7.5\n"
            "pg_x_age_count 6\n");
}

TEST(Instrument, SaysTheInfiniteBucketOfAHistogramOnce) {
  EXPECT_EQ(histogram_of(histogram_rows("{1,Infinity}", "{2,5}", std::nullopt)),
            "pg_x_age_bucket{le=\"1\"} 2\n"
            "pg_x_age_bucket{le=\"+Inf\"} 6\n"
            "pg_x_age_count 6\n");
}

TEST(Instrument, LeavesOutAHistogramItCannotRead) {
  const std::pair<Cell, Cell> broken[] = {{"{1,2}", "{1}"},     {"{1,x}", "{1,2}"},   {"{1,NULL}", "{1,2}"},
                                          {"1", "1"},           {"{1,}", "{1}"},      {"{1", "{1}"},
                                          {std::nullopt, "{}"}, {"{}", std::nullopt}, {"{,1}", "{1,2}"}};
  for (const auto& [bounds, buckets] : broken)
    EXPECT_EQ(histogram_of(histogram_rows(bounds, buckets)), "") << bounds.value_or("NULL");
  EXPECT_EQ(histogram_of(histogram_rows("{1}", "{1}", "1", std::nullopt)), "");
}

TEST(Instrument, TakesAnEmptyHistogram) {
  EXPECT_EQ(histogram_of(histogram_rows("{}", "{}", "0", "0")),
            "pg_x_age_bucket{le=\"+Inf\"} 0\npg_x_age_sum 0\npg_x_age_count 0\n");
}

TEST(Instrument, CountsRowsThatSayTheSameTwice) {
  const Instrument instrument(collector_of({label("name"), gauge("value", "Help.")}));
  Rows rows({"name", "value"});
  for (const char* name : {"a", "b", "a", "a"}) rows.add({name, "1"});
  Sink sink;
  instrument.emit(rows, sink);
  const Samples samples = sink.take_samples();
  EXPECT_EQ(samples.size(), 2U);
  EXPECT_EQ(samples.duplicates(), 2U);
}

TEST(Instrument, LetsACollectorSpeakForItself) {
  Collector collector = collector_of({gauge("rows", "How many.")});
  collector.emit = [](const Rows& rows, Sink& sink) { sink.sample("pg_x_rows", {}, rows.size()); };
  Rows rows({"a"});
  rows.add({"1"});
  EXPECT_EQ(emitted(collector, rows), "pg_x_rows 1\n");
}

TEST(Instrument, KeepsAnAnswerAsLongAsItsLaneSays) {
  Collector collector = collector_of({});
  EXPECT_EQ(Instrument(collector).keep(), std::chrono::milliseconds(0));
  collector.lane = Lane::kSlow;
  collector.interval = std::chrono::minutes(2);
  EXPECT_EQ(Instrument(collector).keep(), std::chrono::minutes(6));
  collector.keep = std::chrono::seconds(1);
  EXPECT_EQ(Instrument(collector).keep(), std::chrono::seconds(1));
}

TEST(Instrument, DeclaresMetricsInTheOrderOfItsColumns) {
  Collector collector = collector_of({label("l"), counter("b", "B."), gauge("a", "A.").called("other"), discard("d")});
  collector.prefix = "mine";
  const Instrument instrument(collector);
  ASSERT_EQ(instrument.metrics().size(), 2U);
  EXPECT_EQ(*instrument.metrics()[0], (Metric{"mine_b", "B.", Kind::kCounter}));
  EXPECT_EQ(*instrument.metrics()[1], (Metric{"other", "A.", Kind::kGauge}));
}

TEST(Instrument, OfAUserRefusesAnAnswerWithoutItsColumns) {
  Collector query = collector_of({label("state"), gauge("waiting", "Waiting.")});
  Rows rows({"state", "wating"});
  EXPECT_EQ(emitted(query, rows), "");
  query.needs_its_columns = true;
  EXPECT_THROW(emitted(query, rows), std::runtime_error);
  EXPECT_EQ(emitted(query, Rows({"state", "waiting", "more"})), "");
}

}  // namespace
}  // namespace pgwatch
