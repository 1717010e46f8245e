#include "tests/peer/exceptions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pgwatch::test {
namespace {

using testing::SizeIs;

Exception read_one(const std::string& line) { return read_exceptions(line + "\n  why\n").at(0); }

bool excuses(const std::string& line, const Difference& difference) {
  return test::excuses(read_one(line), difference);
}

TEST(Exceptions, AreReadWithTheirReasons) {
  const auto all =
      read_exceptions("# a comment\n\nvalue pg_x 17-18 standby\n  First line,\n  and second.\nfamily pg_y\n  b\n");
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[0].line, "value pg_x 17-18 standby");
  EXPECT_EQ(all[0].why, "First line, and second.");
  EXPECT_EQ(all[1].what, What::kFamily);
}

TEST(Exceptions, AreRefusedWithoutAReason) {
  EXPECT_THROW(read_exceptions("value pg_x\nvalue pg_y\n  why\n"), std::invalid_argument);
  EXPECT_THROW(read_exceptions("value pg_x\n"), std::invalid_argument);
}

TEST(Exceptions, AreRefusedWhereTheySayAnythingElse) {
  for (const char* line : {"worth pg_x", "value", "value pg_x 17", "value pg_x primary 17-18", "value pg-x"})
    EXPECT_THROW(read_one(line), std::invalid_argument) << line;
}

TEST(Exceptions, ExcuseTheirFamilyAndKindOnly) {
  EXPECT_TRUE(excuses("value pg_x", {What::kValue, "pg_x"}));
  EXPECT_FALSE(excuses("value pg_x", {What::kSeries, "pg_x"}));
  EXPECT_FALSE(excuses("value pg_x", {What::kValue, "pg_xy"}));
  EXPECT_TRUE(excuses("value pg_x*", {What::kValue, "pg_xy"}));
}

TEST(Exceptions, ExcuseSeriesWhoseLabelsMatch) {
  const std::string line = "series pg_x{slot_name=~\"[0-9]+\",state=~\"idle|active\"}";
  EXPECT_TRUE(excuses(line, {What::kSeries, "pg_x", "pg_x", {{"slot_name", "12"}, {"state", "idle"}, {"more", ""}}}));
  EXPECT_FALSE(excuses(line, {What::kSeries, "pg_x", "pg_x", {{"slot_name", "12a"}, {"state", "idle"}}}));
  EXPECT_FALSE(excuses(line, {What::kSeries, "pg_x", "pg_x", {{"slot_name", "12"}}}));
}

TEST(Exceptions, OfALabelExcuseTheSeriesThatAreSpelledSo) {
  const std::string line = "label pg_x{slot_name=~\"[0-9]+\"}";
  EXPECT_TRUE(excuses(line, {What::kSeries, "pg_x", "pg_x", {{"slot_name", "12"}}}));
  EXPECT_FALSE(excuses(line, {What::kSeries, "pg_x", "pg_x", {{"slot_name", ""}}})) << "as it is without values";
  EXPECT_FALSE(excuses(line, {What::kLabels, "pg_x"}));
}

TEST(Exceptions, HoldOnTheirMajorsAndRole) {
  const Exception some = read_one("value pg_x 16-17 standby");
  EXPECT_TRUE(holds_on(some, 16, "standby"));
  EXPECT_FALSE(holds_on(some, 15, "standby"));
  EXPECT_FALSE(holds_on(some, 18, "standby"));
  EXPECT_FALSE(holds_on(some, 16, "primary"));
  EXPECT_TRUE(holds_on(read_one("value pg_x"), 13, "primary"));
  EXPECT_TRUE(holds_on(read_one("value pg_x archive"), 13, "archive"));
  EXPECT_FALSE(holds_on(read_one("value pg_x stopped"), 13, "standby"));
}

}  // namespace
}  // namespace pgwatch::test
