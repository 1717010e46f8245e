// What is said of the rows of a table: tables of cases.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exporter/model/failure.h"
#include "tests/exporter/health/freshness_samples.h"

namespace pgwatch::health {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::IsEmpty;

Told newest(double age) { return {"last_timestamp_seconds", kNow - age}; }
Told newest_of(const std::string& group, double age) {
  return {"last_timestamp_seconds", kNow - age, {{"group", group}}};
}
Told searched(double age) { return {"searched_since_timestamp_seconds", kNow - age}; }
Told missing(const std::string& group) { return {"group_missing", 1, {{"group", group}}}; }

FreshnessCheck by_symbol() {
  FreshnessCheck check = bars();
  check.groups = FreshnessCheck::Groups{.column = "symbol", .most = 50};
  return check;
}

FreshnessCheck on_empty(FreshnessCheck check, FreshnessCheck::OnEmpty means) {
  check.on_empty = means;
  return check;
}

// -- Ages -------------------------------------------------------------------------------------------------------------

TEST(FreshnessChecks, GoByTheAgeOfTheNewestRow) {
  EXPECT_THAT(said(bars(), {newest(119)}), ElementsAre("ok: newest row is 1 m 59 s old"));
  EXPECT_THAT(said(bars(), {newest(120)}), ElementsAre("warning: newest row is 2 m old (warning from 2 m)"));
  EXPECT_THAT(said(bars(), {newest(600)}), ElementsAre("critical: newest row is 10 m old (critical from 10 m)"));
}

TEST(FreshnessChecks, SayTheAgeAndTheThresholds) {
  Examination server = examination(bars());
  server.answers = {answered(bars(), {newest(130)})};
  const Verdict verdict = server.of("bars").at(0);
  EXPECT_EQ(verdict.value, 130);
  EXPECT_EQ(verdict.unit, Unit::kSeconds);
  EXPECT_EQ(verdict.threshold, (Threshold{.warning = 120, .critical = 600}));
  EXPECT_EQ(verdict.collector, "freshness_bars");
}

TEST(FreshnessChecks, GoByTheThresholdsOfTheServer) {
  Examination server = examination(bars());
  server.target.checks["bars"] = {true, {.warning = 5, .critical = 7}};
  server.answers = {answered(bars(), {newest(8)})};
  EXPECT_THAT(told(server.of("bars")), ElementsAre("critical: newest row is 8 s old (critical from 7 s)"));
}

TEST(FreshnessChecks, AreNotMadeWhereTheyAreTurnedOff) {
  Examination server = examination(bars());
  server.target.checks["bars"] = {false, {}};
  EXPECT_THAT(server.of("bars"), IsEmpty());
  Examination elsewhere = examination(bars());
  elsewhere.target.instruments.clear();
  EXPECT_THAT(elsewhere.of("bars"), IsEmpty());
}

TEST(FreshnessChecks, CountMarketTimeOverAWeekend) {
  FreshnessCheck check = bars();
  check.clock = FreshnessCheck::Clock::kMarket;
  check.calendar = new_york();
  const std::vector<Told> friday = {{"last_timestamp_seconds", utc("2023-11-17 20:59")}};
  EXPECT_THAT(said(check, friday, utc("2023-11-20 14:30")), ElementsAre("ok: newest row is 1 m old in market time"));
  EXPECT_THAT(said(check, friday, utc("2023-11-20 14:39")),
              ElementsAre("critical: newest row is 10 m old in market time (critical from 10 m)"));
}

// -- Nothing ----------------------------------------------------------------------------------------------------------

TEST(FreshnessChecks, SayOfAnEmptyTableWhatTheyAreTold) {
  EXPECT_THAT(said(bars(), {}), ElementsAre("critical: no rows"));
  EXPECT_THAT(said(on_empty(bars(), FreshnessCheck::OnEmpty::kWarning), {}), ElementsAre("warning: no rows"));
  EXPECT_THAT(said(on_empty(bars(), FreshnessCheck::OnEmpty::kOk), {}), ElementsAre("ok: no rows"));
}

TEST(FreshnessChecks, KnowALowerLimitWhereNothingWasFound) {
  const FreshnessCheck warns = on_empty(bars(), FreshnessCheck::OnEmpty::kWarning);
  EXPECT_THAT(said(warns, {searched(60)}), ElementsAre("warning: no row for at least 1 m"));
  EXPECT_THAT(said(warns, {searched(3'600)}), ElementsAre("critical: no row for at least 1 h (critical from 10 m)"));
  EXPECT_THAT(said(on_empty(bars(), FreshnessCheck::OnEmpty::kOk), {searched(3'600)}),
              ElementsAre("ok: no row for at least 1 h (critical from 10 m)"));
}

// -- Groups -----------------------------------------------------------------------------------------------------------

TEST(FreshnessChecks, JudgeEachGroup) {
  EXPECT_THAT(
      said(by_symbol(), {newest_of("AAPL", 5), newest_of("MSFT", 700), missing("GONE"), searched(1'200)}),
      ElementsAre("ok AAPL: newest row is 5 s old", "critical MSFT: newest row is 11 m 40 s old (critical from 10 m)",
                  "critical GONE: no row for at least 20 m (critical from 10 m)"));
}

TEST(FreshnessChecks, SayOfAGroupThatIsMissingWhatEmptinessMeans) {
  const FreshnessCheck warns = on_empty(by_symbol(), FreshnessCheck::OnEmpty::kWarning);
  EXPECT_THAT(said(warns, {newest_of("AAPL", 5), missing("GONE")}),
              ElementsAre("ok AAPL: newest row is 5 s old", "warning GONE: no rows"));
}

TEST(FreshnessChecks, CountGroupsThatAreNotNamed) {
  EXPECT_THAT(said(by_symbol(), {newest_of("AAPL", 5), missing("GONE"), {"groups_missing", 3}, {"groups_dropped", 7}}),
              ElementsAre("ok AAPL: newest row is 5 s old", "critical GONE: no rows",
                          "warning: 7 groups are not watched; there is room for 50, raise group_by.max",
                          "critical: 2 more expected groups have no rows"));
}

// -- What else is looked at -------------------------------------------------------------------------------------------

TEST(FreshnessChecks, CountTheRowsOfAWindow) {
  FreshnessCheck check = bars();
  check.window =
      FreshnessCheck::Window{minutes{10}, {.warning = 5, .critical = 1}, {.warning = 100, .critical = 1'000}};
  const auto also = [&](double rows) {
    std::vector<std::string> all = said(check, {newest(1), {"rows_in_window", rows}});
    all.erase(all.begin());
    return all;
  };
  EXPECT_THAT(also(5), IsEmpty());
  EXPECT_THAT(also(4), ElementsAre("warning: 4 rows within 10 m (warning below 5)"));
  EXPECT_THAT(also(1), ElementsAre("warning: 1 row within 10 m (warning below 5)"));
  EXPECT_THAT(also(0), ElementsAre("critical: 0 rows within 10 m (critical below 1)"));
  EXPECT_THAT(also(99), IsEmpty());
  EXPECT_THAT(also(100), ElementsAre("warning: 100 rows within 10 m (warning from 100)"));
  EXPECT_THAT(also(1'000), ElementsAre("critical: 1000 rows within 10 m (critical from 1000)"));
}

TEST(FreshnessChecks, LookForGaps) {
  FreshnessCheck check = bars();
  check.gaps = FreshnessCheck::Gaps{minutes{1}, hours{1}, {.warning = 1, .critical = 5}};
  EXPECT_THAT(said(check, {newest(1), {"missing_intervals", 0}}), ElementsAre("ok: newest row is 1 s old"));
  EXPECT_THAT(said(check, {newest(1), {"missing_intervals", 5}}),
              ElementsAre("ok: newest row is 1 s old", "critical: 5 steps of 1 m without a row (critical from 5)"));
}

TEST(FreshnessChecks, LookForRowsThatCameLate) {
  FreshnessCheck check = bars();
  check.late = FreshnessCheck::Late{hours{1}, {.warning = 30, .critical = 300}};
  EXPECT_THAT(said(check, {newest(1), {"worst_delay_seconds", 29}, {"late_rows", 0}}),
              ElementsAre("ok: newest row is 1 s old"));
  EXPECT_THAT(said(check, {newest(1), {"worst_delay_seconds", 40}, {"late_rows", 3}}),
              ElementsAre("ok: newest row is 1 s old",
                          "warning: 3 rows came late, the latest of them 40 s after the event (warning from 30 s)"));
}

TEST(FreshnessChecks, CountRowsThatAreNotValid) {
  FreshnessCheck check = bars();
  check.validity = FreshnessCheck::Validity{
      {{"high_below_low", "high < low"}, {"negative", "price < 0"}}, minutes{15}, {.warning = 1, .critical = 10}};
  EXPECT_THAT(
      said(check,
           {newest(1), {"violations", 0, {{"rule", "high_below_low"}}}, {"violations", 10, {{"rule", "negative"}}}}),
      ElementsAre("ok: newest row is 1 s old", "critical: 10 rows not valid by rule negative (critical from 10)"));
}

TEST(FreshnessChecks, WarnOfRowsFromTheFuture) {
  EXPECT_THAT(said(bars(), {newest(1), {"future_rows", 0}}), ElementsAre("ok: newest row is 1 s old"));
  EXPECT_THAT(said(bars(), {newest(1), {"future_rows", 2}}),
              ElementsAre("ok: newest row is 1 s old", "warning: 2 rows from the future, more than 5 m ahead"));
}

TEST(FreshnessChecks, AreNoGraverThanTheyMay) {
  FreshnessCheck check = bars();
  check.severity_cap = FreshnessCheck::Cap::kWarning;
  EXPECT_THAT(said(check, {newest(600)}), ElementsAre("warning: newest row is 10 m old (critical from 10 m)"));
  EXPECT_THAT(said(check, {}), ElementsAre("warning: no rows"));
  EXPECT_THAT(said(check, {newest(1)}), ElementsAre("ok: newest row is 1 s old"));
}

// -- Completed sessions -----------------------------------------------------------------------------------------------

FreshnessCheck daily() {
  FreshnessCheck check = bars();
  check.age = {};
  check.completed_session = true;
  check.calendar = new_york();
  check.close_grace = hours{2};
  return check;
}

TEST(FreshnessChecks, WantTheRowsOfTheLastCompletedSession) {
  const std::vector<Told> monday = {{"last_timestamp_seconds", utc("2023-11-20 00:00")}};
  EXPECT_THAT(said(daily(), monday, utc("2023-11-21 22:00")),
              ElementsAre("ok: has rows of the session of 2023-11-20; newest row is 1 d 22 h old"));
  EXPECT_THAT(said(daily(), monday, utc("2023-11-21 23:00")),
              ElementsAre("critical: has no row of the session of 2023-11-21; newest row is 1 d 23 h old"));
}

TEST(FreshnessChecks, WantThemOverTheWeekendToo) {
  EXPECT_THAT(said(daily(), {{"last_timestamp_seconds", utc("2023-11-16 00:00")}}, utc("2023-11-19 00:00")),
              ElementsAre("critical: has no row of the session of 2023-11-17; newest row is 3 d old"));
}

TEST(FreshnessChecks, WantNoneBeforeTheFirstSessionIsOver) {
  EXPECT_THAT(said(daily(), {{"last_timestamp_seconds", utc("2023-11-15 00:00")}}, utc("2023-11-16 12:00")),
              ElementsAre("ok: newest row is 1 d 12 h old"));
}

// -- Calendars --------------------------------------------------------------------------------------------------------

FreshnessCheck in_sessions() {
  FreshnessCheck check = bars();
  check.calendar = new_york();
  check.open_grace = minutes{3};
  return check;
}

constexpr const char* kRest = "inactive: outside the sessions of xnys, for another 1 d 23 h";

TEST(FreshnessChecks, RestOutsideTheSessions) {
  const double saturday = utc("2023-11-18 15:00");
  EXPECT_THAT(said(in_sessions(), {{"last_timestamp_seconds", utc("2023-11-17 15:00")}}, saturday), ElementsAre(kRest));
  EXPECT_THAT(said(in_sessions(), {{"future_rows", 2}}, saturday), ElementsAre(kRest));
}

TEST(FreshnessChecks, RestWithoutAnAnswerAndWhileTheServerIsDown) {
  Examination server = examination(in_sessions(), utc("2023-11-18 15:00"));
  EXPECT_THAT(told(server.of("bars")), ElementsAre(kRest));
  server.answers = {not_answered(in_sessions(), Outcome::kFailed, "42P01", "no such table")};
  EXPECT_THAT(told(server.of("bars")), ElementsAre(kRest));
  server.is_down("refused", "nobody listens");
  EXPECT_THAT(told(server.of("bars")), ElementsAre(kRest));
}

TEST(FreshnessChecks, JudgeNothingByACalendarThatHasEnded) {
  EXPECT_THAT(said(in_sessions(), {newest(1)}, utc("2023-11-30 15:00")),
              ElementsAre("unknown: calendar xnys knows nothing of this day; give it another"));
}

// -- No answer --------------------------------------------------------------------------------------------------------

std::vector<std::string> without_answer(Outcome outcome, const std::string& reason) {
  Examination server = examination(bars());
  server.answers = {not_answered(bars(), outcome, reason, "why")};
  return told(server.of("bars"));
}

TEST(FreshnessChecks, TellWhyTheyCouldNotLook) {
  EXPECT_THAT(without_answer(Outcome::kFailed, "42P01"),
              ElementsAre("unknown: collector freshness_bars failed, 42P01: why"));
  EXPECT_THAT(without_answer(Outcome::kFailed, kTimeout), ElementsAre("critical: timed out after 1.5 s"));
  EXPECT_THAT(without_answer(Outcome::kSkipped, "permission"),
              ElementsAre("unknown: collector freshness_bars may not look: why"));
}

// Somebody wants it: that there is nothing to ask is news.
TEST(FreshnessChecks, AreUnknownWhereThereIsNothingToAsk) {
  EXPECT_THAT(without_answer(Outcome::kSkipped, "plan"), ElementsAre("unknown: nothing to ask here, plan: why"));
}

TEST(FreshnessChecks, AreUnknownUntilTheyAreAsked) {
  EXPECT_THAT(told(examination(bars()).of("bars")), ElementsAre("unknown: not asked yet"));
}

TEST(FreshnessChecks, LeaveADownServerToUp) {
  Examination server = examination(bars());
  server.is_down("refused", "nobody listens");
  EXPECT_THAT(told(server.of("bars")), ElementsAre("skipped: the server is down"));
}

TEST(FreshnessChecks, StandByAnAnswerWhileTheServerIsSilent) {
  Examination server = examination(bars());
  server.answers = {answered(bars(), {newest(700)})};
  server.is_down("timeout", "");
  EXPECT_THAT(told(server.of("bars")), ElementsAre("critical: newest row is 11 m 40 s old (critical from 10 m)"));
}

}  // namespace
}  // namespace pgwatch::health
