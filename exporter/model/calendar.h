// Calendar: when a feed is expected to be alive, and how to count the time it is ("market time").
//
// Sessions are instants: time zones are done with when a Calendar is made (exporter/calendar). An immutable value; any
// thread. Every question costs one binary search.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pgwatch {

using Seconds = std::chrono::seconds;
using SysSeconds = std::chrono::sys_seconds;

// From open until just before close. The date is the one people call the session by: that of Monday's futures, which
// open on Sunday evening, is Monday. Around a break there are two sessions of one date.
struct Session {
  SysSeconds open;
  SysSeconds close;
  std::chrono::year_month_day date;

  friend bool operator==(const Session&, const Session&) = default;
};

class Calendar {
 public:
  // Beyond these instants nothing is known of any session. A session may reach over either.
  struct Cover {
    SysSeconds from;
    SysSeconds until;  // the first instant that is not covered
  };

  // Open around the clock. Covers all time; its dates are days in UTC.
  static Calendar always(std::string name);

  // REQUIRES: sessions are in order, none is empty, and none begins before the one before it has closed.
  // `valid_until` is the end of the last day whose holidays are known.
  Calendar(std::string name, std::vector<Session> sessions, Cover cover, std::optional<SysSeconds> valid_until);

  const std::string& name() const { return name_; }
  bool is_always_open() const { return always_; }
  const std::vector<Session>& sessions() const { return sessions_; }  // none where it is always open

  // The weekly sessions go on after this, as if there were no holidays. Nothing where none is promised.
  std::optional<SysSeconds> valid_until() const { return valid_until_; }

  // What is_open() and all the others say of an instant that is not covered means nothing. Ask this first.
  bool covers(SysSeconds at) const { return always_ || (cover_.from <= at && at < cover_.until); }

  bool is_open(SysSeconds at) const { return current(at).has_value(); }

  // From open + open_grace until close + close_grace: a feed needs a moment to begin, and its last row one to arrive.
  // Both hold at every break. Sessions that touch are one: at midnight of a market that does not close nothing begins.
  bool active(SysSeconds at, Seconds open_grace, Seconds close_grace) const;

  // How long the shortest one is, those that touch taken as one. Nothing where it is always open.
  std::optional<Seconds> shortest_opening() const;

  // Market time: the seconds within sessions from `from` to `to`. Backwards it is negative.
  Seconds elapsed(SysSeconds from, SysSeconds to) const;

  // The latest instant, not after `at`, from which elapsed(instant, at) is `amount`. Where the sessions do not reach
  // that far back, the first one's open, and less than `amount` has elapsed since. REQUIRES: amount >= 0.
  SysSeconds back(SysSeconds at, Seconds amount) const;

  std::optional<Session> current(SysSeconds at) const;

  // The last date whose sessions are all over since `close_grace`: from its first open to its last close.
  std::optional<Session> last_completed(SysSeconds at, Seconds close_grace) const;

  // The first open after `at`. Nothing where the calendar covers no more, or never closes.
  std::optional<SysSeconds> next_open(SysSeconds at) const;

 private:
  explicit Calendar(std::string name);  // always open

  Seconds market_time(SysSeconds at) const;  // since the first session's open

  std::string name_;
  bool always_ = false;
  std::vector<Session> sessions_;
  std::vector<Seconds> before_;   // market time before each session
  std::vector<Session> periods_;  // sessions that touch, as one
  std::vector<Session> dates_;    // sessions of one date, as one
  Cover cover_{};
  std::optional<SysSeconds> valid_until_;
};

using CalendarPtr = std::shared_ptr<const Calendar>;

}  // namespace pgwatch
