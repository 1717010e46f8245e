// Ages in market time, when a calendar rests, and which session's rows are due: on days in November 2023.
#include "exporter/health/freshness_age.h"

#include <gtest/gtest.h>

#include "tests/exporter/health/freshness_samples.h"

namespace pgwatch::health {
namespace {

constexpr double kMinute = 60;
constexpr double kHour = 3'600;

FreshnessCheck market() {
  FreshnessCheck check = bars();
  check.clock = FreshnessCheck::Clock::kMarket;
  check.calendar = new_york();
  check.open_grace = std::chrono::minutes{3};
  check.close_grace = std::chrono::minutes{2};
  return check;
}

double market_age(const std::string& then, const std::string& now) { return age_of(market(), utc(then), utc(now)); }

std::string rests(const std::string& now) { return why_inactive(market(), utc(now)); }

// -- Ages -------------------------------------------------------------------------------------------------------------

TEST(FreshnessAge, IsTheTimeThatHasPassed) {
  EXPECT_EQ(age_of(bars(), kNow - 1.5, kNow), 1.5);
  FreshnessCheck wall = market();
  wall.clock = FreshnessCheck::Clock::kWall;
  EXPECT_EQ(age_of(wall, utc("2023-11-17 20:59"), utc("2023-11-20 14:36")), 65 * kHour + 37 * kMinute);
}

TEST(FreshnessAge, OfARowThatIsALittleAheadIsNone) {
  EXPECT_EQ(age_of(bars(), kNow + 30, kNow), 0);
  EXPECT_EQ(market_age("2023-11-20 15:01", "2023-11-20 15:00"), 0);
}

TEST(FreshnessAge, InMarketTimeLeavesOutTheNightAndTheWeekend) {
  EXPECT_EQ(market_age("2023-11-20 20:50", "2023-11-21 14:35"), 15 * kMinute);
  EXPECT_EQ(market_age("2023-11-17 20:59", "2023-11-20 14:36"), 7 * kMinute);
}

TEST(FreshnessAge, InMarketTimeKnowsHolidaysAndHalfDays) {
  EXPECT_EQ(market_age("2023-11-22 20:59", "2023-11-24 14:31"), 2 * kMinute);
  EXPECT_EQ(market_age("2023-11-24 17:59", "2023-11-27 14:33"), 4 * kMinute);
}

TEST(FreshnessAge, InMarketTimeStandsStillWhileTheMarketIsClosed) {
  EXPECT_EQ(market_age("2023-11-24 18:00", "2023-11-24 20:30"), 0);
  EXPECT_EQ(market_age("2023-11-24 17:58", "2023-11-26 12:00"), 2 * kMinute);
}

TEST(FreshnessAge, InMarketTimeAroundTheClockIsThatOfTheWall) {
  FreshnessCheck check = market();
  check.calendar = std::make_shared<const Calendar>(Calendar::always("always"));
  EXPECT_EQ(age_of(check, utc("2023-11-17 20:59"), utc("2023-11-20 14:36")), 65 * kHour + 37 * kMinute);
}

// -- Rest -------------------------------------------------------------------------------------------------------------

TEST(FreshnessRest, IsNoneWithoutACalendarOrAroundTheClock) {
  EXPECT_EQ(why_inactive(bars(), kNow), "");
  FreshnessCheck check = market();
  check.calendar = std::make_shared<const Calendar>(Calendar::always("always"));
  EXPECT_EQ(why_inactive(check, utc("2023-11-18 12:00")), "");
}

TEST(FreshnessRest, EndsAGraceAfterTheOpenAndBeginsOneAfterTheClose) {
  EXPECT_EQ(rests("2023-11-20 14:29"), "outside the sessions of xnys, for another 4 m");
  EXPECT_EQ(rests("2023-11-20 14:32"), "outside the sessions of xnys, for another 1 m");
  EXPECT_EQ(rests("2023-11-20 14:33"), "");
  EXPECT_EQ(rests("2023-11-20 21:01"), "");
  EXPECT_EQ(rests("2023-11-20 21:02"), "outside the sessions of xnys, for another 17 h 31 m");
}

TEST(FreshnessRest, CoversWeekendsHolidaysAndTheAfternoonOfAHalfDay) {
  EXPECT_EQ(rests("2023-11-18 15:00"), "outside the sessions of xnys, for another 1 d 23 h");
  EXPECT_NE(rests("2023-11-23 15:00"), "");
  EXPECT_EQ(rests("2023-11-24 18:01"), "");
  EXPECT_NE(rests("2023-11-24 18:02"), "");
}

TEST(FreshnessRest, HasNoEndThatIsKnownAfterTheLastSession) {
  EXPECT_EQ(rests("2023-11-28 22:00"), "outside the sessions of xnys");
}

TEST(FreshnessRest, IsNoneWhereTheCalendarKnowsNothing) {
  EXPECT_FALSE(is_covered(market(), utc("2023-11-29 00:00")));
  EXPECT_EQ(rests("2023-11-29 00:00"), "");
  EXPECT_TRUE(is_covered(market(), utc("2023-11-28 23:59")));
}

TEST(FreshnessRest, IsNoneForRowsOfACompletedSession) {
  FreshnessCheck daily = market();
  daily.completed_session = true;
  EXPECT_EQ(why_inactive(daily, utc("2023-11-18 12:00")), "");
}

// -- Completed sessions -----------------------------------------------------------------------------------------------

bool is_of_due_session(const CalendarPtr& calendar, const std::string& stamp, const std::string& now) {
  FreshnessCheck check = market();
  check.calendar = calendar;
  return utc(stamp) >= due_session(check, utc(now)).value().rows_from;
}

TEST(DueSession, IsTheLastOneThatIsOverSinceAGrace) {
  FreshnessCheck check = market();
  check.close_grace = std::chrono::hours{2};
  const auto date = [&](const std::string& now) { return due_session(check, utc(now)).value().date; };
  using namespace std::chrono_literals;
  EXPECT_EQ(date("2023-11-20 22:59"), 2023y / 11 / 17);
  EXPECT_EQ(date("2023-11-20 23:00"), 2023y / 11 / 20);
  EXPECT_EQ(date("2023-11-24 15:00"), 2023y / 11 / 22);
  EXPECT_EQ(date("2023-11-26 15:00"), 2023y / 11 / 24);
  EXPECT_FALSE(due_session(check, utc("2023-11-16 15:00")));
}

// On the evening of Tuesday the 21st: a day's row may bear its midnight in UTC, its midnight there, its open or close.
TEST(DueSession, KnowsTheStampsOfADayInNewYork) {
  const std::string now = "2023-11-21 21:30";
  for (const char* stamp : {"2023-11-21 00:00", "2023-11-21 05:00", "2023-11-21 14:30", "2023-11-21 21:00"})
    EXPECT_TRUE(is_of_due_session(new_york(), stamp, now)) << stamp;
  for (const char* stamp : {"2023-11-20 00:00", "2023-11-20 05:00", "2023-11-20 14:30", "2023-11-20 21:00"})
    EXPECT_FALSE(is_of_due_session(new_york(), stamp, now)) << stamp;
}

// There midnight is on the day before in UTC, and the open at midnight in UTC.
TEST(DueSession, KnowsTheStampsOfADayInTokyo) {
  const std::string now = "2023-11-21 07:00";
  for (const char* stamp : {"2023-11-20 15:00", "2023-11-21 00:00", "2023-11-21 06:00"})
    EXPECT_TRUE(is_of_due_session(tokyo(), stamp, now)) << stamp;
  for (const char* stamp : {"2023-11-19 15:00", "2023-11-20 00:00", "2023-11-20 06:00"})
    EXPECT_FALSE(is_of_due_session(tokyo(), stamp, now)) << stamp;
}

TEST(DueSession, OverAWeekendIsFridays) {
  for (const CalendarPtr& calendar : {new_york(), tokyo()}) {
    EXPECT_TRUE(is_of_due_session(calendar, "2023-11-17 00:00", "2023-11-19 12:00"));
    EXPECT_FALSE(is_of_due_session(calendar, "2023-11-16 00:00", "2023-11-19 12:00"));
  }
}

}  // namespace
}  // namespace pgwatch::health
