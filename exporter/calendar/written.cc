#include "exporter/calendar/written.h"

#include <algorithm>
#include <charconv>

namespace pgwatch {
namespace {

// All of `text`, in digits alone.
std::optional<int> read_digits(std::string_view text) {
  int number = 0;
  if (text.empty() || text.find_first_not_of("0123456789") != text.npos) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  return number;
}

std::string padded(int number, std::size_t width) {
  const std::string digits = std::to_string(number);
  return std::string(width - std::min(width, digits.size()), '0') + digits;
}

}  // namespace

std::optional<std::chrono::year_month_day> read_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = read_digits(text.substr(0, 4));
  const auto month = read_digits(text.substr(5, 2));
  const auto day = read_digits(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return date;
}

std::optional<std::chrono::minutes> read_time_of_day(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto hours = read_digits(text.substr(0, 2));
  const auto minutes = read_digits(text.substr(3, 2));
  if (!hours || !minutes || *minutes > 59) return std::nullopt;
  const auto time = std::chrono::hours{*hours} + std::chrono::minutes{*minutes};
  if (time > std::chrono::hours{24}) return std::nullopt;
  return time;
}

std::string to_text(std::chrono::year_month_day date) {
  return padded(static_cast<int>(date.year()), 4) + '-' +
         padded(static_cast<int>(static_cast<unsigned>(date.month())), 2) + '-' +
         padded(static_cast<int>(static_cast<unsigned>(date.day())), 2);
}

std::string to_text(std::chrono::minutes time_of_day) {
  const int minutes = static_cast<int>(time_of_day.count());
  return padded(minutes / 60, 2) + ':' + padded(minutes % 60, 2);
}

}  // namespace pgwatch
