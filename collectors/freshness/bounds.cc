#include "collectors/freshness/bounds.h"

#include <algorithm>
#include <optional>

namespace pgwatch::collectors {
namespace {

using std::chrono::seconds;

// Where the check names no age: long enough for a row to be there.
constexpr seconds kLeast = std::chrono::hours(1);

Micros micros(seconds time) { return time.count() * kSecond; }

// The calendar, where it has something to say of this instant.
const Calendar* calendar_of(const FreshnessCheck& check, Micros at) {
  const bool speaks = check.calendar && !check.calendar->is_always_open() && check.calendar->covers(to_seconds(at));
  return speaks ? check.calendar.get() : nullptr;
}

// Daily bars are stamped at midnight, at the open or at the close of their session: the earliest of these, for the last
// completed session before `at`.
std::optional<Micros> stamp_of_session_before(const Calendar& calendar, Micros at, seconds close_grace) {
  const auto session = calendar.last_completed(to_seconds(at), close_grace);
  if (!session) return std::nullopt;
  const std::chrono::sys_seconds midnight = std::chrono::sys_days(session->date);
  return to_micros(std::min(midnight, session->open - std::chrono::hours(12)));
}

// Of the session before the one that is due, so that its bars are seen to be late.
std::optional<Micros> reach_of_sessions(const FreshnessCheck& check, Micros now) {
  const Calendar* const calendar = check.completed_session ? calendar_of(check, now) : nullptr;
  if (calendar == nullptr) return std::nullopt;
  const auto due = stamp_of_session_before(*calendar, now, check.close_grace);
  if (!due) return std::nullopt;
  return stamp_of_session_before(*calendar, *due, seconds(0)).value_or(*due);
}

seconds longest_age(const FreshnessCheck& check) {
  const double age = std::max(check.age.critical.value_or(0), check.age.warning.value_or(0));
  return seconds(static_cast<std::int64_t>(age));
}

Micros aligned_up(Micros at, Micros origin, Micros step) {
  const Micros over = (at - origin) % step;
  return over == 0 ? at : at + (over > 0 ? step - over : -over);
}

// The steps from `from` on that begin at or before `last` and before `end`.
void add_stretch(std::vector<Stretch>& all, Micros from, Micros last, Micros end, Micros step) {
  const Micros until = std::min(last, end - 1);
  if (until >= from) all.push_back({from, (until - from) / step + 1});
}

}  // namespace

Micros end_of_present(const FreshnessCheck& check, Micros now) { return now + micros(check.max_future); }

Micros back(const FreshnessCheck& check, Micros now, seconds amount) {
  const Micros wall = now - micros(amount);
  const Calendar* const calendar = calendar_of(check, now);
  return calendar == nullptr ? wall : std::min(wall, to_micros(calendar->back(to_seconds(now), amount)));
}

Micros reach(const FreshnessCheck& check, Micros now) {
  const seconds window = check.window ? check.window->period : seconds(0);
  const Micros by_age = back(check, now, std::max({2 * longest_age(check), window, kLeast}));
  return std::min(by_age, reach_of_sessions(check, now).value_or(by_age));
}

std::vector<Micros> slices_by_age(const FreshnessCheck& check, Micros now) {
  constexpr int kMostDoublings = 20;
  std::vector<Micros> starts;
  Micros length = now - reach(check, now);
  for (int i = 0; i <= std::min(check.most_steps_back, kMostDoublings); ++i, length *= 2)
    starts.push_back(now - length);
  return starts;
}

Micros window_start(const FreshnessCheck& check, Micros now) {
  seconds longest{0};
  if (check.window) longest = std::max(longest, check.window->period);
  if (check.gaps) longest = std::max(longest, check.gaps->window);
  if (check.late) longest = std::max(longest, check.late->window);
  if (check.validity) longest = std::max(longest, check.validity->window);
  return back(check, now, longest);
}

std::vector<Stretch> stretches(const FreshnessCheck& check, Micros now, Micros newest) {
  const Micros step = micros(check.gaps->step);
  const Micros from = back(check, now, check.gaps->window);
  if (newest < from || newest > now) newest = now - step;
  std::vector<Stretch> all;
  const Calendar* const calendar = calendar_of(check, now);
  if (calendar == nullptr) {
    add_stretch(all, aligned_up(from, 0, step), newest, kNever, step);
    return all;
  }
  for (const Session& session : calendar->sessions()) {
    const Micros open = to_micros(session.open);
    const Micros close = to_micros(session.close);
    if (close <= from || open > newest) continue;
    add_stretch(all, open >= from ? open : aligned_up(from, open, step), newest, close, step);
  }
  return all;
}

}  // namespace pgwatch::collectors
