#include "exporter/engine/places.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/exporter/engine/moments.h"

namespace pgwatch {
namespace {

using namespace std::chrono_literals;
using postgres::Backend;
using test::kNow;
using testing::ElementsAre;

TEST(Places, HaveRoomForKeptVisitorAndReserve) {
  Places places(3);
  places.open();
  EXPECT_TRUE(places.visitor_may_open(true));
  places.open();
  EXPECT_TRUE(places.kept_may_open()) << "the reserve";
  places.open();
  EXPECT_FALSE(places.kept_may_open());
  EXPECT_FALSE(places.visitor_may_open(true));
  places.close();
  EXPECT_TRUE(places.kept_may_open());
  EXPECT_EQ(places.open_count(), 2);
}

TEST(Places, TheVisitorLeavesTheLastOneToTheKept) {
  Places places(2);
  places.open();
  EXPECT_FALSE(places.visitor_may_open(false));
  EXPECT_TRUE(places.kept_may_open());
  EXPECT_TRUE(places.visitor_may_open(true)) << "where the open one is the kept";
}

TEST(Places, OneAloneIsForTheKept) {
  Places places(1);
  EXPECT_FALSE(places.visitor_may_open(false));
  EXPECT_TRUE(places.kept_may_open());
  places.open();
  EXPECT_FALSE(places.visitor_may_open(true));
}

TEST(Places, AnAbandonedConnectionKeepsItsPlace) {
  Places places(1);
  places.open();
  places.abandon({4711, "then"}, kNow);
  EXPECT_EQ(places.open_count(), 0);
  EXPECT_EQ(places.abandoned_count(), 1u);
  EXPECT_THAT(places.abandoned(), ElementsAre(Backend{4711, "then"}));
  EXPECT_FALSE(places.kept_may_open());
}

TEST(Places, AreGivenBackWhenTheServerNoLongerShowsTheBackend) {
  Places places(3);
  const Backend gone{1, "then"};
  const Backend here{2, "then"};
  for (const Backend& backend : {gone, here}) {
    places.open();
    places.abandon(backend, kNow);
  }
  places.confirm(places.abandoned(), {here});
  EXPECT_THAT(places.abandoned(), ElementsAre(here));
  places.confirm({here}, {{2, "later"}});
  EXPECT_EQ(places.abandoned_count(), 0u) << "another process of that number";
}

TEST(Places, ABackendOfUnknownStartIsKnownByItsPid) {
  Places places(3);
  places.open();
  places.abandon({1, ""}, kNow);
  places.confirm(places.abandoned(), {{1, "whenever"}});
  EXPECT_EQ(places.abandoned_count(), 1u);
}

// The server was asked for the first alone; that it does not show the second means nothing.
TEST(Places, AreNotGivenBackForABackendNobodyAskedFor) {
  Places places(3);
  places.open();
  places.abandon({1, "then"}, kNow);
  const auto asked_for = places.abandoned();
  places.open();
  places.abandon({2, "then"}, kNow);
  places.confirm(asked_for, {});
  EXPECT_THAT(places.abandoned(), ElementsAre(Backend{2, "then"}));
}

TEST(Places, AreGivenBackByTheClock) {
  Places places(3);
  for (const auto time : {1s, 2s, 3s}) {
    places.open();
    places.abandon({static_cast<int>(time.count()), ""}, kNow + time);
  }
  EXPECT_EQ(places.expire(kNow), 0u);
  EXPECT_EQ(places.expire(kNow + 2s), 2u);
  EXPECT_THAT(places.abandoned(), ElementsAre(Backend{3, ""}));
}

}  // namespace
}  // namespace pgwatch
