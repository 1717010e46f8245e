#include "tests/peer/tally.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pgwatch::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kNothing = "";

// Of comparisons, each with their page at its end; their first page is like their second.
std::vector<std::string> real_of(const std::vector<std::pair<std::vector<Difference>, std::string>>& rounds) {
  Tally tally{Exposition(rounds.front().second)};
  for (const auto& [found, theirs] : rounds) tally.add(found, Exposition(theirs));
  std::vector<std::string> texts;
  for (const Difference& one : tally.real()) texts.push_back(to_string(one.what) + " " + one.name + one.family);
  return texts;
}

std::string page(const std::string& value) { return "# TYPE x gauge\nx{a=\"1\"} " + value + "\n"; }

Difference of_x(What what) { return {what, "", "x", {{"a", "1"}, {"server", "main"}}}; }

TEST(Tally, TakesAFamilyOrItsLabelsForRealAtOnce) {
  for (const What what : {What::kFamily, What::kType, What::kLabels})
    EXPECT_THAT(real_of({{{}, kNothing}, {{{what, "x"}}, kNothing}, {{}, kNothing}}),
                ElementsAre(to_string(what) + " x"));
}

TEST(Tally, TakesASeriesForRealThatTheyAlwaysHave) {
  EXPECT_THAT(real_of({{{}, page("1")}, {{of_x(What::kSeries)}, page("2")}, {{}, page("3")}}), ElementsAre("series x"));
  EXPECT_THAT(real_of({{{}, page("1")}, {{of_x(What::kSeries)}, page("1")}, {{}, kNothing}}), IsEmpty());
}

TEST(Tally, TakesAValueForRealThatTheyNeverChange) {
  EXPECT_THAT(real_of({{{}, page("1")}, {{of_x(What::kValue)}, page("1")}, {{}, page("1")}}), ElementsAre("value x"));
  EXPECT_THAT(real_of({{{}, page("1")}, {{of_x(What::kValue)}, page("1")}, {{}, page("2")}}), IsEmpty());
}

TEST(Tally, TakesWhatIsSeenOnceInFiveLooksForAnAccident) {
  const std::pair<std::vector<Difference>, std::string> nothing = {{}, page("1")};
  for (const What what : {What::kSeries, What::kValue}) {
    EXPECT_THAT(real_of({{{of_x(what)}, page("1")}, nothing, nothing, nothing, nothing}), IsEmpty());
    EXPECT_THAT(real_of({{{of_x(what)}, page("1")}, {{of_x(what)}, page("1")}, nothing, nothing, nothing}),
                ElementsAre(to_string(what) + " x"));
  }
}

TEST(Tally, TakesWhatMovesForRealThatMissesMoreOftenThanNot) {
  for (const What what : {What::kSeries, What::kValue}) {
    const std::vector<Difference> one = {of_x(what)};
    EXPECT_THAT(real_of({{{}, kNothing}, {one, kNothing}, {{}, kNothing}, {one, kNothing}, {{}, kNothing}}), IsEmpty());
    EXPECT_THAT(real_of({{one, kNothing}, {{}, kNothing}, {one, kNothing}}), ElementsAre(to_string(what) + " x"));
  }
}

TEST(Tally, TakesWhatIsRestlessForMoving) {
  const Difference one{What::kValue, "pg_locks_count", "x", {{"a", "1"}}};
  Tally tally(Exposition(page("1")), {"pg_locks"});
  for (const bool differs : {true, true, false, false, false})
    tally.add(differs ? std::vector{one} : std::vector<Difference>{}, Exposition(page("1")));
  EXPECT_THAT(tally.real(), IsEmpty());
}

TEST(Tally, CountsOnceWhatOneComparisonFindsTwice) {
  const Difference one = of_x(What::kValue);
  EXPECT_THAT(real_of({{{one, one}, kNothing}, {{}, kNothing}}), IsEmpty());
}

TEST(Tally, CountsEachSeriesByItself) {
  EXPECT_THAT(real_of({{{{What::kValue, "", "x", {{"a", "1"}}}}, kNothing},
                       {{{What::kValue, "", "x", {{"a", "2"}}}}, kNothing}}),
              IsEmpty());
}

}  // namespace
}  // namespace pgwatch::test
