#include "exporter/model/rows.h"

#include <gtest/gtest.h>

#include <utility>

namespace pgwatch {
namespace {

TEST(Rows, GiveBackCellsByRowAndColumn) {
  Rows rows({"name", "value"});
  rows.add({"a", "1"});
  rows.add({"b", "22"});
  EXPECT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows.at(0, std::size_t{0}), "a");
  EXPECT_EQ(rows.at(1, std::size_t{1}), "22");
  EXPECT_EQ(rows.at(1, "name"), "b");
  EXPECT_EQ(rows.bytes(), 5U);
}

TEST(Rows, TellNullFromEmpty) {
  Rows rows({"null", "empty", "after"});
  rows.add({std::nullopt, "", "x"});
  EXPECT_EQ(rows.at(0, "null"), std::nullopt);
  EXPECT_EQ(rows.at(0, "empty"), "");
  EXPECT_EQ(rows.at(0, "after"), "x");
}

TEST(Rows, GiveNullForAColumnTheyDoNotHave) {
  Rows rows({"here"});
  rows.add({"1"});
  EXPECT_EQ(rows.at(0, "elsewhere"), std::nullopt);
  EXPECT_EQ(rows.find("elsewhere"), std::nullopt);
}

TEST(Rows, GiveNullForARowTheyDoNotHave) { EXPECT_EQ(Rows({"x"}).at(0, "x"), std::nullopt); }

TEST(Rows, FindTheFirstOfTwoColumnsOfOneName) {
  Rows rows({"x", "x"});
  rows.add({"1", "2"});
  EXPECT_EQ(rows.at(0, "x"), "1");
}

TEST(Rows, WithoutColumnsHaveNoRows) { EXPECT_EQ(Rows().size(), 0U); }

TEST(Rows, KeepCellsValidWhenMoved) {
  Rows rows({"x"});
  rows.add({"a text too long for the small string optimisation"});
  const Cell cell = rows.at(0, "x");
  const Rows moved = std::move(rows);
  EXPECT_EQ(cell->data(), moved.at(0, "x")->data());
}

}  // namespace
}  // namespace pgwatch
