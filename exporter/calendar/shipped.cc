#include "exporter/calendar/shipped.h"

#include <string_view>

#include "exporter/calendar/special_days.h"

namespace pgwatch {
namespace {

// As the exchanges announced them, three years ahead. With a year's days its end moves, too: kUsEquitiesEnd.
// tests/exporter/calendar/shipped_test.cc holds them to the rules by which they are chosen.
constexpr std::string_view kUsEquities = R"(
2023-01-02,,New Year's Day
2023-01-16,,Martin Luther King Jr. Day
2023-02-20,,Washington's Birthday
2023-04-07,,Good Friday
2023-05-29,,Memorial Day
2023-06-19,,Juneteenth
2023-07-03,13:00
2023-07-04,,Independence Day
2023-09-04,,Labor Day
2023-11-23,,Thanksgiving Day
2023-11-24,13:00
2023-12-25,,Christmas Day

2024-01-01,,New Year's Day
2024-01-15,,Martin Luther King Jr. Day
2024-02-19,,Washington's Birthday
2024-03-29,,Good Friday
2024-05-27,,Memorial Day
2024-06-19,,Juneteenth
2024-07-03,13:00
2024-07-04,,Independence Day
2024-09-02,,Labor Day
2024-11-28,,Thanksgiving Day
2024-11-29,13:00
2024-12-24,13:00
2024-12-25,,Christmas Day

2025-01-01,,New Year's Day
2025-01-09,,day of mourning for President Carter
2025-01-20,,Martin Luther King Jr. Day
2025-02-17,,Washington's Birthday
2025-04-18,,Good Friday
2025-05-26,,Memorial Day
2025-06-19,,Juneteenth
2025-07-03,13:00
2025-07-04,,Independence Day
2025-09-01,,Labor Day
2025-11-27,,Thanksgiving Day
2025-11-28,13:00
2025-12-24,13:00
2025-12-25,,Christmas Day

2026-01-01,,New Year's Day
2026-01-19,,Martin Luther King Jr. Day
2026-02-16,,Washington's Birthday
2026-04-03,,Good Friday
2026-05-25,,Memorial Day
2026-06-19,,Juneteenth
2026-07-03,,Independence Day
2026-09-07,,Labor Day
2026-11-26,,Thanksgiving Day
2026-11-27,13:00
2026-12-24,13:00
2026-12-25,,Christmas Day

2027-01-01,,New Year's Day
2027-01-18,,Martin Luther King Jr. Day
2027-02-15,,Washington's Birthday
2027-03-26,,Good Friday
2027-05-31,,Memorial Day
2027-06-18,,Juneteenth
2027-07-05,,Independence Day
2027-09-06,,Labor Day
2027-11-25,,Thanksgiving Day
2027-11-26,13:00
2027-12-24,,Christmas Day

2028-01-17,,Martin Luther King Jr. Day
2028-02-21,,Washington's Birthday
2028-04-14,,Good Friday
2028-05-29,,Memorial Day
2028-06-19,,Juneteenth
2028-07-03,13:00
2028-07-04,,Independence Day
2028-09-04,,Labor Day
2028-11-23,,Thanksgiving Day
2028-11-24,13:00
2028-12-25,,Christmas Day
)";
constexpr std::chrono::year_month_day kUsEquitiesEnd{std::chrono::year{2028}, std::chrono::December,
                                                     std::chrono::day{31}};

CalendarSpec us_equities() {
  const WeeklySession regular_hours{
      {1, 2, 3, 4, 5}, std::chrono::hours{9} + Minutes{30}, std::chrono::hours{16}, false};
  return {"America/New_York", {regular_hours}, read_special_days(kUsEquities, "us_equities"), kUsEquitiesEnd};
}

}  // namespace

std::map<std::string, CalendarSpec> shipped_calendars() {
  return {{"always", CalendarSpec{}}, {"us_equities", us_equities()}};
}

}  // namespace pgwatch
