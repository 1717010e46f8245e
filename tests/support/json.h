// Json: a text in JSON, read back by a test.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace pgwatch::test {

class Json {
 public:
  using List = std::vector<Json>;
  using Object = std::map<std::string, Json>;

  // As strict as the standard: throws std::invalid_argument saying where the text is no JSON.
  static Json parse(std::string_view text);

  // Each throws std::invalid_argument where it is something else.
  const Json& at(const std::string& key) const;
  const List& items() const;
  const std::string& text() const;
  double number() const;
  bool is_null() const { return std::holds_alternative<std::nullptr_t>(value_); }

 private:
  friend class JsonReader;
  using Value = std::variant<std::nullptr_t, bool, double, std::string, List, Object>;

  Json(Value value) : value_(std::move(value)) {}

  template <typename Kind>
  const Kind& as(const char* what) const;

  Value value_;
};

}  // namespace pgwatch::test
