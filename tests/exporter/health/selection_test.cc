#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exporter/health/examine.h"

namespace pgwatch::health {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

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
  EXPECT_THAT(Selection().idle(two_servers(), checks()), IsEmpty());
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

TEST(Selection, NamesPatternsThatTakeNothing) {
  const Selection selection({"up", "uq", "db3/*", "db1/role"});
  EXPECT_THAT(selection.idle(two_servers(), checks()), ElementsAre("uq", "db3/*"));
  EXPECT_THAT(Selection({"up"}).idle(with_check_off("up"), checks()), ElementsAre("up"));
}

TEST(Selection, AsksTheServersAndCollectorsThatAreNeeded) {
  const World world = two_servers();
  EXPECT_THAT(targets_for(world, checks(), Selection({"db2/up"})), ElementsAre("db2"));
  EXPECT_THAT(collectors_for(world, checks(), Selection({"db2/up"})), IsEmpty());
  EXPECT_THAT(collectors_for(world, checks(), Selection({"*slot_state", "role"})), ElementsAre("replication_slots"));
  EXPECT_THAT(collectors_for(world, checks(), Selection()), ElementsAre("replication", "replication_slots", "stat_replication"));
  EXPECT_THAT(targets_for(world, checks(), Selection({"uq"})), IsEmpty());
}

}  // namespace
}  // namespace pgwatch::health
