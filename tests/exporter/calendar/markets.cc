#include "tests/exporter/calendar/markets.h"

#include "exporter/calendar/shipped.h"

namespace pgwatch::test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::sys_days;
using std::chrono::year;

bool is_weekday(unsigned day) { return day >= 1 && day <= 5; }

bool is_between(const WallTime& wall, minutes open, minutes close) {
  return open <= wall.since_midnight && wall.since_midnight < close;
}

Market new_york() {
  const CalendarSpec spec = shipped_calendars().at("us_equities");
  return {"NewYork", spec, [days = spec.special](const WallTime& wall) {
            const bool half = days.early_close.contains(wall.date);
            return is_weekday(wall.weekday) && !days.holidays.contains(wall.date) &&
                   is_between(wall, hours{9} + minutes{30}, half ? hours{13} : hours{16});
          }};
}

Market london() {
  const CalendarSpec spec{"Europe/London", {{{1, 2, 3, 4, 5}, hours{8}, hours{16} + minutes{30}, false}}};
  return {"London", spec, [](const WallTime& wall) {
            return is_weekday(wall.weekday) && is_between(wall, hours{8}, hours{16} + minutes{30});
          }};
}

// A half day that ends before lunch.
Market tokyo() {
  const auto half_day = year{2025} / 12 / 30;
  CalendarSpec spec{"Asia/Tokyo",
                    {{{1, 2, 3, 4, 5}, hours{9}, hours{11} + minutes{30}, false},
                     {{1, 2, 3, 4, 5}, hours{12} + minutes{30}, hours{15} + minutes{30}, false}}};
  spec.special.early_close[half_day] = hours{11};
  return {"Tokyo", spec, [half_day](const WallTime& wall) {
            if (!is_weekday(wall.weekday)) return false;
            if (wall.date == half_day) return is_between(wall, hours{9}, hours{11});
            return is_between(wall, hours{9}, hours{11} + minutes{30}) ||
                   is_between(wall, hours{12} + minutes{30}, hours{15} + minutes{30});
          }};
}

// Monday's session opens on Sunday at 17:00. On a holiday it is the evening before that is quiet.
Market chicago() {
  const auto holiday = year{2026} / 12 / 25;
  CalendarSpec spec{"America/Chicago", {{{1, 2, 3, 4, 5}, hours{17}, hours{16}, true}}};
  spec.special.holidays.insert(holiday);
  return {"Chicago", spec, [holiday](const WallTime& wall) {
            const bool evening = wall.since_midnight >= hours{17};
            const unsigned weekday = evening ? (wall.weekday + 1) % 7 : wall.weekday;
            const auto date = sys_days(wall.date) + std::chrono::days{evening ? 1 : 0};
            return is_weekday(weekday) && date != sys_days(holiday) && (evening || wall.since_midnight < hours{16});
          }};
}

// The night in which the clock changes is Saturday's.
Market berlin() {
  const CalendarSpec spec{"Europe/Berlin", {{{5, 6, 0}, hours{22}, hours{4}, false}}};
  return {"Berlin", spec, [](const WallTime& wall) {
            const unsigned day = wall.weekday;
            if (wall.since_midnight >= hours{22}) return day == 5 || day == 6 || day == 0;
            return wall.since_midnight < hours{4} && (day == 6 || day == 0 || day == 1);
          }};
}

Market lord_howe() {
  const CalendarSpec spec{"Australia/Lord_Howe", {{{0, 1, 2, 3, 4, 5, 6}, hours{0}, hours{24}, false}}};
  return {"LordHowe", spec, [](const WallTime&) { return true; }};
}

}  // namespace

const std::vector<Market>& markets() {
  static const std::vector<Market> all = {new_york(), london(), tokyo(), chicago(), berlin(), lord_howe()};
  return all;
}

}  // namespace pgwatch::test
