// Age: how old rows are by a check's own clock, and when its calendar has it rest. Pure.
#pragma once

#include <optional>
#include <string>

#include "exporter/model/freshness.h"

namespace pgwatch::health {

inline double unix_time(SysSeconds moment) { return static_cast<double>(moment.time_since_epoch().count()); }

// Seconds from `then` to `now`, both Unix times, that count: all of them, or those within sessions. Not below 0.
double age_of(const FreshnessCheck& check, double then, double now);

// Why nothing is expected of the rows now; "" where something is. Those of a completed session are always expected.
std::string why_inactive(const FreshnessCheck& check, double now);

// Whether the calendar, where there is one, knows of this moment.
bool is_covered(const FreshnessCheck& check, double now);

// The session whose rows must be there, and from when on a row is one of its.
struct DueSession {
  std::chrono::year_month_day date{};
  double rows_from = 0;  // Unix time
};
std::optional<DueSession> due_session(const FreshnessCheck& check, double now);

}  // namespace pgwatch::health
