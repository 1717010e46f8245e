// Shipped: the calendars that need no configuration.
#pragma once

#include <map>
#include <string>

#include "exporter/calendar/calendar_spec.h"

namespace pgwatch {

// always: around the clock. us_equities: the regular hours of the New York Stock Exchange and Nasdaq.
std::map<std::string, CalendarSpec> shipped_calendars();

}  // namespace pgwatch
