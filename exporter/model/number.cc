#include "exporter/model/number.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

namespace pgwatch {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Every double up to here is told apart from its neighbours by its integer digits.
constexpr double kExactInteger = 9007199254740992.0;  // 2^53

std::optional<Number> parse_word(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, Number>, 9> kWords{{
      {"t", 1},
      {"f", 0},
      {"true", 1},
      {"false", 0},
      {"on", 1},
      {"off", 0},
      {"NaN", std::numeric_limits<double>::quiet_NaN()},
      {"Infinity", kInfinity},
      {"-Infinity", -kInfinity},
  }};
  for (const auto& [word, number] : kWords)
    if (text == word) return number;
  return std::nullopt;
}

// The whole text as a T; from_chars knows no locale.
template <typename T>
std::optional<Number> parse_as(std::string_view text) {
  T value{};
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return Number(value);
}

// from_chars would also read "inf" and "nan(1)" as doubles.
bool looks_numeric(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
}

template <typename T>
void append_chars(std::string& text, T value) {
  std::array<char, 32> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  text.append(buffer.data(), end);
}

void append_double(std::string& text, double value) {
  if (std::isnan(value))
    text += "NaN";
  else if (std::isinf(value))
    text += value > 0 ? "+Inf" : "-Inf";
  else if (std::abs(value) <= kExactInteger && std::trunc(value) == value)
    append_chars(text, static_cast<std::int64_t>(value));
  else
    append_chars(text, value);
}

}  // namespace

std::optional<Number> Number::parse(std::string_view text) {
  if (!looks_numeric(text)) return parse_word(text);
  if (const auto number = parse_as<std::int64_t>(text)) return number;
  if (const auto number = parse_as<std::uint64_t>(text)) return number;
  return parse_as<double>(text);
}

void Number::append_to(std::string& text) const {
  if (const auto* whole = std::get_if<std::int64_t>(&value_))
    append_chars(text, *whole);
  else if (const auto* natural = std::get_if<std::uint64_t>(&value_))
    append_chars(text, *natural);
  else
    append_double(text, std::get<double>(value_));
}

double Number::as_double() const {
  return std::visit([](auto value) { return static_cast<double>(value); }, value_);
}

}  // namespace pgwatch
