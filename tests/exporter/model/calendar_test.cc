// Market time and when a feed is expected, on a few sessions that one can count by hand.
#include "exporter/model/calendar.h"

#include <gtest/gtest.h>

namespace pgwatch {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::sys_days;
using std::chrono::year;

constexpr sys_days kThursday = year{2026} / 11 / 5;
constexpr sys_days kFriday = year{2026} / 11 / 6;
constexpr sys_days kMonday = year{2026} / 11 / 9;
constexpr sys_days kNextWeek = year{2026} / 11 / 16;

Session session(sys_days date, minutes open, minutes close) { return {date + open, date + close, date}; }

// Thursday and Friday from 9 to 11 and from 12 to 15; Monday from 9 to 11.
Calendar with_lunch() {
  return {"lunch",
          {session(kThursday, hours{9}, hours{11}), session(kThursday, hours{12}, hours{15}),
           session(kFriday, hours{9}, hours{11}), session(kFriday, hours{12}, hours{15}),
           session(kMonday, hours{9}, hours{11})},
          {kThursday, kNextWeek},
          SysSeconds{kNextWeek}};
}

// From Thursday's midnight to Saturday's in two sessions that touch.
Calendar around_two_days() {
  return {"touching",
          {session(kThursday, hours{0}, hours{24}), session(kFriday, hours{0}, hours{24})},
          {kThursday, kNextWeek},
          std::nullopt};
}

TEST(Calendar, IsOpenFromItsOpenUntilJustBeforeItsClose) {
  const Calendar calendar = with_lunch();
  EXPECT_FALSE(calendar.is_open(kFriday + hours{9} - Seconds{1}));
  EXPECT_TRUE(calendar.is_open(kFriday + hours{9}));
  EXPECT_TRUE(calendar.is_open(kFriday + hours{11} - Seconds{1}));
  EXPECT_FALSE(calendar.is_open(kFriday + hours{11}));
  EXPECT_EQ(calendar.current(kFriday + hours{13}), session(kFriday, hours{12}, hours{15}));
}

TEST(Calendar, CountsTheSecondsWithinSessions) {
  const Calendar calendar = with_lunch();
  EXPECT_EQ(calendar.elapsed(kFriday + hours{10}, kFriday + hours{13}), hours{2});
  EXPECT_EQ(calendar.elapsed(kFriday + hours{14}, kMonday + hours{10}), hours{2});
  EXPECT_EQ(calendar.elapsed(kFriday + hours{16}, kMonday + hours{8}), Seconds{0});
  EXPECT_EQ(calendar.elapsed(kThursday + hours{14} + Seconds{7}, kThursday + hours{23}), hours{1} - Seconds{7});
}

TEST(Calendar, CountsBackwardsBelowZero) {
  EXPECT_EQ(with_lunch().elapsed(kMonday + hours{10}, kFriday + hours{14}), -hours{2});
  EXPECT_EQ(Calendar::always("always").elapsed(kMonday, kFriday), -hours{72});
}

TEST(Calendar, GoesBackOverBreaksAndWeekends) {
  const Calendar calendar = with_lunch();
  EXPECT_EQ(calendar.back(kMonday + hours{10}, hours{2}), kFriday + hours{14});
  EXPECT_EQ(calendar.back(kFriday + hours{13}, hours{2}), kFriday + hours{10});
  EXPECT_EQ(calendar.back(kMonday, minutes{1}), kFriday + hours{15} - minutes{1});
}

TEST(Calendar, GoesBackToTheLatestInstantThatWillDo) {
  const Calendar calendar = with_lunch();
  EXPECT_EQ(calendar.back(kMonday + hours{10}, hours{1}), kMonday + hours{9}) << "not to Friday's close";
  EXPECT_EQ(calendar.back(kMonday, Seconds{0}), kMonday) << "not to the next open";
}

TEST(Calendar, GoesBackNoFurtherThanTheFirstSession) {
  const Calendar calendar = with_lunch();
  EXPECT_EQ(calendar.back(kFriday, hours{100}), kThursday + hours{9});
  EXPECT_EQ(calendar.elapsed(calendar.back(kFriday, hours{100}), kFriday), hours{5}) << "less than was asked for";
  EXPECT_EQ(calendar.back(kThursday, hours{1}), kThursday);
  const Calendar empty("empty", {}, {kThursday, kNextWeek}, std::nullopt);
  EXPECT_EQ(empty.back(kMonday, hours{1}), kThursday);
}

TEST(Calendar, IsActiveBetweenTheGraces) {
  const Calendar calendar = with_lunch();
  const auto active = [&](SysSeconds at) { return calendar.active(at, minutes{3}, minutes{2}); };
  EXPECT_FALSE(active(kMonday + hours{9} + minutes{3} - Seconds{1}));
  EXPECT_TRUE(active(kMonday + hours{9} + minutes{3}));
  EXPECT_TRUE(active(kMonday + hours{11} + minutes{2} - Seconds{1}));
  EXPECT_FALSE(active(kMonday + hours{11} + minutes{2}));
}

TEST(Calendar, GivesGraceAfterABreakToo) {
  const Calendar calendar = with_lunch();
  EXPECT_FALSE(calendar.active(kFriday + hours{12} + minutes{2}, minutes{3}, minutes{2}));
  EXPECT_TRUE(calendar.active(kFriday + hours{12} + minutes{3}, minutes{3}, minutes{2}));
}

TEST(Calendar, IsActiveThroughABreakThatIsShorterThanTheCloseGrace) {
  EXPECT_TRUE(with_lunch().active(kFriday + hours{12} + minutes{1}, minutes{3}, minutes{90}));
}

TEST(Calendar, SessionsThatTouchHaveNoGraceBetweenThem) {
  const Calendar calendar = around_two_days();
  EXPECT_TRUE(calendar.active(SysSeconds{kFriday}, minutes{3}, minutes{0}));
  EXPECT_FALSE(calendar.active(SysSeconds{kThursday}, minutes{3}, minutes{0}));
  EXPECT_EQ(calendar.current(SysSeconds{kFriday})->date, std::chrono::year_month_day(kFriday));
}

TEST(Calendar, ADateIsCompletedWithItsLastSession) {
  const Calendar calendar = with_lunch();
  EXPECT_EQ(calendar.last_completed(kFriday + hours{11}, minutes{0}), session(kThursday, hours{9}, hours{15}));
  EXPECT_EQ(calendar.last_completed(kFriday + hours{15}, minutes{0}), session(kFriday, hours{9}, hours{15}));
  EXPECT_EQ(calendar.last_completed(kFriday + hours{15}, minutes{1})->date, std::chrono::year_month_day(kThursday));
  EXPECT_EQ(calendar.last_completed(kThursday + hours{13}, minutes{0}), std::nullopt);
}

TEST(Calendar, KnowsTheNextOpen) {
  const Calendar calendar = with_lunch();
  EXPECT_EQ(calendar.next_open(kFriday + hours{16}), kMonday + hours{9});
  EXPECT_EQ(calendar.next_open(kFriday + hours{9}), kFriday + hours{12});
  EXPECT_EQ(calendar.next_open(kMonday + hours{9}), std::nullopt);
}

TEST(Calendar, SaysWhatItDoesNotCover) {
  const Calendar calendar = with_lunch();
  EXPECT_FALSE(calendar.covers(kThursday - Seconds{1}));
  EXPECT_TRUE(calendar.covers(kThursday));
  EXPECT_TRUE(calendar.covers(kNextWeek - Seconds{1}));
  EXPECT_FALSE(calendar.covers(kNextWeek));
  EXPECT_EQ(calendar.valid_until(), SysSeconds{kNextWeek});
}

TEST(Calendar, AroundTheClockIsPlainTime) {
  const Calendar calendar = Calendar::always("always");
  const SysSeconds noon = kFriday + hours{12};
  EXPECT_TRUE(calendar.is_open(noon));
  EXPECT_TRUE(calendar.covers(SysSeconds::min()));
  EXPECT_TRUE(calendar.active(noon, hours{30}, Seconds{0}));
  EXPECT_EQ(calendar.elapsed(noon, noon + hours{72}), hours{72});
  EXPECT_EQ(calendar.back(noon, hours{36}), SysSeconds{kThursday});
  EXPECT_EQ(calendar.next_open(noon), std::nullopt);
  EXPECT_EQ(calendar.valid_until(), std::nullopt);
}

TEST(Calendar, AroundTheClockDatesAreDaysInUtc) {
  const Calendar calendar = Calendar::always("always");
  EXPECT_EQ(calendar.current(kFriday + hours{12}), session(kFriday, hours{0}, hours{24}));
  EXPECT_EQ(calendar.last_completed(kFriday + minutes{5}, minutes{5}), session(kThursday, hours{0}, hours{24}));
  EXPECT_EQ(calendar.last_completed(kFriday + minutes{4}, minutes{5})->date,
            std::chrono::year_month_day(kThursday - std::chrono::days{1}));
}

}  // namespace
}  // namespace pgwatch
