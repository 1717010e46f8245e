// Values: what the words of a configuration mean. Pure; the command line uses the same rules as the file.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "exporter/config/config.h"

namespace pgwatch::config {

// What settings are bounded by.
inline constexpr Milliseconds kShortestTimeout{10};
inline constexpr Milliseconds kSecond = std::chrono::seconds{1};
inline constexpr Milliseconds kMinute = std::chrono::minutes{1};
inline constexpr Milliseconds kHour = std::chrono::hours{1};
inline constexpr Milliseconds kDay = std::chrono::hours{24};
inline constexpr Milliseconds kWeek = 7 * kDay;

// On which side of a limit things are bad.
enum class Worse { kAbove, kBelow };

// 500ms, 3s, 5m, 1h, 1d: a whole number and its unit.
std::optional<Milliseconds> read_duration(std::string_view text);
std::string to_text(Milliseconds duration);                 // in the largest unit that is exact
std::optional<double> read_seconds(std::string_view text);  // the same, in seconds

// 512B, 256MiB, 2GiB: a whole number and its unit, in bytes.
std::optional<double> read_size(std::string_view text);

// 12, -0.5 or 1e-3, and neither NaN nor infinity.
std::optional<double> read_decimal(std::string_view text);

// ${NAME} by what the environment has, ${NAME:-default}, $$ for a dollar. Throws std::invalid_argument naming the
// variable.
std::string expand(std::string_view text, const Environment& environment);

// A text as an error may show it: in quotes, but not where it may be a connection string, which may hold a password.
std::string shown(std::string_view text);

// The following say what is wrong with a value, "" where nothing is.
std::string listen_problem(std::string_view address);
std::string telemetry_path_problem(std::string_view path);
std::string label_problem(std::string_view name, std::span<const Collector> catalogue);
std::string log_level_problem(std::string_view level);

std::optional<LogFormat> read_log_format(std::string_view text);

}  // namespace pgwatch::config
