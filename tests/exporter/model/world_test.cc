#include "exporter/model/world.h"

#include <gtest/gtest.h>

namespace pgwatch {
namespace {

bool matches(std::string pattern, std::string_view database) {
  return DatabaseFilter{{std::move(pattern)}, {}}.takes(database);
}

TEST(DatabaseFilter, TakesEveryDatabaseByItself) {
  EXPECT_TRUE(DatabaseFilter().takes("postgres"));
  EXPECT_TRUE(DatabaseFilter().takes(""));
}

TEST(DatabaseFilter, MatchesShellPatterns) {
  EXPECT_TRUE(matches("lake", "lake"));
  EXPECT_FALSE(matches("lake", "lakes"));
  EXPECT_TRUE(matches("lake?", "lakes"));
  EXPECT_FALSE(matches("lake?", "lake"));
  EXPECT_TRUE(matches("*_prod_*", "a_prod_prod_b"));
  EXPECT_TRUE(matches("a*b*c", "a_b_b_c"));
  EXPECT_FALSE(matches("a*b*c", "a_b_c_b"));
  EXPECT_TRUE(matches("lake**", "lake"));
  EXPECT_FALSE(matches("", "lake"));
  EXPECT_FALSE(matches("lake.*", "lakes")) << "a pattern is no regular expression";
}

TEST(DatabaseFilter, ExcludesWhatItIncludes) {
  const DatabaseFilter filter{{"lake_*", "core"}, {"*_test"}};
  EXPECT_TRUE(filter.takes("lake_a"));
  EXPECT_TRUE(filter.takes("core"));
  EXPECT_FALSE(filter.takes("lake_test"));
  EXPECT_FALSE(filter.takes("other"));
}

TEST(Target, SpellsItsLabelsServerFirst) {
  Target target;
  target.name = "db\"1\"";
  target.labels = {{"cluster", "main"}, {"env", "prod"}};
  EXPECT_EQ(target.label_text(), R"(server="db\"1\"",cluster="main",env="prod")");
}

TEST(Roles, AreSpelled) {
  EXPECT_EQ(to_string(Role::kAny), "any");
  EXPECT_EQ(to_string(Role::kPrimary), "primary");
  EXPECT_EQ(to_string(Role::kStandby), "standby");
}

}  // namespace
}  // namespace pgwatch
