#include "exporter/config/values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "exporter/util/address.h"

namespace pgwatch::config {
namespace {

constexpr std::array<std::pair<std::string_view, Milliseconds>, 5> kUnits = {{
    {"d", std::chrono::hours{24}},
    {"h", std::chrono::hours{1}},
    {"m", std::chrono::minutes{1}},
    {"s", std::chrono::seconds{1}},
    {"ms", Milliseconds{1}},
}};

constexpr std::array<std::pair<std::string_view, double>, 5> kSizes = {{
    {"B", 1.0},
    {"KiB", 1024.0},
    {"MiB", 1024.0 * 1024},
    {"GiB", 1024.0 * 1024 * 1024},
    {"TiB", 1024.0 * 1024 * 1024 * 1024},
}};

// Labels the program itself puts on samples. tests/catalogue_test.cc holds that none is missing.
constexpr std::array<std::string_view, 15> kOwnLabels = {
    "server",   "le",      "datname", "collector",         "reason", "class", "check", "group", "rule", "severity",
    "calendar", "address", "version", "system_identifier", "state"};

template <typename Number>
std::optional<Number> read_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// A whole number and one of these units.
template <typename Value, std::size_t kCount>
std::optional<Value> read_quantity(std::string_view text,
                                   const std::array<std::pair<std::string_view, Value>, kCount>& units) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = read_number<std::int32_t>(text.substr(0, digits));
  const auto unit = std::ranges::find(units, text.substr(digits), [](const auto& known) { return known.first; });
  if (!number || unit == units.end()) return std::nullopt;
  return *number * unit->second;
}

bool is_name(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return !name.empty() && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return is_letter(c) || is_digit(c); });
}

// What stands between ${ and }.
std::string look_up(std::string_view inside, const Environment& environment) {
  const std::size_t fallback = inside.find(":-");
  const std::string name(inside.substr(0, fallback));
  if (!is_name(name)) throw std::invalid_argument("${…} holds no variable's name; a literal dollar is written $$");
  const std::optional<std::string> value = environment(name);
  if (fallback != std::string_view::npos) {
    return value && !value->empty() ? *value : std::string(inside.substr(fallback + 2));
  }
  if (!value) throw std::invalid_argument("variable " + name + " is not set; ${" + name + ":-default} gives a default");
  return *value;
}

bool carries(const Collector& collector, std::string_view label) {
  return std::any_of(collector.columns.begin(), collector.columns.end(), [&](const Column& column) {
    const bool itself = (column.use == Use::kLabel || column.use == Use::kState) && column.name == label;
    return itself || std::any_of(column.fixed.begin(), column.fixed.end(),
                                 [&](const auto& fixed) { return fixed.first == label; });
  });
}

}  // namespace

std::optional<Milliseconds> read_duration(std::string_view text) { return read_quantity(text, kUnits); }

std::optional<double> read_seconds(std::string_view text) {
  const auto duration = read_duration(text);
  if (!duration) return std::nullopt;
  return std::chrono::duration<double>(*duration).count();
}

std::optional<double> read_size(std::string_view text) { return read_quantity(text, kSizes); }

std::optional<double> read_decimal(std::string_view text) {
  const auto number = read_number<double>(text);
  return number && std::isfinite(*number) ? number : std::nullopt;
}

std::string to_text(Milliseconds duration) {
  for (const auto& [name, unit] : kUnits) {
    if (duration.count() != 0 && duration % unit == Milliseconds{0}) {
      return std::to_string(duration / unit) + std::string(name);
    }
  }
  return "0s";
}

std::string expand(std::string_view text, const Environment& environment) {
  std::string expanded;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::string_view rest = text.substr(at);
    if (rest.starts_with("$$")) {
      expanded += '$';
      ++at;
    } else if (rest.starts_with("${")) {
      const std::size_t end = rest.find('}');
      if (end == std::string_view::npos) throw std::invalid_argument("${ without }; a literal dollar is written $$");
      expanded += look_up(rest.substr(2, end - 2), environment);
      at += end;
    } else {
      expanded += text[at];
    }
  }
  return expanded;
}

std::string shown(std::string_view text) {
  const bool may_be_secret = text.find_first_of("=@") != text.npos || text.find("://") != text.npos;
  return may_be_secret ? "what looks like a connection string" : '"' + std::string(text) + '"';
}

std::string listen_problem(std::string_view address) {
  try {
    Address::parse(address);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

std::string telemetry_path_problem(std::string_view path) {
  if (!path.starts_with('/')) return "expected a path that begins with /, as /metrics";
  if (path.find_first_of(" \t\n?#%") != std::string_view::npos) return "a path holds no space, ?, # or %";
  const bool taken =
      path == "/" || path == "/probe" || path == "/sd" || path.starts_with("/-/") || path.starts_with("/api/");
  return taken ? "this path is pgwatch's own; choose another, as /metrics" : "";
}

std::string label_problem(std::string_view name, std::span<const Collector> catalogue) {
  const std::string subject = "label " + shown(name);
  if (!is_label_name(name)) return subject + " is no label name; expected letters, digits and _, no digit or __ first";
  if (std::find(kOwnLabels.begin(), kOwnLabels.end(), name) != kOwnLabels.end()) {
    return subject + " is pgwatch's own; choose another name";
  }
  for (const Collector& collector : catalogue) {
    if (collector.scope == Scope::kHost) continue;  // it carries no target's labels
    if (carries(collector, name)) return subject + " is taken by collector " + collector.name + "; choose another name";
  }
  return "";
}

std::string log_level_problem(std::string_view level) {
  constexpr std::array<std::string_view, 4> kLevels = {"debug", "info", "warn", "error"};
  const bool known = std::find(kLevels.begin(), kLevels.end(), level) != kLevels.end();
  return known ? "" : "expected debug, info, warn or error";
}

std::optional<LogFormat> read_log_format(std::string_view text) {
  if (text == "logfmt") return LogFormat::kLogfmt;
  if (text == "json") return LogFormat::kJson;
  return std::nullopt;
}

}  // namespace pgwatch::config
