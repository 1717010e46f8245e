// The steps of a check, and what its answers say, on rows that a test makes up.
#include "collectors/freshness/freshness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <utility>

#include "exporter/model/instrument.h"
#include "exporter/model/plan.h"
#include "tests/collectors/asking.h"
#include "tests/exporter/model/emitted.h"

namespace pgwatch::collectors {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;
using testing::ThrowsMessage;

using Row = std::map<std::string, std::string>;
using Answers = std::vector<std::vector<Row>>;

// 2026-11-20 15:00:00 UTC, a Friday.
constexpr const char* kNow = "1795186800000000";

Rows rows_of(const std::vector<Row>& rows) {
  std::vector<std::string> columns;
  for (const auto& [name, value] : rows.empty() ? Row() : rows.front()) columns.push_back(name);
  Rows made(columns);
  for (const Row& row : rows) {
    std::vector<Cell> cells;
    for (const std::string& column : columns) {
      const auto found = row.find(column);
      cells.push_back(found == row.end() || found->second == "NULL" ? Cell() : Cell(found->second));
    }
    made.add(cells);
  }
  return made;
}

Row resolved(Row more = {}) {
  Row row = {{"now", kNow},        {"role", "pgwatch"}, {"database", "market"},       {"relation", "public.bars"},
             {"kind", "r"},        {"indexed", "t"},    {"time_type", "timestamptz"}, {"has_parts", "f"},
             {"dimension", "NULL"}};
  more.merge(row);
  return more;
}

std::string slice(int start_hour, int end_hour, int day = 20) {
  const auto micros = [&](int hour) {
    return std::chrono::sys_days(std::chrono::year(2026) / 11 / day).time_since_epoch() / 1us * 1LL +
           hour * 3'600'000'000LL;
  };
  return std::to_string(micros(start_hour)) + ":" + std::to_string(micros(end_hour));
}

Row hypertable(const std::string& slices, Row more = {}) {
  Row row = resolved({{"dimension", "time"}, {"has_parts", "t"}, {"slices", slices}});
  more.merge(row);
  return more;
}

Row found(const std::string& newest, const std::string& ingested = "NULL", const std::string& future = "0") {
  return {{"newest", newest}, {"ingested", ingested}, {"future_rows", future}};
}

FreshnessCheck bars() {
  FreshnessCheck check;
  check.name = "bars";
  check.table = "bars";
  check.time_column = "time";
  check.age = {120, 600};
  return check;
}

Collector collector_of(const FreshnessCheck& check) {
  return freshness_collector(std::make_shared<const FreshnessCheck>(check));
}

struct Played {
  std::vector<std::string> statements;
  std::string lines;
};

// Asks, and answers each step with the next rows; what emit throws comes through.
Played play(const FreshnessCheck& check, const Answers& answers) {
  std::size_t next = 0;
  test::Asked asked =
      test::ask(collector_of(check), {}, [&](const std::string&) { return rows_of(answers.at(next++)); });
  Played played;
  for (const auto& step : asked.steps) played.statements.push_back(step.sql);
  EXPECT_EQ(next, answers.size()) << "more answers than steps";
  played.lines = test::sample_lines(std::move(asked.samples));
  return played;
}

auto fails_with(const std::string& what) { return ThrowsMessage<std::runtime_error>(HasSubstr(what)); }

void expect_misconfigured(const FreshnessCheck& check, const Row& row, const std::string& what) {
  EXPECT_THAT([&] { play(check, {{row}}); }, fails_with(what));
}

// -- The newest row ---------------------------------------------------------------------------------------------------

TEST(Freshness, TellsTheNewestRowOfATable) {
  const Played played = play(bars(), {{resolved()}, {found("1795186790.5", "NULL", "2")}});
  EXPECT_EQ(played.lines,
            "pgwatch_freshness_future_rows{check=\"bars\"} 2\n"
            "pgwatch_freshness_last_timestamp_seconds{check=\"bars\"} 1795186790.5\n");
  EXPECT_THAT(played.statements[1],
              AllOf(HasSubstr("FROM public.bars WHERE true AND \"time\" <= '2026-11-20 15:05:00.000000+00'"),
                    HasSubstr("ORDER BY \"time\" DESC LIMIT 1"), HasSubstr("\"time\" > '2026-11-20 15:05:00")));
}

TEST(Freshness, TellsHowLateTheNewestRowWasWritten) {
  FreshnessCheck check = bars();
  check.ingest_column = "created at";
  const Played played =
      play(check, {{resolved({{"ingest_type", "timestamptz"}})}, {found("1795186790", "1795186793")}});
  EXPECT_THAT(played.lines, HasSubstr("last_ingest_timestamp_seconds{check=\"bars\"} 1795186793\n"));
  EXPECT_THAT(played.lines, HasSubstr("ingest_delay_seconds{check=\"bars\"} 3\n"));
  EXPECT_THAT(played.statements[1], HasSubstr("extract(epoch FROM \"created at\") AS ingested"));
}

TEST(Freshness, SaysNothingOfAnEmptyTable) {
  EXPECT_EQ(play(bars(), {{resolved()}, {found("NULL")}}).lines, "pgwatch_freshness_future_rows{check=\"bars\"} 0\n");
}

TEST(Freshness, TakesAnInfiniteTimeForNone) {
  EXPECT_THAT(play(bars(), {{resolved()}, {found("-Infinity")}}).lines, Not(HasSubstr("last_timestamp")));
}

TEST(Freshness, QuotesNamesAndSendsTheFilterAsItIs) {
  FreshnessCheck check = bars();
  check.table = R"(märkte."b'ars")";
  check.time_column = R"(ti"me)";
  check.filter = "venue = 'X' OR true -- all";
  const Played played = play(check, {{resolved({{"relation", R"("märkte"."b'ars")"}})}, {found("NULL")}});
  EXPECT_THAT(played.statements[0], AllOf(HasSubstr(R"(to_regclass('märkte."b''ars"'))"), HasSubstr(R"('ti"me')")));
  EXPECT_THAT(played.statements[1], AllOf(HasSubstr(R"(FROM "märkte"."b'ars" WHERE true AND "ti""me" <=)"),
                                          HasSubstr(" AND (venue = 'X' OR true -- all\n)")));
}

// -- Chunks -----------------------------------------------------------------------------------------------------------

TEST(Freshness, LooksIntoTheNewestChunkOfAHypertable) {
  FreshnessCheck check = bars();
  check.time_column = "";
  const Played played = play(check, {{hypertable(slice(15, 16) + " " + slice(14, 15))}, {found("1795186790")}});
  EXPECT_THAT(played.statements[1], HasSubstr("WHERE \"time\" >= '2026-11-20 15:00:00.000000+00'"));
  EXPECT_THAT(played.statements[1],
              HasSubstr("> '2026-11-20 15:05:00.000000+00'::pg_catalog.timestamptz AND \"time\" < "
                        "'2026-11-20 16:00:00.000000+00'"))
      << "rows of the future, in the chunk of now";
}

TEST(Freshness, StepsBackFromAnEmptyChunk) {
  const std::string slices = slice(15, 16) + " " + slice(14, 15) + " " + slice(14, 15) + " " + slice(2, 3);
  const Played played =
      play(bars(), {{hypertable(slices)}, {found("NULL", "NULL", "7")}, {found("NULL")}, {found("9")}});
  EXPECT_THAT(played.statements[2], AllOf(HasSubstr(">= '2026-11-20 14:00:00.000000+00'"),
                                          HasSubstr("< '2026-11-20 15:00:00.000000+00'"), Not(HasSubstr("future"))));
  EXPECT_THAT(played.statements[3],
              AllOf(HasSubstr(">= '2026-11-20 02:00:00.000000+00'"), HasSubstr("< '2026-11-20 14:00:00.000000+00'")));
  EXPECT_THAT(played.lines, AllOf(HasSubstr("future_rows{check=\"bars\"} 7\n"), HasSubstr("{check=\"bars\"} 9\n")));
}

TEST(Freshness, SaysSinceWhenThereIsNothingWhereItLooksNoFurtherBack) {
  FreshnessCheck check = bars();
  check.most_steps_back = 1;
  const std::string slices = slice(15, 16) + " " + slice(14, 15) + " " + slice(13, 14);
  EXPECT_THAT(play(check, {{hypertable(slices)}, {found("NULL")}, {found("NULL")}}).lines,
              HasSubstr("searched_since_timestamp_seconds{check=\"bars\"} 1795183200\n"));
}

TEST(Freshness, SaysNotSinceWhenWhereAllChunksAreEmpty) {
  const std::string slices = slice(15, 16) + " " + slice(14, 15);
  EXPECT_THAT(play(bars(), {{hypertable(slices)}, {found("NULL")}, {found("NULL")}}).lines, Not(HasSubstr("since")));
  EXPECT_THAT(play(bars(), {{hypertable("NULL")}, {found("NULL")}}).lines, Not(HasSubstr("since")));
}

TEST(Freshness, LeavesChunksOfTheFutureAloneButForAFew) {
  std::string slices = "9223372036854775806:9223372036854775807";  // tiered
  for (int day = 30; day > 20; --day) slices += " " + slice(0, 24, day);
  slices += " " + slice(0, 24);
  const Played played = play(bars(), {{hypertable(slices)}, {found("1795186790")}});
  EXPECT_THAT(played.statements[1], AllOf(HasSubstr("\"time\" >= '2026-11-20 00:00:00.000000+00'"),
                                          HasSubstr("\"time\" < '2026-11-29 00:00:00.000000+00'")));
}

TEST(Freshness, TakesTheUnitOfAnIntegerTimeFromTheHypertablesClock) {
  const Row row = hypertable("1795186000000:1795189600000 1795182400000:1795186000000",
                             {{"time_type", "int8"}, {"clock", "public.\"now ms\""}});
  const Played played = play(bars(), {{row}, {{{"clock", "1795186800123"}}}, {found("1795186799.5")}});
  EXPECT_EQ(played.statements[1], "SELECT public.\"now ms\"() AS clock");
  EXPECT_THAT(played.statements[2], AllOf(HasSubstr("\"time\" >= 1795186000000 AND \"time\" <= 1795187100000"),
                                          HasSubstr("(\"time\"::pg_catalog.numeric / 1000) AS newest")));
  EXPECT_THAT([&] { play(bars(), {{row}, {{{"clock", "23000000"}}}}); }, fails_with("says 23000000, which is no time"));
}

// -- Others -----------------------------------------------------------------------------------------------------------

TEST(Freshness, LooksIntoPartitionsByAgeThatDoubles) {
  FreshnessCheck check = bars();
  check.most_steps_back = 2;
  check.age = {3600, 7200};
  const Played played =
      play(check, {{resolved({{"kind", "p"}, {"has_parts", "t"}})}, {found("NULL")}, {found("NULL")}, {found("NULL")}});
  EXPECT_THAT(played.statements[1], HasSubstr(">= '2026-11-20 11:00:00"));
  EXPECT_THAT(played.statements[2], AllOf(HasSubstr(">= '2026-11-20 07:00:00"), HasSubstr("< '2026-11-20 11:00:00")));
  EXPECT_THAT(played.statements[3], AllOf(HasSubstr(">= '2026-11-19 23:00:00"), HasSubstr("< '2026-11-20 07:00:00")));
  EXPECT_THAT(played.lines, HasSubstr("searched_since_timestamp_seconds{check=\"bars\"} 1795129200\n"));
}

TEST(Freshness, RunsAQueryOnceWhateverItsTimeIs) {
  FreshnessCheck check = bars();
  check.table = "";
  check.query = "SELECT max(t) AS ts FROM x ;\n";
  const Played played = play(check, {{{{"now", kNow}}}, {found("1795186790")}});
  EXPECT_THAT(played.statements[0], Not(HasSubstr("pg_class")));
  EXPECT_THAT(played.statements[1],
              AllOf(StartsWith("WITH asked AS MATERIALIZED (\nSELECT max(t) AS ts FROM x\n)\nSELECT"),
                    HasSubstr("FROM asked WHERE true AND extract(epoch FROM \"ts\") <= 1795187100.000000")));
}

TEST(Freshness, RefusesWhatItCannotAskAndSaysTheCure) {
  FreshnessCheck check = bars();
  expect_misconfigured(check, {{"now", kNow}, {"database", "market"}}, "does not exist in database market");
  expect_misconfigured(check, resolved({{"kind", "v"}}), "is a view, whose reading nothing bounds");
  expect_misconfigured(check, resolved({{"kind", "f"}}), "is a foreign table");
  expect_misconfigured(check, resolved({{"kind", "S"}}), "is no table");
  expect_misconfigured(check, resolved({{"indexed", "f"}}),
                       "CREATE INDEX CONCURRENTLY ON public.bars (\"time\"), or say allow_seqscan: true");
  expect_misconfigured(check, resolved({{"time_type", "NULL"}}), "has no column \"time\"; correct time_column");
  expect_misconfigured(check, resolved({{"time_type", "uuid"}}), "of type uuid, which is not read; use a query");
  expect_misconfigured(check, resolved({{"time_type", "int8"}}), "say its time_unit");
  expect_misconfigured(check, hypertable(slice(14, 15), {{"dimension", "at"}}),
                       "is chunked by \"at\", not by \"time\"");
  check.ingest_column = "created";
  expect_misconfigured(check, resolved({{"ingest_type", "NULL"}}), "has no column \"created\"; correct ingest_column");
  expect_misconfigured(check, resolved({{"ingest_type", "text"}}), "column \"created\" of type text, which is no time");
  check.time_column = "";
  expect_misconfigured(check, resolved(), "name it as time_column");
}

TEST(Freshness, TakesASequentialScanWhereThatIsAllowed) {
  FreshnessCheck check = bars();
  check.allow_seqscan = true;
  EXPECT_THAT(play(check, {{resolved({{"indexed", "f"}})}, {found("1")}}).lines, HasSubstr("last_timestamp"));
}

// -- Groups -----------------------------------------------------------------------------------------------------------

Row group(const std::string& name, const std::string& newest, const std::string& groups) {
  return {{"group", name}, {"newest", newest}, {"ingested", "NULL"}, {"groups", groups}, {"future_rows", "0"}};
}

FreshnessCheck grouped(std::vector<std::string> expected) {
  FreshnessCheck check = bars();
  check.groups = FreshnessCheck::Groups{.column = "symbol", .most = 3, .expected = std::move(expected)};
  return check;
}

TEST(Freshness, TellsTheNewestRowOfEachGroupAndWhichAreMissing) {
  const Played played = play(grouped({"AAPL", "O'Neil \\ \"x\"\n"}),
                             {{resolved()}, {group("AAPL", "1795186790", "5"), group("MSFT", "1795186700.25", "5")}});
  EXPECT_EQ(played.lines,
            "pgwatch_freshness_future_rows{check=\"bars\"} 0\n"
            "pgwatch_freshness_group_missing{check=\"bars\",group=\"O'Neil \\\\ \\\"x\\\"\\n\"} 1\n"
            "pgwatch_freshness_groups{check=\"bars\"} 5\n"
            "pgwatch_freshness_groups_dropped{check=\"bars\"} 3\n"
            "pgwatch_freshness_groups_missing{check=\"bars\"} 1\n"
            "pgwatch_freshness_last_timestamp_seconds{check=\"bars\",group=\"AAPL\"} 1795186790\n"
            "pgwatch_freshness_last_timestamp_seconds{check=\"bars\",group=\"MSFT\"} 1795186700.25\n");
  EXPECT_THAT(played.statements[1],
              AllOf(HasSubstr(">= '2026-11-20 14:00:00"), HasSubstr("GROUP BY \"symbol\"::pg_catalog.text"),
                    HasSubstr(R"(ANY (ARRAY['AAPL',  E'O''Neil \\ "x")"), HasSubstr("LIMIT 3)")));
}

TEST(Freshness, SaysSinceWhenThereIsNoGroup) {
  const Played played = play(grouped({}), {{resolved()}, {group("NULL", "NULL", "NULL")}});
  EXPECT_THAT(played.lines, AllOf(HasSubstr("groups{check=\"bars\"} 0\n"),
                                  HasSubstr("searched_since_timestamp_seconds{check=\"bars\"} 1795183200\n")));
}

TEST(Freshness, AsksWhichGroupsAreExpected) {
  FreshnessCheck check = grouped({"A"});
  check.groups->expected_query = "SELECT symbol FROM listed -- all";
  const Played played =
      play(check, {{resolved()}, {{{"symbol", "B"}}, {{"symbol", "NULL"}}, {{"symbol", "A"}}}, {group("A", "1", "1")}});
  EXPECT_EQ(played.statements[1], "SELECT expected.* FROM (\nSELECT symbol FROM listed -- all\n) AS expected LIMIT 4");
  EXPECT_THAT(played.lines, HasSubstr("group_missing{check=\"bars\",group=\"B\"} 1\n"));
  EXPECT_THAT(
      [&] {
        play(check, {{resolved()}, {{{"s", "B"}}, {{"s", "C"}}, {{"s", "D"}}}});
      },
      fails_with("expects more than 3 groups"));
}

TEST(Freshness, RefusesToReadTooManyChunksAtOnce) {
  std::string slices;
  for (int minute = 300; minute > 0; --minute)
    slices += (slices.empty() ? "" : " ") + std::to_string(1'795'168'800'000'000 + minute * 60'000'000LL) + ":0";
  FreshnessCheck check = grouped({});
  check.age = {60, 6000};
  EXPECT_THAT([&] { play(check, {{hypertable(slices)}}); },
              fails_with("has more than 200 chunks where it would be read"));
  check.age = {60, 600};
  EXPECT_NO_THROW(play(check, {{hypertable(slices)}, {group("A", "1", "1")}}));
}

// -- The window -------------------------------------------------------------------------------------------------------

TEST(Freshness, AsksAllOfAWindowInOneScan) {
  FreshnessCheck check = bars();
  check.ingest_column = "created";
  check.window = FreshnessCheck::Window{10min};
  check.gaps = FreshnessCheck::Gaps{1min, 60min};
  check.late = FreshnessCheck::Late{30min, {5, 60}};
  check.validity = FreshnessCheck::Validity{{{"low", "low > open -- x"}, {"high", "high < open"}}, 15min};
  const Row answer = {{"rows_in_window", "9"},        {"steps", "55"},       {"late_rows", "2"},
                      {"worst_delay_seconds", "7.5"}, {"violations_0", "0"}, {"violations_1", "3"}};
  const Played played =
      play(check, {{resolved({{"ingest_type", "timestamptz"}})}, {found("1795186740", "1795186741")}, {answer}});
  ASSERT_THAT(played.statements, SizeIs(3));
  EXPECT_THAT(played.statements[2], EndsWith("FROM public.bars WHERE \"time\" >= '2026-11-20 14:00:00.000000+00'::"
                                             "pg_catalog.timestamptz AND \"time\" <= '2026-11-20 15:05:00.000000+00'::"
                                             "pg_catalog.timestamptz"));
  for (const char* line :
       {"rows_in_window{check=\"bars\"} 9\n", "missing_intervals{check=\"bars\"} 5\n", "late_rows{check=\"bars\"} 2\n",
        "worst_delay_seconds{check=\"bars\"} 7.5\n", "violations{check=\"bars\",rule=\"low\"} 0\n",
        "violations{check=\"bars\",rule=\"high\"} 3\n"})
    EXPECT_THAT(played.lines, HasSubstr(line));
}

TEST(Freshness, LooksForNoGapsWhereThereIsNoRow) {
  FreshnessCheck check = bars();
  check.gaps = FreshnessCheck::Gaps{1min, 60min};
  const Played played = play(check, {{resolved()}, {found("NULL")}, {{{"nothing", "NULL"}}}});
  EXPECT_THAT(played.lines, Not(HasSubstr("missing_intervals")));
}

// -- Costs and failures -----------------------------------------------------------------------------------------------

TEST(Freshness, AsksFirstWhatAPlanWouldCost) {
  FreshnessCheck check = bars();
  check.most_plan_cost = 1000;
  const auto plan = [](const char* cost) {
    return Row{{"QUERY PLAN", std::string("[{\"Plan\": {\"Startup Cost\": 0.1, \"Total Cost\": ") + cost + ",\n}]"}};
  };
  const Played played = play(check, {{resolved()}, {plan("999.5")}, {found("1")}});
  EXPECT_EQ(played.statements[1], "EXPLAIN (FORMAT JSON) " + played.statements[2]);
  EXPECT_THAT(
      [&] {
        play(check, {{resolved()}, {plan("1000.01")}});
      },
      fails_with("would cost 1000.01 by its plan, more than the 1000 allowed"));
}

TEST(Freshness, StartsAnewOnceWhereWhatWasResolvedIsGone) {
  const Collector collector = collector_of(bars());
  const Instrument instrument(collector);
  Sink sink(instrument.metrics());
  EXPECT_FALSE(collector.recover({"42P01", "gone"}, sink)) << "nothing was resolved";
  instrument.emit(rows_of({resolved()}), sink);
  EXPECT_TRUE(collector.recover({"42P01", "gone"}, sink));
  EXPECT_THAT(std::get<Statement>(plan(collector, {}, sink.memory())).sql, HasSubstr("to_regclass"));
  instrument.emit(rows_of({resolved()}), sink);
  EXPECT_FALSE(collector.recover({"42P01", "gone"}, sink)) << "once";
  EXPECT_FALSE(collector.recover({"55P03", "lock"}, sink));
}

TEST(Freshness, FailsWhereItMayNotReadAndSaysTheGrant) {
  const Collector collector = collector_of(bars());
  const Instrument instrument(collector);
  Sink sink(instrument.metrics());
  instrument.emit(rows_of({resolved()}), sink);
  EXPECT_THAT(
      [&] {
        collector.recover({"42501", "permission denied for table bars"}, sink);
      },
      fails_with("permission denied for table bars; GRANT SELECT ON bars TO pgwatch"));
}

TEST(Freshness, RemembersNothingForTheNextAsking) {
  const Collector collector = collector_of(bars());
  const Instrument instrument(collector);
  Sink sink(instrument.metrics());
  instrument.emit(rows_of({resolved()}), sink);
  instrument.emit(rows_of({found("1")}), sink);
  EXPECT_TRUE(sink.take_memory().empty());
}

TEST(Freshness, SharesItsMetricsWithOtherChecks) {
  FreshnessCheck other = bars();
  other.name = "ticks";
  const std::vector<InstrumentPtr> two = {std::make_shared<const Instrument>(collector_of(bars())),
                                          std::make_shared<const Instrument>(collector_of(other)),
                                          std::make_shared<const Instrument>(freshness_example())};
  EXPECT_NO_THROW(check_clashes(two));
}

}  // namespace
}  // namespace pgwatch::collectors
