#include "exporter/calendar/special_days.h"

#include <algorithm>
#include <stdexcept>

#include "exporter/calendar/written.h"

namespace pgwatch {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r";
  const std::size_t first = std::min(text.find_first_not_of(kSpace), text.size());
  text.remove_prefix(first);
  return text.substr(0, text.find_last_not_of(kSpace) + 1);
}

// Takes what stands before `end` out of the text, and the end, too.
std::string_view take(std::string_view& text, char end) {
  const std::size_t at = std::min(text.find(end), text.size());
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return trimmed(taken);
}

[[noreturn]] void refuse(const std::string& expected, std::string_view found) {
  throw std::invalid_argument("expected " + expected + ", found \"" + std::string(found) + '"');
}

// A name where the close should be is refused: "1pm", taken for a name, would make a holiday of a half day.
void read_line(std::string_view line, SpecialDays& days) {
  line = take(line, '#');
  if (line.empty()) return;
  const std::string_view day = take(line, ',');
  const std::string_view close = take(line, ',');
  const auto date = read_date(day);
  if (!date) refuse("a date, as 2026-11-27", day);
  const auto time = read_time_of_day(close);
  if (!time && !close.empty()) refuse("the time of an early close, as 13:00, or none, as 2026-12-25,,Christmas", close);
  const bool is_new = time ? days.early_close.emplace(*date, *time).second : days.holidays.insert(*date).second;
  if (!is_new || (days.holidays.contains(*date) && days.early_close.contains(*date)))
    throw std::invalid_argument(to_text(*date) + " stands here twice");
}

}  // namespace

SpecialDays read_special_days(std::string_view text, const std::string& file_name) {
  SpecialDays days;
  for (int line = 1; !text.empty(); ++line) {
    try {
      read_line(take(text, '\n'), days);
    } catch (const std::invalid_argument& error) {
      throw std::invalid_argument(file_name + ':' + std::to_string(line) + ": " + error.what());
    }
  }
  return days;
}

}  // namespace pgwatch
