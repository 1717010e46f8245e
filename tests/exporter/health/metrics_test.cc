#include "exporter/health/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "exporter/model/exposition.h"

namespace pgwatch::health {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string metrics_page(const BlockPtr& block) { return write_exposition(std::span(&block, 1)).text; }

World world_of(const Target& target) {
  World world;
  world.targets = {std::make_shared<const Target>(target)};
  return world;
}

TEST(Thresholds, AreThoseOfTheTarget) {
  Target target;
  target.name = "db1";
  target.labels = {{"cluster", "lake"}};
  target.checks["replication_lag_seconds"] = {true, {.warning = 5, .critical = 10}};
  const std::string text = metrics_page(thresholds_of(world_of(target), check_infos()));
  EXPECT_THAT(text, HasSubstr("pgwatch_threshold{server=\"db1\",cluster=\"lake\",check=\"replication_lag_seconds\","
                              "severity=\"warning\"} 5\n"));
  EXPECT_THAT(text, HasSubstr("check=\"replication_lag_seconds\",severity=\"critical\"} 10\n"));
  EXPECT_THAT(text, HasSubstr("check=\"replication_lag_bytes\",severity=\"warning\"} 268435456\n"));
}

TEST(Thresholds, AreAbsentWhereTheCheckHasNoneOrIsOff) {
  Target target;
  target.name = "db1";
  target.checks["replication_lag_seconds"] = {false, {.warning = 5, .critical = 10}};
  const std::string text = metrics_page(thresholds_of(world_of(target), check_infos()));
  EXPECT_THAT(text, Not(HasSubstr("check=\"replication_lag_seconds\"")));
  EXPECT_THAT(text, Not(HasSubstr("check=\"up\"")));
  EXPECT_THAT(text, Not(HasSubstr("check=\"replication_receiver\",severity=\"warning\"")));
}

TEST(ProbeSamples, SayTheGravestVerdictOfACheckInThePluginsNumbers) {
  Result result;
  result.started = std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000));
  result.took = std::chrono::milliseconds(250);
  result.verdicts = {{.server = "db1", .check = "up", .status = Status::kOk},
                     {.server = "db1", .check = "slot", .subject = "a", .status = Status::kUnknown},
                     {.server = "db1", .check = "slot", .subject = "b", .status = Status::kWarning},
                     {.server = "db2", .check = "slot", .status = Status::kCritical},
                     {.server = "db2", .check = "role", .status = Status::kInactive}};
  const std::string text = metrics_page(samples_of(result));
  EXPECT_THAT(text, HasSubstr("pgwatch_once_check_status{server=\"db1\",check=\"up\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("pgwatch_once_check_status{server=\"db1\",check=\"slot\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("pgwatch_once_check_status{server=\"db2\",check=\"slot\"} 2\n"));
  EXPECT_THAT(text, Not(HasSubstr("check=\"role\"")));
  EXPECT_THAT(text, HasSubstr("pgwatch_once_status 2\n"));
  EXPECT_THAT(text, HasSubstr("pgwatch_once_duration_seconds 0.25\n"));
  EXPECT_THAT(text, HasSubstr("pgwatch_once_timestamp_seconds 1700000000\n"));
}

TEST(ProbeSamples, SayAProbeOfNothingToo) {
  const std::string text = metrics_page(samples_of({}));
  EXPECT_THAT(text, HasSubstr("pgwatch_once_status 3\n"));
  EXPECT_THAT(text, Not(HasSubstr("pgwatch_once_check_status")));
}

TEST(HealthMetrics, DeclareWhatIsSaidAndItsLabels) {
  Target target;
  target.name = "db1";
  Result result;
  result.verdicts = {{.server = "db1", .check = "up"}};
  std::set<std::string> said;
  for (const BlockPtr& block : {thresholds_of(world_of(target), check_infos()), samples_of(result)})
    for (const Family& family : block->samples.families()) {
      said.insert(family.metric->name);
      const auto own = health_metrics();
      const auto found =
          std::ranges::find(own, family.metric->name, [](const OwnMetric& one) { return one.metric.name; });
      ASSERT_NE(found, own.end()) << family.metric->name;
      for (const std::string& label : found->labels)
        EXPECT_TRUE(find_label(block->samples.labels(family.samples.front().labels), label)) << label;
    }
  EXPECT_EQ(said.size(), health_metrics().size());
}

}  // namespace
}  // namespace pgwatch::health
