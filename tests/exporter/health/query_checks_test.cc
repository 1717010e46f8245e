// Checks that the columns of users' own queries make.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/exporter/health/examination.h"

namespace pgwatch::health {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Column with(Column column, Threshold threshold) {
  column.threshold = threshold;
  return column;
}

Collector orders() {
  return {
      .name = "orders",
      .prefix = "orders",
      .source = std::vector<Sql>{{.text = "SELECT 1"}},
      .columns = {label("shop"), label("state"), with(gauge("waiting", "Waiting."), {.warning = 10, .critical = 100}),
                  with(gauge("free_bytes", "Free."), {.warning = 2048, .critical = 1024, .below = true})}};
}

// What --once and the page make of a World whose one server has these answers.
struct Shop {
  Target target;
  std::vector<Answered> answers;

  Shop() {
    target.name = "main";
    target.instruments = {std::make_shared<const Instrument>(orders())};
  }

  World world() const {
    World world;
    world.targets = {std::make_shared<const Target>(target)};
    return world;
  }
  std::vector<std::string> says(const std::string& check) const {
    TargetStatus status;
    status.server = "main";
    status.up = true;
    Snapshot snapshot;
    snapshot.targets = {status};
    snapshot.answers = answers;
    return told(examine(world(), snapshot, checks_for(world()), Selection({check}), kNow));
  }
};

test::Row row(const std::string& shop, const std::string& state, const std::string& waiting) {
  return {{"shop", shop}, {"state", state}, {"waiting", waiting}, {"free_bytes", "1500"}};
}

TEST(QueryChecks, JudgeEachRow) {
  Shop shop;
  shop.answers = {answered(orders(), {row("a", "new", "9"), row("a", "paid", "10"), row("b", "new", "250")})};
  EXPECT_THAT(shop.says("orders_waiting"), ElementsAre("ok a/new: is 9", "warning a/paid: is 10 (warning from 10)",
                                                       "critical b/new: is 250 (critical from 100)"));
}

TEST(QueryChecks, JudgeWhatIsBadWhenLow) {
  Shop shop;
  shop.answers = {answered(orders(), {row("a", "new", "9")})};
  EXPECT_THAT(shop.says("orders_free_bytes"), ElementsAre("warning a/new: is 1.46 KiB (warning up to 2 KiB)"));
}

TEST(QueryChecks, JudgeEachDatabase) {
  const auto in = [](const std::string& database) {
    const Answered answer = answered(orders(), {row("a", "new", "9")});
    auto block = std::make_shared<Block>(*answer.latest);
    block->database = database;
    return Answered{block, block};
  };
  Shop shop;
  shop.answers = {in("lake"), in("shop")};
  EXPECT_THAT(shop.says("orders_waiting"), ElementsAre("ok lake/a/new: is 9", "ok shop/a/new: is 9"));
}

TEST(QueryChecks, HaveNothingToJudgeWithoutRows) {
  Shop shop;
  shop.answers = {answered(orders(), {})};
  EXPECT_THAT(shop.says("orders_waiting"), ElementsAre("inactive: the query gave no value"));
}

TEST(QueryChecks, AreUnknownWhereTheQueryFails) {
  Shop shop;
  shop.answers = {not_answered(orders(), Outcome::kFailed, "42P01", "relation \"orders\" does not exist")};
  EXPECT_THAT(shop.says("orders_waiting"),
              ElementsAre("unknown: collector orders failed, 42P01: relation \"orders\" does not exist"));
}

TEST(QueryChecks, AreSkippedWhereTheQueryIsNotForTheServer) {
  Shop shop;
  shop.answers = {not_answered(orders(), Outcome::kSkipped, "role", "is asked of primaries")};
  EXPECT_THAT(shop.says("orders_waiting"), ElementsAre("skipped: nothing to ask here, role: is asked of primaries"));
}

TEST(QueryChecks, AreMadeOnlyWhereTheQueryIsAsked) {
  Shop shop;
  World world = shop.world();
  Target other;
  other.name = "other";
  world.targets.push_back(std::make_shared<const Target>(other));
  EXPECT_THAT(targets_for(world, checks_for(world), Selection({"orders_*"})), ElementsAre("main"));
  shop.target.instruments.clear();
  EXPECT_THAT(targets_for(shop.world(), checks_for(shop.world()), Selection({"orders_*"})), IsEmpty());
}

}  // namespace
}  // namespace pgwatch::health
