// Local times become instants, also where a clock jumps.
#include "exporter/calendar/expand.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace pgwatch {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Gt;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

const std::set<unsigned> kEveryDay = {0, 1, 2, 3, 4, 5, 6};

// In 2026 Berlin's clock jumps from 2:00 to 3:00 on March 29, and goes back from 3:00 to 2:00 on October 25.
constexpr auto kForward = year{2026} / 3 / 29;
constexpr auto kBack = year{2026} / 10 / 25;

Session session(year_month_day date, minutes open, minutes close) {
  return {sys_days(date) + open, sys_days(date) + close, date};
}

std::vector<Session> in_berlin(year_month_day date, std::vector<WeeklySession> sessions) {
  return expand("berlin", {"Europe/Berlin", std::move(sessions)}, date, date).sessions();
}

TEST(Expand, TheDayAfterThanksgivingClosesAtOne) {
  CalendarSpec spec{"America/New_York", {{{1, 2, 3, 4, 5}, hours{9} + minutes{30}, hours{16}}}};
  spec.special.holidays.insert(year{2026} / 11 / 26);
  spec.special.early_close[year{2026} / 11 / 27] = hours{13};
  const Calendar calendar = expand("ny", spec, year{2026} / 11 / 25, year{2026} / 11 / 30);
  EXPECT_THAT(calendar.sessions(), ElementsAre(session(year{2026} / 11 / 25, hours{14} + minutes{30}, hours{21}),
                                               session(year{2026} / 11 / 27, hours{14} + minutes{30}, hours{18}),
                                               session(year{2026} / 11 / 30, hours{14} + minutes{30}, hours{21})));
}

TEST(Expand, TheOpenMovesWithTheClock) {
  const CalendarSpec spec{"America/New_York", {{{1, 5}, hours{9} + minutes{30}, hours{16}}}};
  const Calendar calendar = expand("ny", spec, year{2026} / 3 / 6, year{2026} / 3 / 9);
  EXPECT_THAT(calendar.sessions(), ElementsAre(session(year{2026} / 3 / 6, hours{14} + minutes{30}, hours{21}),
                                               session(year{2026} / 3 / 9, hours{13} + minutes{30}, hours{20})));
}

TEST(Expand, AMondayThatOpensOnSundayIsMonday) {
  const CalendarSpec spec{"America/Chicago", {{{1, 2, 3, 4, 5}, hours{17}, hours{16}, true}}};
  const Calendar calendar = expand("cme", spec, year{2026} / 11 / 23, year{2026} / 11 / 23);
  ASSERT_THAT(calendar.sessions(), SizeIs(2));
  EXPECT_EQ(calendar.sessions()[0], session(year{2026} / 11 / 23, -hours{1}, hours{22}));
  EXPECT_EQ(calendar.sessions()[1].date, year{2026} / 11 / 24) << "it reaches into Monday";
}

TEST(Expand, WithinTheHourThatIsLeftOutTheClockJumps) {
  EXPECT_THAT(in_berlin(kForward, {{{0}, hours{2} + minutes{30}, hours{4}}}),
              ElementsAre(session(kForward, hours{1}, hours{2})));
  EXPECT_THAT(in_berlin(kForward, {{{0}, hours{0}, hours{2} + minutes{30}}}),
              ElementsAre(session(kForward, -hours{1}, hours{1})));
  EXPECT_THAT(in_berlin(kForward, {{{0}, hours{2} + minutes{15}, hours{2} + minutes{45}}}), SizeIs(0));
}

TEST(Expand, WithinTheHourThatComesTwiceItOpensTheFirstAndClosesTheSecondTime) {
  EXPECT_THAT(in_berlin(kBack, {{{0}, hours{2} + minutes{30}, hours{4}}}),
              ElementsAre(session(kBack, minutes{30}, hours{3})));
  EXPECT_THAT(in_berlin(kBack, {{{0}, hours{1}, hours{2} + minutes{30}}}),
              ElementsAre(session(kBack, -hours{1}, hours{1} + minutes{30})));
}

TEST(Expand, SessionsThatTouchInTheHourThatComesTwiceStillDo) {
  const minutes touch = hours{2} + minutes{30};
  EXPECT_THAT(
      in_berlin(kBack, {{{0}, hours{1}, touch}, {{0}, touch, hours{4}}}),
      ElementsAre(session(kBack, -hours{1}, hours{1} + minutes{30}), session(kBack, hours{1} + minutes{30}, hours{3})));
}

TEST(Expand, ADayOfTheChangeIsAnHourShorterOrLonger) {
  EXPECT_THAT(in_berlin(kForward, {{{0}, hours{0}, hours{24}}}), ElementsAre(session(kForward, -hours{1}, hours{22})));
  EXPECT_THAT(in_berlin(kBack, {{{0}, hours{0}, hours{24}}}), ElementsAre(session(kBack, -hours{2}, hours{23})));
}

TEST(Expand, HolidaysAreKnownUntilTheEndOfTheirLastDay) {
  CalendarSpec spec{"America/New_York", {{{1}, hours{9}, hours{16}}}};
  EXPECT_EQ(expand("ny", spec, kForward, kBack).valid_until(), std::nullopt);
  spec.valid_until = year{2028} / 12 / 31;
  EXPECT_EQ(expand("ny", spec, kForward, kBack).valid_until(), sys_days(year{2029} / 1 / 1) + hours{5});
}

TEST(Expand, ReachesFromThreeYearsBackToTenAhead) {
  const CalendarSpec spec{"Asia/Tokyo", {{kEveryDay, hours{9}, hours{15}}}};
  const SysSeconds now = sys_days(year{2026} / 11 / 21) + hours{15};
  const Calendar calendar = expand_around("tse", spec, now);
  constexpr std::chrono::days kYear{365};
  EXPECT_TRUE(calendar.covers(now - 3 * kYear));
  EXPECT_FALSE(calendar.covers(now - 4 * kYear));
  EXPECT_TRUE(calendar.covers(now + 10 * kYear));
  EXPECT_FALSE(calendar.covers(now + 11 * kYear));
  EXPECT_TRUE(calendar.next_open(now + 10 * kYear));
}

// The library does not know by which rule a clock goes on being changed: better no answer than one an hour wrong.
TEST(Expand, EndsWithTheTimeZoneData) {
  const auto last = year{2040} / 12 / 31;
  const CalendarSpec changing{"America/New_York", {{kEveryDay, hours{9}, hours{16}}}};
  const Calendar new_york = expand("ny", changing, kForward, last);
  EXPECT_TRUE(new_york.covers(sys_days(year{2037} / 12 / 31)));
  EXPECT_FALSE(new_york.covers(SysSeconds{sys_days(year{2038} / 1 / 1)}));
  EXPECT_THROW(expand("ny", changing, year{2039} / 1 / 1, last), std::runtime_error);
  const CalendarSpec steady{"Asia/Tokyo", {{kEveryDay, hours{9}, hours{15}}}};
  EXPECT_TRUE(expand("tse", steady, kForward, last).covers(SysSeconds{sys_days(last)}));
}

TEST(Expand, NothingWrittenIsAroundTheClock) {
  EXPECT_TRUE(expand("always", CalendarSpec{}, kForward, kForward).is_always_open());
}

TEST(Expand, AnUnknownZoneIsNamed) {
  const CalendarSpec spec{"America/New_Yorck", {{{1}, hours{9}, hours{16}}}};
  try {
    expand("us", spec, kForward, kBack);
    FAIL() << "it was taken";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("calendar us"), HasSubstr("America/New_Yorck")));
  }
}

TEST(TimeZones, AreThoseOfTheSystem) {
  EXPECT_TRUE(is_time_zone("America/New_York"));
  EXPECT_TRUE(is_time_zone("UTC"));
  for (const char* name : {"", "America/New_Yorck", "EST5EDT4", "../zoneinfo/UTC", "zone.tab", "america/new_york"})
    EXPECT_FALSE(is_time_zone(name)) << name;
  EXPECT_THAT(time_zone_names(), AllOf(SizeIs(Gt(300U)), Contains("Asia/Tokyo"), Not(Contains("posixrules"))));
}

}  // namespace
}  // namespace pgwatch
