#include "exporter/health/freshness_age.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "exporter/health/wording.h"

namespace pgwatch::health {
namespace {

SysSeconds moment(double unix_time) { return SysSeconds(Seconds(std::llround(std::floor(unix_time)))); }

// The first moment at which something is expected again.
std::optional<SysSeconds> next_active(const FreshnessCheck& check, SysSeconds now) {
  const auto session = check.calendar->current(now);
  if (session && session->open + check.open_grace > now) return session->open + check.open_grace;
  const auto open = check.calendar->next_open(now);
  if (!open) return std::nullopt;
  return *open + check.open_grace;
}

}  // namespace

double age_of(const FreshnessCheck& check, double then, double now) {
  if (check.clock == FreshnessCheck::Clock::kWall) return std::max(0.0, now - then);
  const Seconds elapsed = check.calendar->elapsed(moment(then), moment(now));
  return std::max(0.0, static_cast<double>(elapsed.count()));
}

bool is_covered(const FreshnessCheck& check, double now) {
  return !check.calendar || check.calendar->covers(moment(now));
}

std::string why_inactive(const FreshnessCheck& check, double now) {
  if (!check.calendar || check.completed_session || !is_covered(check, now)) return "";
  const SysSeconds at = moment(now);
  if (check.calendar->active(at, check.open_grace, check.close_grace)) return "";
  std::string why = "outside the sessions of " + check.calendar->name();
  if (const auto next = next_active(check, at))
    why += ", for another " + worded(unix_time(*next) - now, Unit::kSeconds);
  return why;
}

// A day's row may be stamped with its midnight in UTC, with midnight at the exchange, with the open or with the close.
// East of Greenwich midnight at the exchange is on the day before in UTC, but within 12 hours before the open.
std::optional<DueSession> due_session(const FreshnessCheck& check, double now) {
  const auto session = check.calendar->last_completed(moment(now), check.close_grace);
  if (!session) return std::nullopt;
  const SysSeconds midnight = std::chrono::sys_days(session->date);
  return DueSession{session->date, unix_time(std::min(midnight, session->open - std::chrono::hours{12}))};
}

}  // namespace pgwatch::health
