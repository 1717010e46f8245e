#include "exporter/calendar/expand.h"

#include <date/tz.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "exporter/util/file.h"

namespace pgwatch {
namespace {

using Date = std::chrono::year_month_day;
using Days = std::chrono::days;

// The library's own name for a time on the wall, which g++ 12 has not.
using LocalMinutes = date::local_time<Minutes>;

// A time on the wall as an instant: two where the clock is set back, one where it jumps over it.
struct Instants {
  SysSeconds earliest;
  SysSeconds latest;
};

LocalMinutes local(Date day, Minutes since_midnight) {
  return LocalMinutes{std::chrono::sys_days(day).time_since_epoch() + since_midnight};
}

Instants instants(const date::time_zone& zone, LocalMinutes at) {
  const date::local_info info = zone.get_info(at);
  if (info.result == date::local_info::nonexistent) return {info.first.end, info.first.end};
  const SysSeconds first{at.time_since_epoch() - info.first.offset};
  if (info.result == date::local_info::unique) return {first, first};
  return {first, SysSeconds{at.time_since_epoch() - info.second.offset}};
}

// The library does not read the rule at the end of a file, by which the clock goes on being changed. Files name the
// changes themselves until 2037, but can be built without: then the library knows nothing of today's. What is beyond
// the year of the last change it has read is not known.
SysSeconds known_until(const date::time_zone& zone) {
  constexpr SysSeconds kFar = std::chrono::sys_days(std::chrono::year{2400} / 1 / 1);
  const std::string file = read_file("/usr/share/zoneinfo/" + zone.name());
  const std::string rule = file.substr(std::min(file.size(), file.find_last_of('\n', file.size() - 2)));
  const bool goes_on = rule.find(',') != rule.npos;
  if (!goes_on) return kFar;
  const Date last_change{std::chrono::floor<Days>(zone.get_info(kFar).begin)};
  return std::chrono::sys_days((last_change.year() + std::chrono::years{1}) / 1 / 1);
}

// Where the clock is set back between two sessions that touch, the one's last chance is after the other's first.
void append(std::vector<Session>& sessions, Session session) {
  if (!sessions.empty()) session.open = std::max(session.open, sessions.back().close);
  if (session.open < session.close) sessions.push_back(session);
}

// One day more at each end: those may have sessions that reach into the cover.
std::vector<Session> sessions_within(const CalendarSpec& spec, const date::time_zone& zone, Calendar::Cover cover,
                                     std::pair<std::chrono::sys_days, std::chrono::sys_days> dates) {
  std::vector<Session> sessions;
  for (auto day = dates.first - Days{1}; day <= dates.second + Days{1}; day += Days{1}) {
    for (const LocalSession& times : sessions_on(spec, day)) {
      const Session session{instants(zone, local(day, times.open)).earliest,
                            instants(zone, local(day, times.close)).latest, day};
      if (session.open < cover.until && cover.from < session.close) append(sessions, session);
    }
  }
  return sessions;
}

const date::time_zone& find_zone(const std::string& name) {
  if (is_time_zone(name)) return *date::locate_zone(name);
  throw std::runtime_error(time_zone_names().empty() ? std::string(kNoTimeZones) : "there is no such zone");
}

SysSeconds midnight(const date::time_zone& zone, Date day) { return instants(zone, local(day, Minutes{0})).earliest; }

Date day_after(Date day) { return std::chrono::sys_days(day) + Days{1}; }

Calendar expand_in(const date::time_zone& zone, const std::string& name, const CalendarSpec& spec, Date first,
                   Date last) {
  const Calendar::Cover cover{midnight(zone, first), std::min(midnight(zone, day_after(last)), known_until(zone))};
  if (cover.until <= cover.from)
    throw std::runtime_error(
        "the system's time zone data name no change of the clock for so late a time; Debian's package tzdata does "
        "until 2037");
  std::optional<SysSeconds> valid_until;
  if (spec.valid_until) valid_until = midnight(zone, day_after(*spec.valid_until));
  return {name, sessions_within(spec, zone, cover, {first, last}), cover, valid_until};
}

}  // namespace

Calendar expand(const std::string& name, const CalendarSpec& spec, Date first, Date last) try {
  if (spec.sessions.empty()) return Calendar::always(name);
  return expand_in(find_zone(spec.time_zone), name, spec, first, last);
} catch (const std::runtime_error& error) {
  throw std::runtime_error("calendar " + name + ", time zone " + spec.time_zone + ": " + error.what());
}

Calendar expand_around(const std::string& name, const CalendarSpec& spec, SysSeconds now) {
  const auto today = std::chrono::floor<Days>(now);
  constexpr Days kYear{366};
  return expand(name, spec, today - 3 * kYear, today + 10 * kYear);
}

bool is_time_zone(std::string_view name) {
  try {
    return date::locate_zone(name) != nullptr;
  } catch (const std::runtime_error&) {
    return false;
  }
}

std::vector<std::string> time_zone_names() {
  std::vector<std::string> names;
  try {
    for (const date::time_zone& zone : date::get_tzdb().zones) names.push_back(zone.name());
  } catch (const std::runtime_error&) {
    return {};
  }
  return names;
}

}  // namespace pgwatch
