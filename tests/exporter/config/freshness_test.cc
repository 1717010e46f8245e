// What a configuration says of freshness: each key, and who has which check in the end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/exporter/config/fixture.h"

namespace pgwatch::config {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

std::string with_main(const std::string& freshness) { return freshness + "\ntargets: [{name: main}]"; }

// The one check of a configuration.
FreshnessCheck written(const std::string& check, const std::string& before = "") {
  const Config config = parse_text(with_main("freshness:\n" + before + "  checks:\n    - {" + check + "}"));
  return *config.world.targets.at(0)->freshness.at(0);
}

FreshnessCheck bars(const std::string& more, const std::string& before = "") {
  return written("name: bars, table: public.bars, critical_after: 10m, " + more, before);
}

std::vector<std::string> names(const Target& target) {
  std::vector<std::string> names;
  for (const FreshnessCheckPtr& check : target.freshness) names.push_back(check->name);
  return names;
}

std::vector<std::string> collectors(const Target& target) {
  std::vector<std::string> names;
  for (const InstrumentPtr& instrument : target.instruments) names.push_back(instrument->name());
  return names;
}

// -- One check --------------------------------------------------------------------------------------------------------

TEST(ConfigFreshness, HasItsDefaults) {
  const FreshnessCheck check = written("name: bars, table: bars, critical_after: 10m");
  EXPECT_EQ(check.name, "bars");
  EXPECT_EQ(check.table, "bars");
  EXPECT_THAT(check.servers, ElementsAre("*"));
  EXPECT_EQ(check.database, "");
  EXPECT_EQ(check.age, (Threshold{.warning = {}, .critical = 600}));
  EXPECT_EQ(check.clock, FreshnessCheck::Clock::kWall);
  EXPECT_EQ(check.calendar, nullptr);
  EXPECT_EQ(check.on_empty, FreshnessCheck::OnEmpty::kCritical);
  EXPECT_EQ(check.severity_cap, FreshnessCheck::Cap::kCritical);
  EXPECT_EQ(check.interval, seconds{30});
  EXPECT_EQ(check.timeout, seconds{2});
  EXPECT_EQ(check.max_future, minutes{5});
  EXPECT_EQ(check.most_steps_back, 8);
  EXPECT_FALSE(check.completed_session || check.allow_seqscan || check.groups || check.window || check.gaps ||
               check.late || check.validity);
}

TEST(ConfigFreshness, ReadsATable) {
  const FreshnessCheck check = bars(
      "database: market, time_column: time, time_unit: ms, ingest_column: created_at, filter: \"venue = 'X'\", "
      "warn_after: 500ms, allow_seqscan: true, severity_cap: warn");
  EXPECT_EQ(check.database, "market");
  EXPECT_EQ(check.time_column, "time");
  EXPECT_EQ(check.ticks_per_second, 1'000);
  EXPECT_EQ(check.ingest_column, "created_at");
  EXPECT_EQ(check.filter, "venue = 'X'");
  EXPECT_EQ(check.age, (Threshold{.warning = 0.5, .critical = 600}));
  EXPECT_TRUE(check.allow_seqscan);
  EXPECT_EQ(check.severity_cap, FreshnessCheck::Cap::kWarning);
}

TEST(ConfigFreshness, ReadsAQuery) {
  const FreshnessCheck check = written("name: runs, query: SELECT max(t) AS ts FROM runs, warn_after: 1d");
  EXPECT_EQ(check.query, "SELECT max(t) AS ts FROM runs");
  EXPECT_EQ(check.table, "");
}

TEST(ConfigFreshness, IsAskedAsItSays) {
  const FreshnessCheck check =
      bars("interval: 15s, timeout: 1s, max_lookback_chunks: 3, max_future: 1h, max_plan_cost: 5000, on_empty: ok");
  EXPECT_EQ(check.interval, seconds{15});
  EXPECT_EQ(check.timeout, seconds{1});
  EXPECT_EQ(check.most_steps_back, 3);
  EXPECT_EQ(check.max_future, hours{1});
  EXPECT_EQ(check.most_plan_cost, 5000);
  EXPECT_EQ(check.on_empty, FreshnessCheck::OnEmpty::kOk);
}

TEST(ConfigFreshness, StandsOnTheDefaultsAbove) {
  const std::string defaults =
      "  defaults: {interval: 1m, timeout: 500ms, max_groups: 50, max_lookback_chunks: 2, max_future: 0s, "
      "max_plan_cost: 7, on_empty: warn}\n";
  const FreshnessCheck check = bars("interval: 2m, group_by: {column: symbol}", defaults);
  EXPECT_EQ(check.interval, minutes{2});
  EXPECT_EQ(check.timeout, milliseconds{500});
  EXPECT_EQ(check.groups->most, 50);
  EXPECT_EQ(check.most_steps_back, 2);
  EXPECT_EQ(check.max_future, seconds{0});
  EXPECT_EQ(check.most_plan_cost, 7);
  EXPECT_EQ(check.on_empty, FreshnessCheck::OnEmpty::kWarning);
}

TEST(ConfigFreshness, GoesByACalendar) {
  const FreshnessCheck check = bars(
      "clock: market, completed_session: true, "
      "active: {calendar: us_equities, open_grace: 3m, close_grace: 2m}");
  EXPECT_EQ(check.clock, FreshnessCheck::Clock::kMarket);
  EXPECT_EQ(check.calendar->name(), "us_equities");
  EXPECT_EQ(check.open_grace, minutes{3});
  EXPECT_EQ(check.close_grace, minutes{2});
  EXPECT_TRUE(check.completed_session);
}

TEST(ConfigFreshness, HasCalendarsOfItsOwnThatChecksShare) {
  const Config config = parse_text(with_main(R"(
freshness:
  calendars:
    lse: {timezone: Europe/London, sessions: [{days: mon-fri, open: "08:00", close: "16:30"}]}
  checks:
    - {name: a, table: a, warn_after: 1m, active: {calendar: lse}}
    - {name: b, table: b, warn_after: 1m, active: {calendar: lse}}
    - {name: c, table: c, warn_after: 1m, active: {calendar: always}}
)"));
  const auto& checks = config.world.targets.at(0)->freshness;
  EXPECT_EQ(checks.at(0)->calendar, checks.at(1)->calendar);
  EXPECT_FALSE(checks.at(0)->calendar->sessions().empty());
  EXPECT_TRUE(checks.at(2)->calendar->is_always_open());
}

TEST(ConfigFreshness, ReadsGroups) {
  const auto groups = *bars(
                           "group_by: {column: symbol, max: 50, expected: [AAPL, MSFT], "
                           "expected_query: SELECT symbol FROM listed, worst_n: 7}")
                           .groups;
  EXPECT_EQ(groups.column, "symbol");
  EXPECT_EQ(groups.most, 50);
  EXPECT_THAT(groups.expected, ElementsAre("AAPL", "MSFT"));
  EXPECT_EQ(groups.expected_query, "SELECT symbol FROM listed");
  EXPECT_EQ(groups.worst, 7);
}

TEST(ConfigFreshness, ShowsAllGroupsOrTheWorst) {
  EXPECT_EQ(bars("group_by: {column: symbol, expected_query: null}").groups->worst, std::nullopt);
  EXPECT_EQ(bars("group_by: {column: symbol, emit: all}").groups->worst, std::nullopt);
  EXPECT_EQ(bars("group_by: {column: symbol, emit: worst_n}").groups->worst, 20);
  EXPECT_EQ(bars("group_by: {column: symbol, emit: worst_n, worst_n: 3}").groups->worst, 3);
  EXPECT_EQ(bars("group_by: {column: symbol, emit: worst_n, max: 5}").groups->worst, 5);
}

TEST(ConfigFreshness, CountsRows) {
  const auto window = *bars("window: {period: 10m, min_rows: {warn: 5, critical: 1}, max_rows: null}").window;
  EXPECT_EQ(window.period, minutes{10});
  EXPECT_EQ(window.min_rows, (Threshold{.warning = 5, .critical = 1}));
  EXPECT_EQ(window.max_rows, Threshold{});
}

TEST(ConfigFreshness, LooksForGapsAndLateRows) {
  const FreshnessCheck check = bars(
      "gaps: {step: 1m, window: 1h, max_missing: {warn: 1, critical: 5}}, ingest_column: created_at, "
      "late: {window: 2h, max_delay: {warn: 30s, critical: 5m}}");
  EXPECT_EQ(check.gaps->step, minutes{1});
  EXPECT_EQ(check.gaps->window, hours{1});
  EXPECT_EQ(check.gaps->max_missing, (Threshold{.warning = 1, .critical = 5}));
  EXPECT_EQ(check.late->window, hours{2});
  EXPECT_EQ(check.late->max_delay, (Threshold{.warning = 30, .critical = 300}));
}

TEST(ConfigFreshness, WarnsOfTheFirstGapOrViolationWhereNoLimitIsSaid) {
  const FreshnessCheck check =
      bars("gaps: {step: 1m, window: 1h}, validity: {window: 1h, rules: {negative: price < 0}}");
  EXPECT_EQ(check.gaps->max_missing, (Threshold{.warning = 1}));
  EXPECT_EQ(check.validity->max_violations, (Threshold{.warning = 1}));
}

// -- Validity ---------------------------------------------------------------------------------------------------------

std::map<std::string, std::string> rules(const std::string& validity) {
  const FreshnessCheck check = bars("validity: {window: 15m, " + validity + "}");
  std::map<std::string, std::string> rules;
  for (const auto& [name, violation] : check.validity->rules) rules[name] = violation;
  return rules;
}

TEST(ConfigFreshness, KnowsWhatCannotBeInABarOfPrices) {
  const auto found = rules("preset: ohlc");
  EXPECT_EQ(found.size(), 6U);
  EXPECT_EQ(found.at("high_below_low"), R"("high" < "low")");
  EXPECT_EQ(found.at("high_below_open_or_close"), R"("high" < greatest("open", "close"))");
  EXPECT_EQ(found.at("low_above_open_or_close"), R"("low" > least("open", "close"))");
  EXPECT_EQ(found.at("price_not_positive"), R"("open" <= 0 OR "high" <= 0 OR "low" <= 0 OR "close" <= 0)");
  EXPECT_THAT(found.at("price_not_finite"),
              testing::StartsWith(R"(abs(CAST("open" AS double precision)) >= 'Infinity' OR )"));
  EXPECT_EQ(found.at("volume_negative"), R"("volume" < 0)");
}

TEST(ConfigFreshness, CallsThePricesAsTheTableDoes) {
  const auto found = rules("preset: ohlc, columns: {open: o, high: h, low: l, close: Last, volume: null}");
  EXPECT_EQ(found.at("high_below_open_or_close"), R"("h" < greatest("o", "Last"))");
  EXPECT_EQ(found.at("low_above_open_or_close"), R"("l" > least("o", "Last"))");
  EXPECT_FALSE(found.contains("volume_negative"));
}

TEST(ConfigFreshness, TakesRulesBesideThePreset) {
  const auto found = rules("preset: ohlc, rules: {off_grid: 'extract(epoch FROM time) % 60 <> 0'}");
  EXPECT_EQ(found.size(), 7U);
  EXPECT_EQ(found.at("off_grid"), "extract(epoch FROM time) % 60 <> 0");
}

// -- Targets ----------------------------------------------------------------------------------------------------------

constexpr const char* kTwoChecks = R"(
freshness:
  checks:
    - {name: bars, table: bars, critical_after: 10m, interval: 15s, servers: ["db*"]}
    - {name: trades, table: trades, critical_after: 1m, database: market}
)";

TEST(ConfigFreshness, IsForTheTargetsItNames) {
  const Config config = parse_text(std::string(kTwoChecks) + "targets: [{name: db1}, {name: other}]");
  const Target& one = *config.world.targets.at(0);
  const Target& other = *config.world.targets.at(1);
  EXPECT_THAT(names(one), ElementsAre("bars", "trades"));
  EXPECT_THAT(collectors(one), AllOf(Contains("freshness_bars"), Contains("freshness_trades")));
  EXPECT_THAT(names(other), ElementsAre("trades"));
  EXPECT_THAT(collectors(other), Not(Contains("freshness_bars")));
  EXPECT_THAT(config.world.collector_names, AllOf(Contains("freshness_bars"), Contains("freshness_trades")));
  EXPECT_TRUE(std::ranges::is_sorted(config.world.collector_names));
}

TEST(ConfigFreshness, MatchesTargetsByTheNamesTheyGet) {
  const Config config = parse_text(std::string(kTwoChecks) + "targets: [{conninfo: host=db9}]");
  EXPECT_THAT(names(*config.world.targets.at(0)), ElementsAre("bars", "trades"));
}

TEST(ConfigFreshness, IsTurnedOffWithItsCollector) {
  const Config config = parse_text(std::string(kTwoChecks) +
                                   "collectors: {freshness_trades: false}\n"
                                   "targets: [{name: db1, collectors: {freshness_bars: false}}, {name: db2}]");
  EXPECT_THAT(names(*config.world.targets.at(0)), IsEmpty());
  EXPECT_THAT(collectors(*config.world.targets.at(0)), Not(Contains("freshness_bars")));
  EXPECT_THAT(names(*config.world.targets.at(1)), ElementsAre("bars"));
}

TEST(ConfigFreshness, MayHaveAnotherIntervalAtATarget) {
  const Config config = parse_text(std::string(kTwoChecks) +
                                   "targets: [{name: db1, collectors: {freshness_bars: {interval: 5m}}}, {name: db2}]");
  const auto interval = [&](std::size_t target) {
    const auto& instruments = config.world.targets.at(target)->instruments;
    return (*std::ranges::find(instruments, "freshness_bars", &Instrument::name))->collector().interval;
  };
  EXPECT_EQ(interval(0), minutes{5});
  EXPECT_EQ(interval(1), seconds{15});
}

TEST(ConfigFreshness, HasThresholdsLikeEveryOtherCheck) {
  const Config config = parse_text(std::string(kTwoChecks) +
                                   "checks: {trades: {critical: 2m}}\n"
                                   "targets: [{name: db1, checks: {bars: {warning: 5m}, trades: false}}]");
  const Target& target = *config.world.targets.at(0);
  EXPECT_EQ(setting_of(target.checks, check_info(*target.freshness.at(0))),
            (CheckSetting{true, {.warning = 300, .critical = 600}}));
  EXPECT_EQ(setting_of(target.checks, check_info(*target.freshness.at(1))),
            (CheckSetting{false, {.warning = {}, .critical = 120}}));
}

}  // namespace
}  // namespace pgwatch::config
