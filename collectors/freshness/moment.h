// Moment: instants as SQL spells them, for a time column of whatever type. Pure.
//
// Instants go into statements as literals: only then does a server know while it plans which chunks it may leave alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace pgwatch::collectors {

using Micros = std::int64_t;  // since 1970, UTC
inline constexpr Micros kSecond = 1'000'000;
inline constexpr Micros kEver = std::numeric_limits<Micros>::min();   // no bound below
inline constexpr Micros kNever = std::numeric_limits<Micros>::max();  // none above

enum class TimeType {
  kTimestamptz,
  kTimestamp,  // taken for UTC
  kDate,       // midnight UTC
  kInteger,
  kOfQuery,  // one of those that are no integers; the server alone knows which
};

// Nothing for a type that is no time. REQUIRES: the server's own short name, as in "timestamptz" or "int8".
std::optional<TimeType> time_type(std::string_view type);

struct TimeColumn {
  std::string name;  // quoted
  TimeType type = TimeType::kTimestamptz;
  std::int64_t ticks = 0;  // of an integer: how many make a second: 1, 1,000, 1,000,000 or 1,000,000,000

  // A value of an integer column or of a hypertable's catalog, and back. Earlier, where it does not divide.
  Micros from_raw(std::int64_t raw) const;
  std::int64_t to_raw(Micros at) const;

  // Seconds since 1970 of an expression of the column's type.
  std::string seconds(const std::string& expression) const;
  std::string seconds() const { return seconds(name); }

  // Conditions; "true" where there is no bound.
  std::string from(Micros at) const;
  std::string before(Micros at) const;
  std::string up_to(Micros at) const;
  std::string beyond(Micros at) const;

 private:
  std::string compared(const char* sign, Micros at) const;
  std::string literal(Micros at) const;
};

Micros to_micros(std::chrono::sys_seconds at);
std::chrono::sys_seconds to_seconds(Micros at);
// What the server answered as seconds since 1970. Nothing for NULL and for an infinite one.
std::optional<Micros> read_seconds(std::optional<std::string_view> cell);
// As a number in SQL, exact.
std::string seconds_text(Micros at);

}  // namespace pgwatch::collectors
