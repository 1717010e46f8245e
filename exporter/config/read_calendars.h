// Calendars: when feeds are expected to be alive, as the user wrote it.
#pragma once

#include <map>
#include <string>

#include "exporter/calendar/calendar_spec.h"
#include "exporter/config/reader.h"

namespace pgwatch::config {

using CalendarSpecs = std::map<std::string, CalendarSpec>;

// Reads what stands under `calendars`: NAME: {timezone, sessions: [{days, open, close, opens}], holidays, early_close,
// late_open, holidays_file, valid_until}, or NAME: {} for around the clock. A calendar of a name that `calendars` has
// takes its place. All of them are good to expand.
void read_calendars(const Reader& reader, const Node& node, CalendarSpecs& calendars);

}  // namespace pgwatch::config
