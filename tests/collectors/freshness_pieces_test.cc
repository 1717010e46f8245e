// Answers to a question that is asked piece by piece, put together.
#include "collectors/freshness/pieces.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>

#include "collectors/freshness/relation.h"

namespace pgwatch::collectors {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

Rows row(std::vector<std::string> columns, std::initializer_list<Cell> cells) {
  Rows rows(std::move(columns));
  rows.add(cells);
  return rows;
}

Rows steps(Cell count, Cell first, Cell last) {
  return row({"steps", "first_step", "last_step"}, {count, first, last});
}

Rows groups(std::initializer_list<std::initializer_list<Cell>> all) {
  Rows rows({"group", "newest", "ingested", "groups"});
  for (const auto& one : all) rows.add(one);
  return rows;
}

FreshnessCheck with_groups(int most) {
  FreshnessCheck check;
  check.groups = FreshnessCheck::Groups{.column = "symbol", .most = most};
  return check;
}

std::vector<std::string> names_of(const Rows& rows) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < rows.size(); ++i) names.emplace_back(rows.at(i, "group").value_or("NULL"));
  return names;
}

TEST(FreshnessPieces, AddUpWhatIsCountedInAWindow) {
  Memory memory;
  gather_window(row({"rows_in_window", "worst_delay_seconds"}, {"9", "7.5"}), memory);
  gather_window(row({"rows_in_window", "worst_delay_seconds"}, {"2", std::nullopt}), memory);
  gather_window(row({"rows_in_window", "worst_delay_seconds"}, {"0", "10"}), memory);
  EXPECT_EQ(gathered_window(memory).at(0, "rows_in_window"), "11");
  EXPECT_EQ(gathered_window(memory).at(0, "worst_delay_seconds"), "10");
}

TEST(FreshnessPieces, CountAStepOnceThatTwoOfThemShare) {
  Memory memory;
  gather_window(steps("3", "7", "9"), memory);
  gather_window(steps("0", std::nullopt, std::nullopt), memory);
  gather_window(steps("1", "7", "7"), memory);
  gather_window(steps("2", "6", "7"), memory);
  gather_window(steps("2", "4", "5"), memory);
  EXPECT_EQ(gathered_window(memory).at(0, "steps"), "6") << "9, 8, 7, 6, 5 and 4";
}

TEST(FreshnessPieces, SayNothingWhereNothingWasAsked) {
  EXPECT_EQ(gathered_window({}).size(), 0U);
  EXPECT_THAT(names_of(gathered_groups(with_groups(3), {}, {})), ElementsAre("NULL"));
}

TEST(FreshnessPieces, HaveTheNewestRowOfAGroupInTheFirstThatHasAny) {
  Memory memory;
  gather_groups(groups({{"A", "300", "301", "1"}}), memory);
  gather_groups(groups({{"A", "200", "500", "2"}, {"B c", "150", std::nullopt, "2"}}), memory);
  const Rows rows = gathered_groups(with_groups(3), {}, memory);
  ASSERT_THAT(names_of(rows), ElementsAre("A", "B c"));
  EXPECT_EQ(rows.at(0, "newest"), "300");
  EXPECT_EQ(rows.at(0, "ingested"), "500") << "any of its rows was written last";
  EXPECT_EQ(rows.at(1, "newest"), "150");
  EXPECT_EQ(rows.at(1, "ingested"), std::nullopt);
  EXPECT_EQ(rows.at(1, "groups"), "2");
}

TEST(FreshnessPieces, DropTheGroupsThatAreNotExpected) {
  Memory memory;
  gather_groups(groups({{"A", "3", "3", "2"}, {"B", "3", "3", "2"}}), memory);
  gather_groups(groups({{"Z", "1", "1", "9"}, {"C", "1", "1", "9"}}), memory);
  const Rows rows = gathered_groups(with_groups(2), {"Z"}, memory);
  EXPECT_THAT(names_of(rows), ElementsAre("Z", "A"));
  EXPECT_EQ(rows.at(0, "groups"), "9") << "of one piece alone";
}

Relation chunked(std::size_t at_once) {
  Relation relation;
  relation.chunks = {900, 800, 800, 700, 600, 500};
  relation.slices_at_once = at_once;
  return relation;
}

TEST(FreshnessPieces, BeginWhereChunksDo) {
  EXPECT_THAT(chunked(2).pieces_from(550), ElementsAre(800, 600, 550));
  EXPECT_THAT(chunked(2).pieces_from(650), ElementsAre(800, 650));
  EXPECT_THAT(chunked(2).pieces_from(800), ElementsAre(800)) << "and none is empty";
  EXPECT_THAT(chunked(9).pieces_from(100), ElementsAre(100));
  EXPECT_THAT(Relation().pieces_from(100), SizeIs(1)) << "what has no chunks";
}

}  // namespace
}  // namespace pgwatch::collectors
