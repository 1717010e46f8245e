// The days of the New York exchanges, held to the rules by which they are chosen.
#include "exporter/calendar/shipped.h"

#include <gtest/gtest.h>

#include "exporter/calendar/expand.h"
#include "exporter/calendar/written.h"

namespace pgwatch {
namespace {

using namespace std::chrono;
using Dates = std::set<year_month_day>;

constexpr year kFirstYear{2023};
constexpr year kLastYear{2028};

// Sunday after the first full moon of spring, by the Gregorian reckoning.
sys_days easter(year of) {
  const int y = static_cast<int>(of);
  const int century = y / 100;
  const int moon = (19 * (y % 19) + century - century / 4 - (century - (century + 8) / 25 + 1) / 3 + 15) % 30;
  const int week = (32 + 2 * (century % 4) + 2 * (y % 100 / 4) - moon - y % 4) % 7;
  const int late = (y % 19 + 11 * moon + 22 * week) / 451;
  const int day = moon + week - 7 * late + 114;
  return of / (day / 31) / (day % 31 + 1);
}

bool is_weekday(sys_days date) { return weekday(date) != Saturday && weekday(date) != Sunday; }

// On Monday where it falls on Sunday, on Friday where it falls on Saturday.
sys_days observed(sys_days date) {
  if (weekday(date) == Sunday) return date + days{1};
  if (weekday(date) == Saturday) return date - days{1};
  return date;
}

void add_year(year of, Dates& holidays) {
  // A new year that begins on a Saturday is not kept in the year before.
  if (weekday(sys_days(of / 1 / 1)) != Saturday) holidays.insert(observed(of / 1 / 1));
  holidays.insert(sys_days(of / 1 / Monday[3]));
  holidays.insert(sys_days(of / 2 / Monday[3]));
  holidays.insert(easter(of) - days{2});
  holidays.insert(sys_days(of / 5 / Monday[last]));
  holidays.insert(observed(of / 6 / 19));
  holidays.insert(observed(of / 7 / 4));
  holidays.insert(sys_days(of / 9 / Monday[1]));
  holidays.insert(sys_days(of / 11 / Thursday[4]));
  holidays.insert(observed(of / 12 / 25));
}

// The day after Thanksgiving, and the eves of Independence Day and Christmas where both days are of trade's week.
Dates half_days(year of, const Dates& holidays) {
  Dates halves = {sys_days(of / 11 / Thursday[4]) + days{1}};
  for (const sys_days feast : {sys_days(of / 7 / 4), sys_days(of / 12 / 25)}) {
    const sys_days eve = feast - days{1};
    if (is_weekday(feast) && is_weekday(eve) && !holidays.contains(eve)) halves.insert(eve);
  }
  return halves;
}

TEST(ShippedCalendars, UsEquitiesKeepTheExchangesHolidays) {
  Dates expected = {year{2025} / 1 / 9};  // a president's funeral
  for (year of = kFirstYear; of <= kLastYear; ++of) add_year(of, expected);
  const Dates shipped = shipped_calendars().at("us_equities").special.holidays;
  for (const auto& date : expected) EXPECT_TRUE(shipped.contains(date)) << to_text(date) << " is missing";
  for (const auto& date : shipped) EXPECT_TRUE(expected.contains(date)) << to_text(date) << " is none";
}

TEST(ShippedCalendars, UsEquitiesCloseEarlyBeforeAndAfterThem) {
  const CalendarSpec spec = shipped_calendars().at("us_equities");
  Dates expected;
  for (year of = kFirstYear; of <= kLastYear; ++of) expected.merge(half_days(of, spec.special.holidays));
  Dates shipped;
  for (const auto& [date, close] : spec.special.early_close) {
    EXPECT_EQ(close, hours{13}) << to_text(date);
    shipped.insert(date);
  }
  EXPECT_EQ(shipped.size(), expected.size());
  for (const auto& date : expected) EXPECT_TRUE(shipped.contains(date)) << to_text(date) << " is missing";
}

TEST(ShippedCalendars, UsEquitiesAreValidAsFarAsTheyAreListed) {
  const CalendarSpec spec = shipped_calendars().at("us_equities");
  ASSERT_TRUE(spec.valid_until);
  EXPECT_EQ(*spec.valid_until, kLastYear / 12 / 31);
  EXPECT_EQ(spec.special.holidays.rbegin()->year(), spec.valid_until->year());
}

TEST(ShippedCalendars, AllMakeSense) {
  for (const auto& [name, spec] : shipped_calendars()) EXPECT_EQ(problem(spec), "") << name;
}

TEST(ShippedCalendars, AlwaysNeverCloses) {
  const Calendar calendar = expand_around("always", shipped_calendars().at("always"), sys_days(year{2026} / 11 / 21));
  EXPECT_TRUE(calendar.is_always_open());
  EXPECT_EQ(calendar.name(), "always");
}

}  // namespace
}  // namespace pgwatch
