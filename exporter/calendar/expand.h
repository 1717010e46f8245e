// Expand: turns what is written of a calendar, in local time, into instants. The only room that knows time zones.
//
// Reads the system's time zone data, once per process: an update of them is seen after a restart. Any thread.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/calendar/calendar_spec.h"
#include "exporter/model/calendar.h"

namespace pgwatch {

// The sessions of these dates. Where the zone's clock jumps, an open is taken at its first chance and a close at its
// last; a time that is left out is the instant at which the clock jumps over it.
// The cover ends early where the time zone data do, which on Debian is with 2037.
// REQUIRES: problem(spec) is "", first <= last. Throws std::runtime_error that names the calendar, its zone, the cure.
Calendar expand(const std::string& name, const CalendarSpec& spec, std::chrono::year_month_day first,
                std::chrono::year_month_day last);

// The same from 3 years before `now` until 10 years after.
Calendar expand_around(const std::string& name, const CalendarSpec& spec, SysSeconds now);

inline constexpr std::string_view kNoTimeZones = "the system has no time zone data; install the package tzdata";

bool is_time_zone(std::string_view name);
std::vector<std::string> time_zone_names();  // none where the system has no time zone data

}  // namespace pgwatch
