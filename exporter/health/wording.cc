#include "exporter/health/wording.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <iomanip>
#include <locale>
#include <sstream>
#include <utility>

namespace pgwatch::health {
namespace {

// Three digits, or the whole number where that has more; no zeros at the end.
std::string short_number(double value) {
  const double size = std::abs(value);
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text << std::fixed << std::setprecision(size < 9.995 ? 2 : size < 99.95 ? 1 : 0) << value;
  std::string digits = text.str();
  if (digits.find('.') == std::string::npos) return digits;
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.back() == '.') digits.pop_back();
  return digits;
}

std::string bytes(double value) {
  constexpr std::array<const char*, 6> kUnits = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  std::size_t unit = 0;
  constexpr double kReadsAs1024 = 1023.5;
  for (; std::abs(value) >= kReadsAs1024 && unit + 1 < kUnits.size(); ++unit) value /= 1024;
  return short_number(value) + " " + kUnits.at(unit);
}

std::string seconds(double value) {
  constexpr std::array kUnits = {std::pair{86400, "d"}, std::pair{3600, "h"}, std::pair{60, "m"}, std::pair{1, "s"}};
  constexpr double kReadsAsASecond = 0.9995;
  constexpr double kReadsAsAMinute = 59.95;
  if (value < kReadsAsASecond) return short_number(std::round(value * 1000)) + " ms";
  if (value < kReadsAsAMinute) return short_number(value) + " s";
  const auto whole = static_cast<std::int64_t>(std::round(value));
  for (std::size_t i = 0; i + 1 < kUnits.size(); ++i) {
    const auto& [size, name] = kUnits.at(i);
    if (whole < size) continue;
    const auto& [next_size, next_name] = kUnits.at(i + 1);
    const std::int64_t rest = whole % size / next_size;
    const std::string text = std::to_string(whole / size) + " " + name;
    return rest == 0 ? text : text + " " + std::to_string(rest) + " " + next_name;
  }
  return short_number(value) + " s";
}

}  // namespace

std::string worded(double value, Unit unit) {
  if (!std::isfinite(value)) return "unknown";
  switch (unit) {
    case Unit::kSeconds: return seconds(value);
    case Unit::kBytes: return bytes(value);
    case Unit::kNone:
    case Unit::kNumber: return short_number(value);
  }
  return short_number(value);
}

std::string beyond(double value, const Threshold& threshold, Unit unit) {
  const auto told = [&](const char* severity, double limit) {
    return std::string(" (") + severity + (threshold.below ? " up to " : " from ") + worded(limit, unit) + ")";
  };
  if (threshold.is_beyond(threshold.critical, value)) return told("critical", *threshold.critical);
  if (threshold.is_beyond(threshold.warning, value)) return told("warning", *threshold.warning);
  return "";
}

std::string percent(double share) { return std::to_string(std::lround(share * 100)) + " %"; }

}  // namespace pgwatch::health
