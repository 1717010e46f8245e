// What a configuration says of checks, and what a person reads who got it wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/exporter/config/fixture.h"

namespace pgwatch::config {
namespace {

using testing::StartsWith;

CheckSetting setting(const std::string& name, const std::string& text, std::size_t target = 0) {
  const Config config = parse_text(text);
  for (const CheckInfo& check : fake_checks())
    if (check.name == name) return setting_of(config.world.targets.at(target)->checks, check);
  throw std::invalid_argument("no check " + name);
}

TEST(ConfigChecks, AreAsTheyComeWhereNothingIsSaid) {
  EXPECT_EQ(setting("lag", with_target("")), (CheckSetting{true, {.warning = 60, .critical = 300}}));
  EXPECT_EQ(setting("up", with_target("checks:")), (CheckSetting{true, {}}));
}

TEST(ConfigChecks, TakeThresholdsInTheirUnit) {
  EXPECT_EQ(setting("lag", with_target("checks: {lag: {warning: 500ms, critical: 1h}}")),
            (CheckSetting{true, {.warning = 0.5, .critical = 3600}}));
  EXPECT_EQ(setting("retained", with_target("checks: {retained: {warning: 512B, critical: 2GiB}}")),
            (CheckSetting{true, {.warning = 512, .critical = 2'147'483'648}}));
}

TEST(ConfigChecks, KeepTheThresholdThatIsNotSaid) {
  EXPECT_EQ(setting("lag", with_target("checks: {lag: {warning: 2m}}")),
            (CheckSetting{true, {.warning = 120, .critical = 300}}));
}

TEST(ConfigChecks, HaveNoThresholdWhereItIsNone) {
  EXPECT_EQ(setting("lag", with_target("checks: {lag: {warning: none, critical: none}}")), (CheckSetting{true, {}}));
}

TEST(ConfigChecks, AreTurnedOffAndOn) {
  EXPECT_FALSE(setting("up", with_target("checks: {up: false}")).enabled);
  EXPECT_FALSE(setting("lag", with_target("checks: {lag: {enabled: false}}")).enabled);
  const std::string back = "checks: {lag: false}\ntargets: [{checks: {lag: true}}]";
  EXPECT_EQ(setting("lag", back), (CheckSetting{true, {.warning = 60, .critical = 300}}));
}

TEST(ConfigChecks, OfATargetStandOnThoseAbove) {
  const std::string text = R"(
checks: {lag: {warning: 10s, critical: 20s}}
targets:
  - {name: a, checks: {lag: {critical: 40s}}}
  - {name: b, checks: {retained: {critical: 1GiB}}}
)";
  EXPECT_EQ(setting("lag", text, 0), (CheckSetting{true, {.warning = 10, .critical = 40}}));
  EXPECT_EQ(setting("lag", text, 1), (CheckSetting{true, {.warning = 10, .critical = 20}}));
  EXPECT_EQ(setting("retained", text, 0), (CheckSetting{true, {.warning = 1'048'576, .critical = {}}}));
  EXPECT_EQ(setting("retained", text, 1), (CheckSetting{true, {.warning = 1'048'576, .critical = 1'073'741'824}}));
}

TEST(ConfigChecks, AreKnownByName) {
  EXPECT_EQ(error_of(with_target("checks: {lagg: false}")),
            "f.yaml:1:10: unknown check \"lagg\"; did you mean \"lag\"? Known are: up, lag, retained");
  EXPECT_THAT(error_of(with_target("checks: {lag: {warn: 1s}}")),
              StartsWith("f.yaml:1:16: unknown key \"warn\"; did you mean \"warning\"?"));
}

TEST(ConfigChecks, TakeNoOtherUnit) {
  EXPECT_EQ(error_of(with_target("checks: {lag: {warning: 1MiB}}")),
            "f.yaml:1:25: expected a duration above 0, as 60s, 5m or 1h, or none, found \"1MiB\"");
  EXPECT_EQ(error_of(with_target("checks: {retained: {warning: 60s}}")),
            "f.yaml:1:30: expected a size above 0, as 256MiB or 2GiB, or none, found \"60s\"");
}

TEST(ConfigChecks, TakeNoThresholdThatIsAlwaysReached) {
  EXPECT_THAT(error_of(with_target("checks: {lag: {warning: 0s}}")),
              StartsWith("f.yaml:1:25: expected a duration above 0"));
  EXPECT_THAT(error_of(with_target("checks: {retained: {critical: 0B}}")),
              StartsWith("f.yaml:1:31: expected a size above 0"));
}

TEST(ConfigChecks, MustWarnBeforeTheyAreCritical) {
  const std::string error = "check lag would be critical before it warns: give both, critical above warning";
  EXPECT_EQ(error_of(with_target("checks: {lag: {warning: 6m}}")), "f.yaml:1:15: " + error);
  EXPECT_EQ(error_of("checks: {lag: {warning: 4m}}\ntargets: [{checks: {lag: {critical: 3m}}}]"),
            "f.yaml:2:26: " + error);
  EXPECT_EQ(error_of(with_target("checks: {lag: {warning: 6m, critical: none}}")), "");
}

TEST(ConfigChecks, WithoutThresholdsAreOnOrOff) {
  EXPECT_EQ(error_of(with_target("checks: {up: {warning: 1s}}")),
            "f.yaml:1:14: check up has no thresholds; expected true or false");
  EXPECT_THAT(error_of(with_target("checks: {up: 60s}")), StartsWith("f.yaml:1:14: expected true or false"));
}

TEST(ConfigChecks, ShowAVariableByNameAndNotByValue) {
  EXPECT_THAT(error_of(with_target("checks: {lag: {warning: \"${SECRET}\"}}"), {{"SECRET", "geheim"}}),
              testing::HasSubstr("found \"${SECRET}\""));
}

}  // namespace
}  // namespace pgwatch::config
