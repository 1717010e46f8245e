// CalendarSpec: a calendar as it is written: by the week, in local time.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace pgwatch {

using Minutes = std::chrono::minutes;

// The days whose dates differ from the week's.
struct SpecialDays {
  std::set<std::chrono::year_month_day> holidays;
  // The first time the clock shows this after the date's first open, whatever should be open then is not.
  std::map<std::chrono::year_month_day, Minutes> early_close;
  std::map<std::chrono::year_month_day, Minutes> late_open;
};

// From a date's midnight on the wall: below 0 on the day before, above 24 h on the day after.
struct LocalSession {
  Minutes open;
  Minutes close;

  friend bool operator==(const LocalSession&, const LocalSession&) = default;
};

// One session of each of its days. It belongs to that day, whenever it opens.
struct WeeklySession {
  std::set<unsigned> days;        // std::chrono::weekday::c_encoding: 0 is Sunday
  Minutes open{};                 // after midnight, below 24 h
  Minutes close{};                // at most 24 h; where it is not after `open`, it is of the following day
  bool opens_day_before = false;  // it opens on the day before its own; then `close` is not after `open`

  LocalSession times() const;
};

struct CalendarSpec {
  std::string time_zone;                // of the IANA database, as America/New_York
  std::vector<WeeklySession> sessions;  // none: open around the clock
  SpecialDays special = {};
  std::optional<std::chrono::year_month_day> valid_until = {};  // the last day whose holidays are known
};

// In order; none where the date has none.
std::vector<LocalSession> sessions_on(const CalendarSpec& spec, std::chrono::year_month_day date);

// What makes no calendar of it, with the cure; "" where nothing does. The zone is not looked at.
std::string problem(const CalendarSpec& spec);

}  // namespace pgwatch
