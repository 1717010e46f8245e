#include "exporter/calendar/calendar_spec.h"

#include <algorithm>

#include "exporter/calendar/written.h"

namespace pgwatch {
namespace {

using Date = std::chrono::year_month_day;

constexpr Minutes kDay = std::chrono::hours{24};
constexpr Minutes kWeek = 7 * kDay;

unsigned weekday_of(Date date) { return std::chrono::weekday(std::chrono::sys_days(date)).c_encoding(); }

// As the week has them, whatever the date.
std::vector<LocalSession> weekly_sessions(const CalendarSpec& spec, unsigned weekday) {
  std::vector<LocalSession> sessions;
  for (const WeeklySession& session : spec.sessions) {
    if (session.days.contains(weekday)) sessions.push_back(session.times());
  }
  std::ranges::sort(sessions, {}, &LocalSession::open);
  return sessions;
}

// The first time after `open` at which the clock shows this.
Minutes first_after(Minutes time_of_day, Minutes open) {
  Minutes time = time_of_day - kDay;
  while (time <= open) time += kDay;
  return time;
}

void cut(std::vector<LocalSession>& sessions, Minutes from, Minutes until) {
  for (LocalSession& session : sessions) {
    session.open = std::max(session.open, from);
    session.close = std::min(session.close, until);
  }
  std::erase_if(sessions, [](const LocalSession& session) { return session.open >= session.close; });
}

std::string weekly_problem(const CalendarSpec& spec) {
  std::vector<LocalSession> week;
  for (unsigned day = 0; day < 7; ++day) {
    for (const LocalSession& session : weekly_sessions(spec, day))
      week.push_back({session.open + day * kDay, session.close + day * kDay});
  }
  std::ranges::sort(week, {}, &LocalSession::open);
  if (week.empty()) return "no session has a day";
  week.push_back({week.front().open + kWeek, week.front().close + kWeek});
  for (std::size_t i = 1; i < week.size(); ++i) {
    const LocalSession& late = week[i];
    if (late.open >= week[i - 1].close) continue;
    return "the session that opens at " + to_text((late.open + kDay) % kDay) + " does so while another is open";
  }
  return "";
}

std::string session_problem(const WeeklySession& session) {
  if (!session.opens_day_before || session.close <= session.open) return "";
  return "the session from " + to_text(session.open) + " on the day before to " + to_text(session.close) +
         " is longer than a day";
}

// A time that changes nothing was meant for another clock.
std::string change_problem(const CalendarSpec& spec, Date date, Minutes time, const std::string& what) {
  if (spec.special.holidays.contains(date)) return to_text(date) + " is a holiday: leave out its " + what;
  const auto sessions = weekly_sessions(spec, weekday_of(date));
  if (sessions.empty() || first_after(time, sessions.front().open) < sessions.back().close) return "";
  return "the " + what + " of " + to_text(date) + ", " + to_text(time) + ", is not while a session would be open";
}

std::string special_problem(const CalendarSpec& spec) {
  for (const auto& [date, time] : spec.special.early_close) {
    if (const auto found = change_problem(spec, date, time, "early close"); !found.empty()) return found;
  }
  for (const auto& [date, time] : spec.special.late_open) {
    if (const auto found = change_problem(spec, date, time, "late open"); !found.empty()) return found;
  }
  return "";
}

bool says_something(const CalendarSpec& spec) {
  const SpecialDays& special = spec.special;
  return !spec.time_zone.empty() || spec.valid_until || !special.holidays.empty() || !special.early_close.empty() ||
         !special.late_open.empty();
}

}  // namespace

LocalSession WeeklySession::times() const {
  const LocalSession same_day{open, close > open ? close : close + kDay};
  return opens_day_before ? LocalSession{same_day.open - kDay, same_day.close - kDay} : same_day;
}

std::vector<LocalSession> sessions_on(const CalendarSpec& spec, Date date) {
  if (spec.special.holidays.contains(date)) return {};
  std::vector<LocalSession> sessions = weekly_sessions(spec, weekday_of(date));
  if (sessions.empty()) return sessions;
  Minutes from = sessions.front().open;
  Minutes until = sessions.back().close;
  const Minutes first = from;
  if (const auto late = spec.special.late_open.find(date); late != spec.special.late_open.end())
    from = first_after(late->second, first);
  if (const auto early = spec.special.early_close.find(date); early != spec.special.early_close.end())
    until = first_after(early->second, first);
  cut(sessions, from, until);
  return sessions;
}

std::string problem(const CalendarSpec& spec) {
  if (spec.sessions.empty())
    return says_something(spec) ? "it has no sessions: give it some, or nothing at all for around the clock" : "";
  if (spec.time_zone.empty()) return "it has sessions and no timezone";
  for (const WeeklySession& session : spec.sessions) {
    if (const auto found = session_problem(session); !found.empty()) return found;
  }
  if (const auto found = weekly_problem(spec); !found.empty()) return found;
  return special_problem(spec);
}

}  // namespace pgwatch
