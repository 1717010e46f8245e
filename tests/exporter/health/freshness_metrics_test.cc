// Freshness as it stands on the page: the same verdicts, as numbers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "exporter/health/freshness.h"
#include "exporter/health/metrics.h"
#include "exporter/model/exposition.h"
#include "tests/exporter/health/freshness_samples.h"

namespace pgwatch::health {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

std::string page(const BlockPtr& block) { return write_exposition(std::span(&block, 1)).text; }

std::string page(const Examination& server, const std::vector<std::string>& collectors = {}) {
  Snapshot snapshot = server.snapshot();
  snapshot.collectors = collectors;
  return page(freshness_of(server.world(), snapshot, server.now));
}

std::string sample(const std::string& name, const std::string& labels, const std::string& value) {
  return "pgwatch_freshness_" + name + "{server=\"main\",check=\"bars\"" + labels + "} " + value + "\n";
}

Examination with_groups() {
  FreshnessCheck check = bars();
  check.groups = FreshnessCheck::Groups{.column = "symbol"};
  Examination server = examination(check);
  server.answers = {answered(check, {{"last_timestamp_seconds", kNow - 5, {{"group", "AAPL"}}},
                                     {"last_timestamp_seconds", kNow - 130, {{"group", "MSFT"}}},
                                     {"group_missing", 1, {{"group", "GONE"}}}})};
  return server;
}

Examination on_saturday() {
  FreshnessCheck check = bars();
  check.calendar = new_york();
  return examination(check, utc("2023-11-18 15:00"));
}

TEST(FreshnessOnThePage, IsTheVerdictAndTheAge) {
  Examination server = examination(bars());
  server.answers = {answered(bars(), {{"last_timestamp_seconds", kNow - 130.5}})};
  const std::string text = page(server);
  EXPECT_THAT(text, HasSubstr(sample("status", "", "1")));
  EXPECT_THAT(text, HasSubstr(sample("age_seconds", "", "130.5")));
  EXPECT_THAT(text, HasSubstr(sample("active", "", "1")));
  EXPECT_THAT(text, Not(HasSubstr("groups_stale{")));
}

TEST(FreshnessOnThePage, TellsHowTheLastAskingWent) {
  Examination server = examination(bars());
  server.answers = {answered(bars(), {{"last_timestamp_seconds", kNow}})};
  const std::string text = page(server);
  EXPECT_THAT(text, HasSubstr(sample("check_success", "", "1")));
  EXPECT_THAT(text, HasSubstr(sample("check_duration_seconds", "", "0.003")));
  EXPECT_THAT(text, HasSubstr(sample("check_last_run_timestamp_seconds", "", "1699999998.5")));
}

TEST(FreshnessOnThePage, HasAStatusOfTheWholeAndOfEachGroup) {
  const std::string text = page(with_groups());
  EXPECT_THAT(text, HasSubstr(sample("status", "", "2")));
  EXPECT_THAT(text, HasSubstr(sample("status", ",group=\"AAPL\"", "0")));
  EXPECT_THAT(text, HasSubstr(sample("status", ",group=\"MSFT\"", "1")));
  EXPECT_THAT(text, HasSubstr(sample("status", ",group=\"GONE\"", "2")));
  EXPECT_THAT(text, HasSubstr(sample("age_seconds", ",group=\"MSFT\"", "130")));
  EXPECT_THAT(text, Not(HasSubstr("age_seconds{server=\"main\",check=\"bars\",group=\"GONE\"")));
  EXPECT_THAT(text, HasSubstr(sample("groups_stale", "", "2")));
}

TEST(FreshnessOnThePage, MayShowTheWorstGroupsAlone) {
  FreshnessCheck check = bars();
  check.groups = FreshnessCheck::Groups{.column = "symbol", .worst = 2};
  std::vector<Told> samples;
  for (const auto& [group, age] : {std::pair("a", 1), {"b", 700}, {"c", 3}, {"d", 2}})
    samples.push_back({"last_timestamp_seconds", kNow - age, {{"group", group}}});
  Examination server = examination(check);
  server.answers = {answered(check, samples)};
  const std::string text = page(server);
  EXPECT_THAT(text, HasSubstr(sample("status", ",group=\"b\"", "2")));
  EXPECT_THAT(text, HasSubstr(sample("age_seconds", ",group=\"c\"", "3")));
  EXPECT_THAT(text, Not(HasSubstr("group=\"a\"")));
  EXPECT_THAT(text, Not(HasSubstr("group=\"d\"")));
  EXPECT_THAT(text, HasSubstr(sample("groups_stale", "", "1")));
}

TEST(FreshnessOnThePage, HasTheLabelsOfTheTarget) {
  Examination server = examination(bars());
  server.target.labels = {{"cluster", "lake"}};
  EXPECT_THAT(page(server), HasSubstr("pgwatch_freshness_status{server=\"main\",cluster=\"lake\",check=\"bars\"} 3\n"));
}

TEST(FreshnessOnThePage, RestsWithAnAgeAndWithoutAnAlarm) {
  Examination server = on_saturday();
  server.answers = {answered(*server.target.freshness.front(), {{"last_timestamp_seconds", server.now - 86'400}})};
  const std::string text = page(server);
  EXPECT_THAT(text, HasSubstr(sample("status", "", "4")));
  EXPECT_THAT(text, HasSubstr(sample("active", "", "0")));
  EXPECT_THAT(text, HasSubstr(sample("age_seconds", "", "86400")));
}

TEST(FreshnessOnThePage, RestsWhileTheServerIsDown) {
  Examination server = on_saturday();
  server.is_down("refused", "nobody listens");
  EXPECT_THAT(page(server), HasSubstr(sample("status", "", "4")));
}

TEST(FreshnessOnThePage, IsUnknownWhereNobodyCouldLook) {
  Examination server = examination(bars());
  server.is_down("refused", "nobody listens");
  EXPECT_THAT(page(server), HasSubstr(sample("status", "", "3")));
  Examination failed = examination(bars());
  failed.answers = {not_answered(bars(), Outcome::kFailed, "42P01", "no such table")};
  EXPECT_THAT(page(failed), HasSubstr(sample("status", "", "3")));
  EXPECT_THAT(page(failed), HasSubstr(sample("check_success", "", "0")));
}

TEST(FreshnessOnThePage, IsThereWhereItIsAskedFor) {
  EXPECT_THAT(page(examination(bars()), {"replication"}), IsEmpty());
  EXPECT_THAT(page(examination(bars()), {"replication", "freshness_bars"}), HasSubstr(sample("status", "", "3")));
  Examination off = examination(bars());
  off.target.checks["bars"] = {false, {}};
  EXPECT_THAT(page(off), IsEmpty());
}

// -- Configuration ----------------------------------------------------------------------------------------------------

TEST(FreshnessThresholds, AreThoseOfTheServer) {
  Examination server = examination(bars());
  EXPECT_THAT(page(thresholds_of(server.world(), {})),
              HasSubstr("pgwatch_threshold{server=\"main\",check=\"bars\",severity=\"warning\"} 120\n"
                        "pgwatch_threshold{server=\"main\",check=\"bars\",severity=\"critical\"} 600\n"));
  server.target.checks["bars"] = {true, {.warning = {}, .critical = 60}};
  EXPECT_THAT(page(thresholds_of(server.world(), {})), HasSubstr("severity=\"critical\"} 60\n"));
}

TEST(FreshnessCalendars, TellUntilWhenTheirHolidaysAreKnown) {
  EXPECT_THAT(page(calendars_of(on_saturday().world())),
              HasSubstr("pgwatch_freshness_calendar_valid_until_timestamp_seconds{calendar=\"xnys\"} 1701216000\n"));
  EXPECT_THAT(page(calendars_of(examination(bars()).world())), IsEmpty());
}

TEST(FreshnessCalendars, AreComplainedOfBeforeTheyEnd) {
  const World world = on_saturday().world();
  EXPECT_THAT(calendar_complaints(world, utc("2023-09-30 00:00")), IsEmpty());
  EXPECT_THAT(calendar_complaints(world, utc("2023-09-30 00:01")), SizeIs(1));
  EXPECT_THAT(
      calendar_complaints(world, utc("2023-10-30 00:00")),
      ElementsAre("the holidays of calendar xnys are known for another 30 d only; add those to come and set its "
                  "valid_until"));
  EXPECT_THAT(
      calendar_complaints(world, utc("2023-11-30 00:00")),
      ElementsAre("the holidays of calendar xnys are known no longer; add those to come and set its valid_until"));
  EXPECT_THAT(calendar_complaints(examination(bars()).world(), kNow), IsEmpty());
}

TEST(FreshnessMetrics, DeclareWhatIsSaidAndItsLabels) {
  std::set<std::string> said;
  const Examination server = with_groups();
  const std::vector<OwnMetric> own = freshness_metrics();
  for (const BlockPtr& block :
       {freshness_of(server.world(), server.snapshot(), kNow), calendars_of(on_saturday().world())})
    for (const Family& family : block->samples.families()) {
      said.insert(family.metric->name);
      const auto found =
          std::ranges::find(own, family.metric->name, [](const OwnMetric& one) { return one.metric.name; });
      ASSERT_NE(found, own.end()) << family.metric->name;
      EXPECT_EQ(*family.metric, found->metric);
    }
  EXPECT_EQ(said.size(), own.size());
}

}  // namespace
}  // namespace pgwatch::health
