// WallClock: the clock on a wall of some zone by the C library, which knows nothing of what is tested here.
#pragma once

#include <chrono>
#include <string>

#include "exporter/model/calendar.h"

namespace pgwatch::test {

struct WallTime {
  std::chrono::year_month_day date;
  unsigned weekday = 0;  // 0 is Sunday
  std::chrono::minutes since_midnight{};
};

// The process has one zone at a time: REQUIRES that no other is alive.
class WallClock {
 public:
  explicit WallClock(const std::string& zone);
  ~WallClock();
  WallClock(const WallClock&) = delete;
  WallClock& operator=(const WallClock&) = delete;

  WallTime at(SysSeconds instant) const;
  SysSeconds midnight(std::chrono::sys_days date) const;
};

}  // namespace pgwatch::test
