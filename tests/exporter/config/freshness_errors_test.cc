// What a person reads who got a check of freshness wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/exporter/config/fixture.h"

namespace pgwatch::config {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// Of a check that stands in line 3; what is given begins in column 7.
std::string wrong(const std::string& check) {
  return error_of("freshness:\n  checks:\n    - " + check + "\ntargets: [{name: main}]");
}

// Of a check that is well but for what is given, which begins in column 54.
std::string wrong_bars(const std::string& more) {
  return wrong("{name: bars, table: bars, critical_after: 10m, " + more + "}");
}

std::string at(int column, const std::string& what) { return "f.yaml:3:" + std::to_string(column) + ": " + what; }

// -- Keys and values --------------------------------------------------------------------------------------------------

TEST(ConfigFreshnessErrors, NameUnknownKeys) {
  EXPECT_THAT(error_of("freshness: {check: []}"), StartsWith("f.yaml:1:13: unknown key \"check\"; did you mean"));
  EXPECT_THAT(error_of("freshness: {defaults: {intervall: 1m}}"),
              StartsWith("f.yaml:1:24: unknown key \"intervall\"; did you mean \"interval\"?"));
  EXPECT_THAT(wrong_bars("warn_aftr: 1m"),
              StartsWith(at(54, "unknown key \"warn_aftr\"; did you mean \"warn_after\"?")));
  EXPECT_THAT(wrong_bars("window: {min_rows: {warning: 1}}"),
              HasSubstr("unknown key \"warning\". Known are: warn, critical"));
}

TEST(ConfigFreshnessErrors, RefuseWhatIsNoCheck) {
  EXPECT_THAT(wrong("bars"), StartsWith(at(7, "expected a check, as {name: bars, table: ")));
  EXPECT_THAT(error_of("freshness: {checks: {bars: 1}}"), HasSubstr("expected a list, found a mapping"));
}

TEST(ConfigFreshnessErrors, RefuseNamesThatDoNotFitIntoOthers) {
  EXPECT_EQ(wrong("{name: Bars-1m, table: bars, warn_after: 1m}"),
            at(14, "expected a check's name of a to z, 0 to 9 and _, as bars_1m, found \"Bars-1m\""));
  EXPECT_EQ(wrong("{table: bars, warn_after: 1m}"), at(7, "a check without a name; give it one, as name: bars_1m"));
}

TEST(ConfigFreshnessErrors, RefuseNamesThatAreTaken) {
  const std::string twice = "{name: a, table: a, warn_after: 1m}\n    - {name: a, table: b, warn_after: 1m}";
  EXPECT_EQ(wrong(twice), "f.yaml:4:14: there is a check a already; call this one otherwise");
  EXPECT_EQ(wrong("{name: up, table: a, warn_after: 1m}"),
            at(14, "there is a check up already; call this one otherwise"));
}

TEST(ConfigFreshnessErrors, RefuseValuesOutOfBounds) {
  EXPECT_THAT(wrong_bars("interval: 500ms"), StartsWith(at(64, "expected a duration from 1s to 7d")));
  EXPECT_THAT(wrong_bars("timeout: 2h"), HasSubstr("expected a duration from 10ms to 1h"));
  EXPECT_THAT(wrong_bars("max_lookback_chunks: 0"), HasSubstr("expected a whole number from 1 to 64"));
  EXPECT_THAT(wrong_bars("max_future: 1500ms"), HasSubstr("expected a duration of whole seconds"));
  EXPECT_THAT(wrong_bars("max_plan_cost: -1"), HasSubstr("expected a whole number from 0"));
  EXPECT_THAT(wrong_bars("warn_after: 0s"), HasSubstr("expected a duration above 0"));
  EXPECT_THAT(wrong_bars("warn_after: soon"),
              HasSubstr("expected a duration above 0, as 60s, 5m or 1h, found \"soon\""));
}

TEST(ConfigFreshnessErrors, NameTheChoices) {
  EXPECT_THAT(wrong_bars("on_empty: warning"), HasSubstr("expected ok, warn or critical, found \"warning\""));
  EXPECT_THAT(wrong_bars("severity_cap: ok"), HasSubstr("expected warn or critical"));
  EXPECT_THAT(wrong_bars("clock: stock"), HasSubstr("expected wall or market"));
  EXPECT_THAT(wrong_bars("time_unit: min"), HasSubstr("expected s, ms, us or ns"));
  EXPECT_THAT(wrong_bars("validity: {preset: ohcl}"), HasSubstr("expected ohlc"));
}

// -- What cannot be together ------------------------------------------------------------------------------------------

TEST(ConfigFreshnessErrors, WantATableOrAQuery) {
  const std::string error =
      at(7, "check a: expected a table, as table: public.bars, or a query that gives ts, and not both");
  EXPECT_EQ(wrong("{name: a, warn_after: 1m}"), error);
  EXPECT_EQ(wrong("{name: a, table: a, query: SELECT 1 AS ts, warn_after: 1m}"), error);
}

TEST(ConfigFreshnessErrors, LeaveToAQueryWhatItSaysItself) {
  const std::string query = "{name: a, query: SELECT t AS ts FROM x, warn_after: 1m, ";
  EXPECT_EQ(wrong(query + "time_column: t}"),
            at(7, "check a: time_column goes with a table; a query gives its time as ts"));
  EXPECT_THAT(wrong(query + "filter: a = 1}"), HasSubstr("filter goes with a table; write the condition in the query"));
  EXPECT_THAT(wrong(query + "allow_seqscan: true}"), HasSubstr("allow_seqscan goes with a table"));
}

TEST(ConfigFreshnessErrors, WantAReasonToBeStale) {
  EXPECT_THAT(wrong("{name: a, table: a}"), StartsWith(at(7, "check a: nothing makes it stale; give warn_after, ")));
  EXPECT_EQ(wrong("{name: a, table: a, window: {period: 1m}}"), "");
}

TEST(ConfigFreshnessErrors, WantAWarningBeforeItIsCritical) {
  EXPECT_EQ(wrong_bars("warn_after: 11m"),
            at(7, "check bars: it would be critical before it warns: give critical_after above warn_after"));
  EXPECT_EQ(wrong_bars("warn_after: 10m"), "");
  EXPECT_EQ(wrong_bars("window: {period: 10m, min_rows: {warn: 1, critical: 5}}"),
            at(86, "it would be critical before it warns: give critical below warn"));
  EXPECT_EQ(wrong_bars("window: {period: 10m, max_rows: {warn: 5, critical: 1}}"),
            at(86, "it would be critical before it warns: give critical above warn"));
}

TEST(ConfigFreshnessErrors, WantACalendarForWhatGoesByOne) {
  EXPECT_EQ(wrong_bars("clock: market"),
            at(7, "check bars: clock: market needs a calendar, as active: {calendar: us_equities}"));
  EXPECT_EQ(wrong_bars("completed_session: true"),
            at(7, "check bars: completed_session needs a calendar, as active: {calendar: us_equities}"));
  EXPECT_THAT(wrong_bars("active: {open_grace: 3m}"), HasSubstr("expected a calendar, as active: "));
  EXPECT_THAT(wrong_bars("active: {calendar: us_equities, open_grace: 4h}"),
              HasSubstr("the shortest session of calendar us_equities, 210 minutes"));
}

TEST(ConfigFreshnessErrors, KnowTheCalendars) {
  EXPECT_THAT(wrong_bars("active: {calendar: us_equity}"),
              StartsWith(at(73, "unknown calendar \"us_equity\"; did you mean \"us_equities\"? Known are: always, ")));
  EXPECT_THAT(error_of("freshness: {calendars: {lse: {timezone: Europe/Londn, sessions: []}}}"),
              HasSubstr("unknown time zone"));
}

TEST(ConfigFreshnessErrors, WantTheIngestTimeOfLateRows) {
  EXPECT_EQ(wrong_bars("late: {window: 1h, max_delay: {warn: 30s}}"),
            at(7, "check bars: late compares event and ingest time; name the ingest_column"));
}

TEST(ConfigFreshnessErrors, WantPartsToBeWhole) {
  EXPECT_THAT(wrong_bars("group_by: {max: 5}"), HasSubstr("expected a column, as group_by: {column: symbol}"));
  EXPECT_THAT(wrong_bars("window: {min_rows: {warn: 1}}"), HasSubstr("expected a period"));
  EXPECT_THAT(wrong_bars("gaps: {step: 1m}"), HasSubstr("expected a step and a window"));
  EXPECT_THAT(wrong_bars("gaps: {step: 1h, window: 1m}"), HasSubstr("a window shorter than a step"));
  EXPECT_THAT(wrong_bars("gaps: {step: 1s, window: 31d}"), HasSubstr("more than 100000 steps"));
  EXPECT_THAT(wrong_bars("ingest_column: i, late: {window: 1h}"), HasSubstr("expected a window and a delay"));
  EXPECT_THAT(wrong_bars("validity: {window: 1h}"), HasSubstr("expected a window and what is not valid"));
  EXPECT_THAT(wrong_bars("validity: {preset: ohlc}"), HasSubstr("expected a window and what is not valid"));
}

TEST(ConfigFreshnessErrors, WantTheWorstGroupsToBeAmongThoseWatched) {
  EXPECT_THAT(wrong_bars("group_by: {column: symbol, max: 5, worst_n: 6}"),
              HasSubstr("expected a whole number from 1 to 5, found \"6\""));
  EXPECT_EQ(wrong_bars("group_by: {column: symbol, emit: all, worst_n: 6}"),
            at(101, "worst_n says how many are shown, and emit: all shows all; leave one out"));
}

TEST(ConfigFreshnessErrors, WantRulesOfTheirOwnNames) {
  EXPECT_THAT(wrong_bars("validity: {window: 1h, rules: {Bad-rule: a < 0}}"),
              HasSubstr("expected a rule's name of a to z, 0 to 9 and _, found \"Bad-rule\""));
  EXPECT_THAT(wrong_bars("validity: {window: 1h, preset: ohlc, rules: {high_below_low: a < 0}}"),
              HasSubstr("rule high_below_low is one of the preset's; call it otherwise"));
  EXPECT_THAT(wrong_bars("validity: {window: 1h, rules: {a: \"\"}}"), HasSubstr("expected an SQL condition"));
  EXPECT_THAT(wrong_bars("validity: {window: 1h, rules: {a: b < 0}, columns: {open: o}}"),
              HasSubstr("columns are the preset's; give preset: ohlc, or leave them out"));
  EXPECT_THAT(wrong_bars("validity: {window: 1h, preset: ohlc, columns: {open: \"\"}}"),
              HasSubstr("expected the name of a column"));
}

TEST(ConfigFreshnessErrors, KnowTheTargets) {
  EXPECT_EQ(wrong_bars("servers: [mian]"),
            at(63, "no target is called \"mian\"; did you mean \"main\"? Known are: main"));
  EXPECT_THAT(wrong_bars("servers: []"), HasSubstr("expected at least one target's name, or \"*\" for all"));
}

TEST(ConfigFreshnessErrors, KnowTheCollectorsTheyMake) {
  const std::string check = "freshness: {checks: [{name: bars, table: bars, warn_after: 1m}]}\n";
  EXPECT_THAT(error_of(check + "collectors: {freshness_bar: false}\ntargets: [{name: main}]"),
              StartsWith("f.yaml:2:14: unknown collector \"freshness_bar\"; did you mean \"freshness_bars\"?"));
  EXPECT_THAT(error_of(check + "labels: {group: a}\ntargets: [{name: main}]"),
              HasSubstr("label \"group\" is pgwatch's own"));
}

}  // namespace
}  // namespace pgwatch::config
