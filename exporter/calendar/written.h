// Written: dates and times of day as people write them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace pgwatch {

std::optional<std::chrono::year_month_day> read_date(std::string_view text);  // 2026-11-27, and one that exists
std::optional<std::chrono::minutes> read_time_of_day(std::string_view text);  // 09:30, from 00:00 to 24:00

std::string to_text(std::chrono::year_month_day date);
std::string to_text(std::chrono::minutes time_of_day);

}  // namespace pgwatch
