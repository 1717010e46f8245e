#include "collectors/freshness/moment.h"

#include <array>
#include <cmath>
#include <cstdio>

#include "exporter/model/number.h"

namespace pgwatch::collectors {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::microseconds;

// Years that every type spells with four digits. What is beyond is no bound.
constexpr Micros kFirst = -62'135'596'800 * kSecond;  // year 1
constexpr Micros kLast = 253'402'300'799 * kSecond;   // year 9999

std::int64_t floor_division(std::int64_t value, std::int64_t by) { return value / by - (value % by < 0 ? 1 : 0); }

bool is_bound(Micros at) { return at > kFirst && at < kLast; }

std::string date_text(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  std::array<char, 16> text{};
  const int size = std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return {text.data(), static_cast<std::size_t>(size)};
}

std::string timestamp_text(Micros at) {
  const std::chrono::sys_time<microseconds> instant{microseconds(at)};
  const auto day = floor<days>(instant);
  const std::chrono::hh_mm_ss<microseconds> time(instant - day);
  std::array<char, 24> text{};
  const int size = std::snprintf(text.data(), text.size(), " %02d:%02d:%02d.%06d",
                                 static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                                 static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
  return date_text(day) + std::string(text.data(), static_cast<std::size_t>(size));
}

}  // namespace

std::optional<TimeType> time_type(std::string_view type) {
  if (type == "timestamptz") return TimeType::kTimestamptz;
  if (type == "timestamp") return TimeType::kTimestamp;
  if (type == "date") return TimeType::kDate;
  if (type == "int2" || type == "int4" || type == "int8") return TimeType::kInteger;
  return std::nullopt;
}

// -- Units ------------------------------------------------------------------------------------------------------------

Micros TimeColumn::from_raw(std::int64_t raw) const {
  if (type != TimeType::kInteger || raw == kEver || raw == kNever) return raw;
  if (ticks >= kSecond) return floor_division(raw, ticks / kSecond);
  const std::int64_t micros = kSecond / ticks;
  if (raw > kNever / micros) return kNever;
  return raw < kEver / micros ? kEver : raw * micros;
}

std::int64_t TimeColumn::to_raw(Micros at) const {
  return ticks >= kSecond ? at * (ticks / kSecond) : floor_division(at, kSecond / ticks);
}

std::string TimeColumn::seconds(const std::string& expression) const {
  if (type != TimeType::kInteger) return "extract(epoch FROM " + expression + ")";
  return "(" + expression + "::pg_catalog.numeric / " + std::to_string(ticks) + ")";
}

// -- Conditions -------------------------------------------------------------------------------------------------------

// Of a type that is unknown the time is compared as a number: no index serves that, but what a query gives has none.
std::string TimeColumn::literal(Micros at) const {
  switch (type) {
    case TimeType::kTimestamptz: return "'" + timestamp_text(at) + "+00'::pg_catalog.timestamptz";
    case TimeType::kTimestamp: return "'" + timestamp_text(at) + "'::pg_catalog.timestamp";
    case TimeType::kDate:
      return "'" + date_text(floor<days>(std::chrono::sys_time<microseconds>{microseconds(at)})) + "'::pg_catalog.date";
    case TimeType::kInteger: return std::to_string(to_raw(at));
    case TimeType::kOfQuery: return seconds_text(at);
  }
  return "NULL";
}

std::string TimeColumn::compared(const char* sign, Micros at) const {
  if (!is_bound(at)) return "true";
  return (type == TimeType::kOfQuery ? seconds() : name) + " " + sign + " " + literal(at);
}

std::string TimeColumn::from(Micros at) const { return compared(">=", at); }
std::string TimeColumn::before(Micros at) const { return compared("<", at); }
std::string TimeColumn::up_to(Micros at) const { return compared("<=", at); }
std::string TimeColumn::beyond(Micros at) const { return compared(">", at); }

// -- Numbers ----------------------------------------------------------------------------------------------------------

Micros to_micros(std::chrono::sys_seconds at) { return at.time_since_epoch().count() * kSecond; }

std::chrono::sys_seconds to_seconds(Micros at) {
  return std::chrono::sys_seconds{std::chrono::seconds(floor_division(at, kSecond))};
}

std::optional<Micros> read_seconds(std::optional<std::string_view> cell) {
  const auto number = cell ? Number::parse(*cell) : std::nullopt;
  if (!number) return std::nullopt;
  const double micros = std::round(number->as_double() * static_cast<double>(kSecond));
  if (!(std::abs(micros) < static_cast<double>(kNever))) return std::nullopt;
  return static_cast<Micros>(micros);
}

std::string seconds_text(Micros at) {
  const std::int64_t whole = floor_division(at, kSecond);
  const std::string fraction = std::to_string(kSecond + (at - whole * kSecond)).substr(1);
  // Before 1970 the fraction counts the other way.
  return whole >= 0 ? std::to_string(whole) + "." + fraction : "(" + std::to_string(at) + " / 1000000.0)";
}

}  // namespace pgwatch::collectors
