#include "exporter/model/calendar.h"

#include <algorithm>
#include <utility>

namespace pgwatch {
namespace {

using Sessions = std::vector<Session>;
using Days = std::chrono::days;

// The last session that has begun at `at`, as an iterator behind it: begin() where none has.
Sessions::const_iterator behind_begun(const Sessions& sessions, SysSeconds at) {
  return std::ranges::upper_bound(sessions, at, {}, &Session::open);
}

// Joins each session to the one before where `belong` says so. The date is the first one's.
template <typename Belong>
Sessions joined(const Sessions& sessions, Belong belong) {
  Sessions result;
  for (const Session& session : sessions) {
    if (!result.empty() && belong(result.back(), session)) {
      result.back().close = session.close;
    } else {
      result.push_back(session);
    }
  }
  return result;
}

Session utc_day(SysSeconds at) {
  const auto day = std::chrono::floor<Days>(at);
  return {day, day + Days{1}, day};
}

}  // namespace

Calendar Calendar::always(std::string name) { return Calendar(std::move(name)); }

Calendar::Calendar(std::string name) : name_(std::move(name)), always_(true) {}

Calendar::Calendar(std::string name, std::vector<Session> sessions, Cover cover, std::optional<SysSeconds> valid_until)
    : name_(std::move(name)),
      sessions_(std::move(sessions)),
      periods_(joined(sessions_, [](const Session& left, const Session& right) { return left.close == right.open; })),
      dates_(joined(sessions_, [](const Session& left, const Session& right) { return left.date == right.date; })),
      cover_(cover),
      valid_until_(valid_until) {
  Seconds sum{0};
  for (const Session& session : sessions_) {
    before_.push_back(sum);
    sum += session.close - session.open;
  }
}

// Of the periods whose grace is over by now, the last one closes last.
bool Calendar::active(SysSeconds at, Seconds open_grace, Seconds close_grace) const {
  if (always_) return true;
  const auto behind = behind_begun(periods_, at - open_grace);
  return behind != periods_.begin() && at < std::prev(behind)->close + close_grace;
}

std::optional<Seconds> Calendar::shortest_opening() const {
  if (periods_.empty()) return std::nullopt;
  const auto length = [](const Session& period) { return period.close - period.open; };
  return length(*std::ranges::min_element(periods_, {}, length));
}

Seconds Calendar::market_time(SysSeconds at) const {
  const auto behind = behind_begun(sessions_, at);
  if (behind == sessions_.begin()) return Seconds{0};
  const auto begun = std::prev(behind);
  return before_[static_cast<std::size_t>(begun - sessions_.begin())] + (std::min(at, begun->close) - begun->open);
}

Seconds Calendar::elapsed(SysSeconds from, SysSeconds to) const {
  return always_ ? to - from : market_time(to) - market_time(from);
}

SysSeconds Calendar::back(SysSeconds at, Seconds amount) const {
  if (always_) return at - amount;
  if (sessions_.empty()) return std::min(at, cover_.from);
  const Seconds wanted = market_time(at) - amount;
  // The last session before whose open no more than `wanted` has gone by: within it, or at its open, is the instant.
  const auto behind = std::ranges::upper_bound(before_, wanted);
  if (behind == before_.begin()) return std::min(at, sessions_.front().open);
  const auto index = static_cast<std::size_t>(std::prev(behind) - before_.begin());
  return std::min(at, sessions_[index].open + (wanted - before_[index]));
}

std::optional<Session> Calendar::current(SysSeconds at) const {
  if (always_) return utc_day(at);
  const auto behind = behind_begun(sessions_, at);
  if (behind == sessions_.begin() || at >= std::prev(behind)->close) return std::nullopt;
  return *std::prev(behind);
}

std::optional<Session> Calendar::last_completed(SysSeconds at, Seconds close_grace) const {
  if (always_) return utc_day(utc_day(at - close_grace).open - Seconds{1});
  const auto behind = std::ranges::upper_bound(dates_, at - close_grace, {}, &Session::close);
  if (behind == dates_.begin()) return std::nullopt;
  return *std::prev(behind);
}

std::optional<SysSeconds> Calendar::next_open(SysSeconds at) const {
  const auto next = behind_begun(sessions_, at);
  if (next == sessions_.end()) return std::nullopt;
  return next->open;
}

}  // namespace pgwatch
