#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/systemd/catalogue.h"
#include "exporter/health/catalogue.h"
#include "tests/exporter/health/examination.h"

namespace pgwatch::health {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Collector collector() { return collectors::units(std::make_shared<const Systemd>()); }

World world_with(std::vector<InstrumentPtr> instruments) {
  World world;
  world.host_instruments = std::move(instruments);
  return world;
}

std::vector<std::string> told(const Answered& answer) {
  const World world = world_with({std::make_shared<const Instrument>(collector())});
  const auto block = std::make_shared<Block>(*answer.latest);
  block->server = "";
  Snapshot snapshot;
  snapshot.answers = {{block, answer.served ? block : nullptr}};
  return told(examine(world, snapshot, checks_for(world), Selection({}), kNow));
}

test::Row unit(const std::string& name, const std::string& reason, const std::string& manager = "system") {
  test::Row row = {{"manager", manager}, {"name", name}, {"type", "service"}, {"healthy", reason.empty() ? "1" : "0"}};
  if (!reason.empty()) row.merge(test::Row{{"unhealthy", "1"}, {"reason", reason}});
  return row;
}

TEST(SystemdChecks, TellEachUnit) {
  EXPECT_THAT(told(answered(collector(), {unit("a.service", ""), unit("b.service", "failed: signal, signal 11"),
                                          unit("c.service", "inactive, and is to run", "user@ann")})),
              ElementsAre("ok a.service: as it should be", "critical b.service: failed: signal, signal 11",
                          "critical user@ann/c.service: inactive, and is to run"));
}

TEST(SystemdChecks, TellOfAManagerThatDoesNotAnswer) {
  const auto told_of = [](const char* reason) {
    return told(answered(collector(), {{{"manager", "user@ann"}, {"reached", "0"}, {"reason", reason}}}));
  };
  EXPECT_THAT(told_of("connection"), ElementsAre("unknown user@ann: the manager did not answer: connection"));
  EXPECT_THAT(told_of("timeout"), ElementsAre("critical user@ann: the manager did not answer in time"));
}

TEST(SystemdChecks, SkipAManagerThatDoesNotLetUsIn) {
  const auto told_of = [](const char* manager) {
    return told(answered(collector(), {{{"manager", manager}, {"reached", "0"}, {"reason", "permission"}}}));
  };
  EXPECT_THAT(told_of("system"), ElementsAre("skipped system: the manager does not let us in"));
  EXPECT_THAT(told_of("user@ann"),
              ElementsAre("skipped user@ann: the manager does not let us in; run a pgwatch in that user's manager"));
}

TEST(SystemdChecks, DoNotKnowWhetherAnotherManagerHasAUnit) {
  EXPECT_THAT(told(answered(collector(), {{{"manager", "system"},
                                           {"name", "a.service"},
                                           {"type", "service"},
                                           {"state", "inactive"},
                                           {"load_state", "not-found"}}})),
              ElementsAre("unknown a.service: not found here, and another manager does not answer"));
}

TEST(SystemdChecks, WarnOfUnitsThatAreLeftOut) {
  EXPECT_THAT(told(answered(collector(), {{{"manager", "system"}, {"reached", "1"}, {"dropped", "2"}}})),
              ElementsAre(testing::StartsWith("warning system: units are left out")));
}

TEST(SystemdChecks, WithoutUnitsHaveNothingToJudge) {
  EXPECT_THAT(told(answered(collector(), {{{"manager", "system"}, {"reached", "1"}}})),
              ElementsAre("inactive: no unit is watched, and none has failed"));
}

TEST(SystemdChecks, AreSkippedWhereThereIsNoSystemdOrItRefuses) {
  EXPECT_THAT(told(not_answered(collector(), Outcome::kSkipped, "absent", "words")),
              ElementsAre("skipped: nothing to ask here, absent: words"));
  EXPECT_THAT(told(not_answered(collector(), Outcome::kSkipped, "permission", "words")),
              ElementsAre("skipped: nothing to ask here, permission: words"));
}

TEST(SystemdChecks, AreUnknownWhereSystemdMustBeThereAndIsNot) {
  EXPECT_THAT(told(not_answered(collector(), Outcome::kFailed, "no_manager", "words")),
              ElementsAre("unknown: collector units failed, no_manager: words"));
}

TEST(SystemdChecks, AreNotMadeWhereNobodyLooks) { EXPECT_THAT(systemd_checks(world_with({})), IsEmpty()); }

}  // namespace
}  // namespace pgwatch::health
