#include "tests/exporter/calendar/wall_clock.h"

#include <cstdlib>
#include <ctime>

namespace pgwatch::test {

WallClock::WallClock(const std::string& zone) {
  setenv("TZ", zone.c_str(), 1);
  tzset();
}

WallClock::~WallClock() {
  unsetenv("TZ");
  tzset();
}

WallTime WallClock::at(SysSeconds instant) const {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(instant);
  std::tm wall{};
  localtime_r(&seconds, &wall);
  return {std::chrono::year{wall.tm_year + 1900} / (wall.tm_mon + 1) / wall.tm_mday,
          static_cast<unsigned>(wall.tm_wday), std::chrono::minutes{wall.tm_hour * 60 + wall.tm_min}};
}

SysSeconds WallClock::midnight(std::chrono::sys_days date) const {
  const std::chrono::year_month_day day{date};
  std::tm wall{};
  wall.tm_year = static_cast<int>(day.year()) - 1900;
  wall.tm_mon = static_cast<int>(static_cast<unsigned>(day.month())) - 1;
  wall.tm_mday = static_cast<int>(static_cast<unsigned>(day.day()));
  wall.tm_isdst = -1;
  return SysSeconds{Seconds{std::mktime(&wall)}};
}

}  // namespace pgwatch::test
