// Json: a text of JSON as a tree of values. Strict, and pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pgwatch::collectors {

// Whoever asks a value for what it is not gets nothing: another program's answer may change its shape.
class JsonValue {
 public:
  using List = std::vector<JsonValue>;
  using Object = std::map<std::string, JsonValue, std::less<>>;

  JsonValue() = default;  // null
  explicit JsonValue(bool boolean) : boolean_(boolean) {}
  explicit JsonValue(double number) : number_(number) {}
  explicit JsonValue(std::string text) : text_(std::move(text)) {}
  explicit JsonValue(List list) : list_(std::move(list)) {}
  explicit JsonValue(Object object) : object_(std::move(object)) {}

  std::optional<bool> boolean() const { return boolean_; }
  std::optional<double> number() const { return number_; }
  std::optional<std::int64_t> integer() const;  // a number that is one
  std::optional<std::string> text() const { return text_; }
  const List& list() const { return list_; }        // empty where it is none
  const JsonValue& at(std::string_view key) const;  // null where it has none

 private:
  std::optional<bool> boolean_;
  std::optional<double> number_;
  std::optional<std::string> text_;
  List list_;
  Object object_;
};

// Throws std::runtime_error that says where the text is no JSON: cut short, more than one value, more than 64 levels.
JsonValue parse_json(std::string_view text);

}  // namespace pgwatch::collectors
