#include "tests/peer/tally.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pgwatch::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> real_of(const std::vector<std::vector<Difference>>& rounds) {
  Tally tally;
  for (const std::vector<Difference>& round : rounds) tally.add(round);
  std::vector<std::string> texts;
  for (const Difference& one : tally.real()) texts.push_back(to_string(one));
  return texts;
}

TEST(Tally, TakesAFamilyOrItsLabelsForRealAtOnce) {
  for (const What what : {What::kFamily, What::kType, What::kLabels})
    EXPECT_THAT(real_of({{}, {{what, "pg_x"}}, {}, {}, {}}), ElementsAre(to_string(what) + " pg_x"));
}

TEST(Tally, TakesASeriesOrAValueForRealThatMissesMoreOftenThanNot) {
  for (const What what : {What::kSeries, What::kValue}) {
    const std::vector<Difference> one = {{what, "pg_x"}};
    EXPECT_THAT(real_of({{}, one, {}, one, {}}), IsEmpty());
    EXPECT_THAT(real_of({one, {}, one, {}, one}), ElementsAre(to_string(what) + " pg_x"));
  }
}

TEST(Tally, CountsOnceWhatOneComparisonFindsTwice) {
  const Difference one{What::kValue, "pg_x"};
  EXPECT_THAT(real_of({{one, one}, {}}), IsEmpty());
}

TEST(Tally, CountsEachSeriesByItself) {
  EXPECT_THAT(real_of({{{What::kValue, "pg_x", "pg_x", {{"a", "1"}}}}, {{What::kValue, "pg_x", "pg_x", {{"a", "2"}}}}}),
              IsEmpty());
}

}  // namespace
}  // namespace pgwatch::test
