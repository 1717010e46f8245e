#include "exporter/once/options.h"

#include <algorithm>
#include <array>

namespace pgwatch::once {
namespace {

// The last value of an option written `--name value` or `--name=value`.
std::string_view last_value(std::span<const char* const> arguments, std::string_view name) {
  std::string_view value;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument == name && i + 1 < arguments.size()) value = arguments[i + 1];
    if (argument.starts_with(name) && argument.substr(name.size()).starts_with('='))
      value = argument.substr(name.size() + 1);
  }
  return value;
}

// Whoever forgot or mistyped --once meant it all the same.
bool is_for_a_probe(std::string_view argument) {
  constexpr std::array<std::string_view, 8> kOptions = {"--once",   "--check",      "--timeout", "--format",
                                                        "--output", "--exit-style", "--verbose", "-v"};
  return std::ranges::find(kOptions, argument.substr(0, argument.find('='))) != kOptions.end();
}

}  // namespace

std::optional<Format> read_format(std::string_view word) {
  if (word == "human") return Format::kHuman;
  if (word == "json") return Format::kJson;
  if (word == "prometheus") return Format::kPrometheus;
  return std::nullopt;
}

std::optional<ExitStyle> read_exit_style(std::string_view word) {
  if (word == "nagios") return ExitStyle::kNagios;
  if (word == "binary") return ExitStyle::kBinary;
  if (word == "zero") return ExitStyle::kZero;
  return std::nullopt;
}

std::optional<Options> manner_of_complaint(std::span<const char* const> arguments) {
  if (std::ranges::none_of(arguments, is_for_a_probe)) return std::nullopt;
  Options options;
  options.format = read_format(last_value(arguments, "--format")).value_or(options.format);
  options.exit_style = read_exit_style(last_value(arguments, "--exit-style")).value_or(options.exit_style);
  options.output = last_value(arguments, "--output");
  return options;
}

}  // namespace pgwatch::once
