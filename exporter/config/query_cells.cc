// How queries that were not written for us spell numbers, times and durations.
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <utility>

#include "exporter/config/query_parts.h"

namespace pgwatch::config {
namespace {

// Takes words off the front of a text.
class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  bool starts_with(char one) const { return rest_.starts_with(one); }

  bool take(char one) {
    if (!starts_with(one)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::optional<int> digits(std::size_t count) {
    int number = 0;
    const std::string_view text = rest_.substr(0, count);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.size() < count || text.starts_with('-') || error != std::errc{} || end != text.data() + text.size())
      return std::nullopt;
    rest_.remove_prefix(count);
    return number;
  }

  std::optional<double> decimal() {
    const std::string_view text = rest_.substr(0, std::min(rest_.find_first_not_of("0123456789."), rest_.size()));
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    rest_.remove_prefix(text.size());
    return number;
  }

  std::string_view letters() {
    constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz\xc2\xb5";
    const std::string_view word = rest_.substr(0, std::min(rest_.find_first_not_of(kLetters), rest_.size()));
    rest_.remove_prefix(word.size());
    return word;
  }

 private:
  std::string_view rest_;
};

std::optional<double> read_day(Words& words) {
  const auto year = words.digits(4);
  if (!year || !words.take('-')) return std::nullopt;
  const auto month = words.digits(2);
  if (!month || !words.take('-')) return std::nullopt;
  const auto day = words.digits(2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::duration<double>(std::chrono::sys_days(date).time_since_epoch()).count();
}

// 09:30:00.25, and of a zone also 01 and 05:30.
std::optional<double> read_clock(Words& words, bool is_zone) {
  const auto hours = words.digits(2);
  if (!hours) return std::nullopt;
  if (!words.take(':')) return is_zone ? std::optional(*hours * 3600.0) : std::nullopt;
  const auto minutes = words.digits(2);
  if (!minutes) return std::nullopt;
  const double whole = *hours * 3600.0 + *minutes * 60.0;
  if (!words.take(':')) return is_zone ? std::optional(whole) : std::nullopt;
  const auto seconds = words.decimal();
  if (!seconds) return std::nullopt;
  return whole + *seconds;
}

std::optional<double> read_zone(Words& words) {
  if (words.at_end()) return 0;
  const bool is_west = words.starts_with('-');
  if (!words.take('+') && !words.take('-')) return std::nullopt;
  const auto offset = read_clock(words, true);
  if (!offset) return std::nullopt;
  return is_west ? -*offset : *offset;
}

std::optional<double> milliseconds_of(std::string_view unit) {
  constexpr std::array<std::pair<std::string_view, double>, 9> kUnits = {{{"ns", 1e-6},
                                                                          {"us", 1e-3},
                                                                          {"\xc2\xb5s", 1e-3},
                                                                          {"ms", 1},
                                                                          {"s", 1e3},
                                                                          {"m", 60e3},
                                                                          {"h", 3600e3},
                                                                          {"day", 86400e3},
                                                                          {"days", 86400e3}}};
  const auto* found = std::ranges::find(kUnits, unit, [](const auto& known) { return known.first; });
  if (found == kUnits.end()) return std::nullopt;
  return found->second;
}

// 1h2m3.5s, or 1 day.
std::optional<double> read_amounts(Words& words) {
  const auto amount = words.decimal();
  words.take(' ');
  const auto unit = milliseconds_of(words.letters());
  words.take(' ');
  if (!amount || !unit) return std::nullopt;
  return *amount * *unit;
}

std::optional<double> read_duration_text(std::string_view text) {
  Words words(text);
  const double sign = words.take('-') ? -1 : 1;
  double sum = 0;
  while (!words.at_end()) {
    Words clock = words;
    if (const auto seconds = read_clock(clock, false)) {
      if (!clock.at_end()) return std::nullopt;
      return sign * (sum + *seconds * 1000);
    }
    const auto amount = read_amounts(words);
    if (!amount) return std::nullopt;
    sum += *amount;
  }
  return text.empty() ? std::nullopt : std::optional(sign * sum);
}

}  // namespace

std::optional<double> read_time(std::string_view text) {
  Words words(text);
  const auto day = read_day(words);
  if (!day || words.at_end()) return day;
  if (!words.take(' ') && !words.take('T')) return std::nullopt;
  const auto clock = read_clock(words, false);
  const auto zone = read_zone(words);
  if (!clock || !zone || !words.at_end()) return std::nullopt;
  return *day + *clock - *zone;
}

ReadCell number_or_time(double scale, std::optional<double> otherwise) {
  return [scale, otherwise](Cell cell) -> std::optional<Number> {
    if (!cell) return otherwise ? std::optional<Number>(*otherwise) : std::nullopt;
    auto number = Number::parse(*cell);
    if (const auto time = number ? std::nullopt : read_time(*cell)) number = Number(*time);
    if (!number || scale == 1) return number;
    return Number(number->as_double() * scale);
  };
}

std::optional<Number> read_milliseconds(Cell cell) {
  if (!cell) return std::nullopt;
  if (auto number = Number::parse(*cell)) return number;
  const auto milliseconds = read_duration_text(*cell);
  return milliseconds ? std::optional<Number>(*milliseconds) : std::nullopt;
}

}  // namespace pgwatch::config
