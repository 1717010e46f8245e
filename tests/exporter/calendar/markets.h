// Markets: calendars to try properties on. Each says in words of its own when it is open.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "exporter/calendar/calendar_spec.h"
#include "tests/exporter/calendar/wall_clock.h"

namespace pgwatch::test {

struct Market {
  std::string name;
  CalendarSpec spec;
  // By the clock on the market's wall. No open or close is within an hour that exists twice.
  std::function<bool(const WallTime&)> is_open;
};

// New York with half days, London, Tokyo with lunch, Chicago from Sunday evening, Berlin at night, Lord Howe Island
// around the clock, whose summer time is half an hour.
const std::vector<Market>& markets();

}  // namespace pgwatch::test
