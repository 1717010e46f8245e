// The groups, the windows and the failures of a check, on rows that a test makes up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/freshness/freshness.h"
#include "exporter/model/instrument.h"
#include "exporter/model/plan.h"
#include "tests/collectors/freshness_play.h"

namespace pgwatch::collectors {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

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

// What an asking says that is not the first.
std::string asked_again(const FreshnessCheck& check, const std::vector<Row>& groups, Memory& memory) {
  const Collector collector = collector_of(check);
  const Instrument instrument(collector);
  Sink sink(instrument.metrics(), std::move(memory));
  instrument.emit(rows_of({resolved()}), sink);
  instrument.emit(rows_of(groups), sink);
  memory = sink.take_memory();
  return test::sample_lines(sink.take_samples());
}

// What each of several askings says, one after the other.
std::vector<std::string> asked_again(const FreshnessCheck& check, const Answers& groups) {
  Memory memory;
  std::vector<std::string> lines;
  for (const std::vector<Row>& rows : groups) lines.push_back(asked_again(check, rows, memory));
  return lines;
}

TEST(Freshness, GoesOnTellingOfAGroupThatFellSilent) {
  const auto lines = asked_again(grouped({}), {{group("A", "1795186790", "2"), group("B", "1795186780", "2")},
                                               {group("A", "1795186795", "1")},
                                               {group("NULL", "NULL", "NULL")},
                                               {group("B", "1795186799", "1")}});
  EXPECT_THAT(lines[1], HasSubstr("last_timestamp_seconds{check=\"bars\",group=\"B\"} 1795186780\n"));
  EXPECT_THAT(lines[1], HasSubstr("groups{check=\"bars\"} 1\n"));
  EXPECT_THAT(lines[2], AllOf(HasSubstr("group=\"A\"} 1795186795\n"), HasSubstr("group=\"B\"} 1795186780\n")));
  EXPECT_THAT(lines[3], AllOf(HasSubstr("group=\"A\"} 1795186795\n"), HasSubstr("group=\"B\"} 1795186799\n")));
}

TEST(Freshness, ForgetsASilentGroupAfterAWeekOrForOneThatIsNot) {
  const auto old = asked_again(grouped({}), {{group("A", "1794570000", "1")}, {group("B", "1795186790", "1")}});
  EXPECT_THAT(old[1], Not(HasSubstr("group=\"A\""))) << "seven days and more";
  const auto many = asked_again(
      grouped({}), {{group("A", "1795186790", "1")},
                    {group("B", "1795186790", "3"), group("C", "1795186790", "3"), group("D", "1795186790", "3")}});
  EXPECT_THAT(many[1], Not(HasSubstr("group=\"A\""))) << "three are all";
}

TEST(Freshness, RemembersNoGroupWhoseNameWouldNotBeReadBack) {
  const auto lines = asked_again(grouped({}), {{group("A\x1f"
                                                      "B",
                                                      "1795186790", "1")},
                                               {group("C", "1795186790", "1")}});
  EXPECT_THAT(lines[1], AllOf(HasSubstr("group=\"C\""), Not(HasSubstr("group=\"A"))));
}

TEST(Freshness, ForgetsTheGroupsOfWhatItNoLongerAsksFor) {
  Memory memory;
  FreshnessCheck check = grouped({});
  asked_again(check, {group("A", "1795186790", "1")}, memory);
  check.filter = "symbol <> 'A'";
  EXPECT_THAT(asked_again(check, {group("B", "1795186790", "1")}, memory),
              AllOf(HasSubstr("group=\"B\""), Not(HasSubstr("group=\"A\""))));
}

TEST(Freshness, TellsOnceOfAGroupThatIsExpected) {
  const auto lines = asked_again(grouped({"A"}), {{group("A", "1795186790", "1")}, {group("B", "1795186790", "1")}});
  EXPECT_THAT(lines[1], HasSubstr("group_missing{check=\"bars\",group=\"A\"} 1\n"));
  EXPECT_THAT(lines[1], Not(HasSubstr("last_timestamp_seconds{check=\"bars\",group=\"A\"}")));
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

TEST(Freshness, AsksWhichGroupsAreExpectedWithoutTheSemicolon) {
  FreshnessCheck check = grouped({"A"});
  check.groups->expected_query = "SELECT symbol FROM listed;\n";
  const Played played = play(check, {{resolved()}, {{{"symbol", "A"}}}, {group("A", "1", "1")}});
  EXPECT_EQ(played.statements[1], "SELECT expected.* FROM (\nSELECT symbol FROM listed\n) AS expected LIMIT 4");
}

TEST(Freshness, RefusesToReadTooManyChunksAtOnce) {
  std::string slices;
  for (int minute = 300; minute > 0; --minute)
    slices += (slices.empty() ? "" : " ") + std::to_string(1'795'168'800'000'000 + minute * 60'000'000LL) + ":0";
  FreshnessCheck check = grouped({});
  check.age = {60, 6000};
  EXPECT_THAT([&] { play(check, {{hypertable(slices)}}); },
              fails_with("has more than 200 chunks or partitions where it would be read"));
  check.age = {60, 600};
  const std::vector<Row> piece = {group("A", "1", "1")};
  EXPECT_NO_THROW(play(check, {{hypertable(slices)}, piece, piece, piece}));
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

// A count of nothing is a row all the same; a list of columns without one would be a row per row, or none.
TEST(Freshness, FindsAllOfAWindowMissingWhoseFeedIsDead) {
  FreshnessCheck check = bars();
  check.gaps = FreshnessCheck::Gaps{1min, 60min};
  const Played played = play(check, {{resolved()}, {found("1795100400")}, {{{"steps", "0"}}}});
  EXPECT_THAT(played.statements[2], HasSubstr("count(DISTINCT "));
  EXPECT_THAT(played.lines, HasSubstr("missing_intervals{check=\"bars\"} 60\n"));
}

TEST(Freshness, LooksForNoGapsWhereNoneCanBe) {
  FreshnessCheck check = bars();
  check.gaps = FreshnessCheck::Gaps{60min, 1min};
  const Played played = play(check, {{resolved()}, {found("1795100400")}, {{{"steps", "0"}}}});
  EXPECT_THAT(played.statements[2], HasSubstr("count(*) FILTER (WHERE false) AS steps"));
  EXPECT_THAT(played.lines, HasSubstr("missing_intervals{check=\"bars\"} 0\n"));
}

TEST(Freshness, OutlivesAWindowThatSaysNothing) {
  FreshnessCheck check = bars();
  check.gaps = FreshnessCheck::Gaps{1min, 60min};
  EXPECT_THAT(play(check, {{resolved()}, {found("1795100400")}, {}}).lines, Not(HasSubstr("missing_intervals")));
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
