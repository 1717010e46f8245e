// Number: the value of one sample. Integers of 64 bits stay exact; everything else is a double.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace pgwatch {

class Number {
 public:
  constexpr Number() = default;
  template <std::signed_integral T>
  constexpr Number(T value) : value_(static_cast<std::int64_t>(value)) {}
  template <std::unsigned_integral T>
  constexpr Number(T value) : value_(narrowest(value)) {}
  constexpr Number(double value) : value_(value) {}

  // Reads PostgreSQL's spelling of a number or a boolean: "42", "1.5e3", "NaN", "-Infinity", "t", "off".
  // Nothing where the text is none of these.
  static std::optional<Number> parse(std::string_view text);

  // Appends the exposition spelling: exact integers, the shortest round-trip double (whole ones without an exponent up
  // to 2^53), NaN, +Inf, -Inf.
  void append_to(std::string& text) const;

  double as_double() const;

  friend bool operator==(const Number&, const Number&) = default;

 private:
  using Value = std::variant<std::int64_t, std::uint64_t, double>;

  // One spelling per integer, so that equal ones compare equal whatever type they came from.
  static constexpr Value narrowest(std::uint64_t value) {
    return value > std::numeric_limits<std::int64_t>::max() ? Value(value) : Value(static_cast<std::int64_t>(value));
  }

  Value value_{std::int64_t{0}};
};

}  // namespace pgwatch
