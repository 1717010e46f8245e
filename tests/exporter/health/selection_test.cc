#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exporter/health/selection.h"

namespace pgwatch::health {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

World two_servers() {
  World world;
  for (const char* name : {"db1", "db2"}) {
    Target target;
    target.name = name;
    world.targets.push_back(std::make_shared<const Target>(target));
  }
  return world;
}

// A server called after its database has a slash in its name.
World with_check_off(const std::string& check) {
  World world;
  Target target;
  target.name = "localhost:5432/lake";
  target.checks[check] = {false, {}};
  world.targets = {std::make_shared<const Target>(target)};
  return world;
}

TEST(Selection, TakesAllWhereNothingIsAskedFor) {
  EXPECT_TRUE(Selection().takes("db1", "up"));
  EXPECT_THAT(Selection().complaints(two_servers(), checks()), IsEmpty());
}

TEST(Selection, MatchesNamesOfChecksOnEveryServer) {
  const Selection selection({"up", "replication_slot_*"});
  EXPECT_TRUE(selection.takes("db1", "up"));
  EXPECT_TRUE(selection.takes("db2", "replication_slot_state"));
  EXPECT_FALSE(selection.takes("db1", "replication_lag_bytes"));
  EXPECT_FALSE(selection.takes("up", "role"));
}

TEST(Selection, MatchesServersBeforeASlash) {
  const Selection selection({"db1/*", "db?/up"});
  EXPECT_TRUE(selection.takes("db1", "role"));
  EXPECT_TRUE(selection.takes("db2", "up"));
  EXPECT_FALSE(selection.takes("db2", "role"));
  EXPECT_TRUE(Selection({"localhost:5432/lake/up"}).takes("localhost:5432/lake", "up"));
}

std::vector<std::string> complaints(const World& world, const std::vector<std::string>& patterns) {
  return Selection(patterns).complaints(world, checks());
}

TEST(Selection, SaysWhatIsThereWhereAPatternTakesNothing) {
  EXPECT_THAT(complaints(two_servers(), {"up", "uq", "db1/role", "db1/uq*"}),
              ElementsAre(StartsWith("no check is called uq; there are: up, role, "),
                          StartsWith("no check is called uq*; there are: up, ")));
  EXPECT_THAT(complaints(two_servers(), {"db3/*", "db?/up"}),
              ElementsAre("no server is called db3; there are: db1, db2"));
}

TEST(Selection, SaysThatWhatAPatternMeansIsTurnedOff) {
  EXPECT_THAT(complaints(with_check_off("up"), {"up", "localhost:5432/lake/up", "u*", "role"}),
              ElementsAre("check up is turned off, by `checks` in the configuration",
                          "check localhost:5432/lake/up is turned off, by `checks` in the configuration",
                          "check u* is turned off, by `checks` in the configuration"));
}

TEST(Selection, AsksTheServersAndCollectorsThatAreNeeded) {
  const World world = two_servers();
  EXPECT_THAT(targets_for(world, checks(), Selection({"db2/up"})), ElementsAre("db2"));
  EXPECT_THAT(collectors_for(world, checks(), Selection({"db2/up"})), IsEmpty());
  EXPECT_THAT(collectors_for(world, checks(), Selection({"*slot_state", "role"})), ElementsAre("replication_slots"));
  EXPECT_THAT(collectors_for(world, checks(), Selection()),
              ElementsAre("filesystem", "replication", "replication_slots", "stat_replication"));
  EXPECT_THAT(targets_for(world, checks(), Selection({"uq"})), IsEmpty());
}

}  // namespace
}  // namespace pgwatch::health
