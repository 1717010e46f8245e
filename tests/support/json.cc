#include "tests/support/json.h"

#include <algorithm>
#include <regex>
#include <stdexcept>
#include <utility>

namespace pgwatch::test {

class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}

  Json document() {
    Json value = read();
    skip_space();
    if (at_ != text_.size()) fail("more than one value");
    return value;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw std::invalid_argument(what + " at " + std::to_string(at_) + " of " + std::string(text_));
  }

  void skip_space() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

  // Takes this where it comes next.
  bool take(std::string_view word) {
    skip_space();
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  Json read() {
    if (take("{")) return object();
    if (take("[")) return list();
    if (take("\"")) return Json(string());
    if (take("true")) return Json(true);
    if (take("false")) return Json(false);
    if (take("null")) return Json(nullptr);
    return number();
  }

  Json object() {
    Json::Object members;
    if (take("}")) return Json(members);
    do {
      if (!take("\"")) fail("no key");
      const std::string key = string();
      if (!take(":")) fail("no colon");
      if (!members.emplace(key, read()).second) fail("key " + key + " a second time");
    } while (take(","));
    if (!take("}")) fail("no end of the object");
    return Json(std::move(members));
  }

  Json list() {
    Json::List items;
    if (take("]")) return Json(items);
    do items.push_back(read());
    while (take(","));
    if (!take("]")) fail("no end of the list");
    return Json(std::move(items));
  }

  // What an escape stands for matters to no test yet; that it is one does.
  std::string string() {
    static const std::regex inside(R"((?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*")");
    std::cmatch match;
    const auto flags = std::regex_constants::match_continuous;
    if (!std::regex_search(text_.begin() + at_, text_.end(), match, inside, flags)) fail("no end of the text");
    at_ += static_cast<std::size_t>(match.length());
    return match.str().substr(0, match.str().size() - 1);
  }

  Json number() {
    static const std::regex shape(R"(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)");
    std::cmatch match;
    const auto flags = std::regex_constants::match_continuous;
    if (!std::regex_search(text_.begin() + at_, text_.end(), match, shape, flags)) fail("no value");
    at_ += static_cast<std::size_t>(match.length());
    return Json(std::stod(match.str()));
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

Json Json::parse(std::string_view text) { return JsonReader(text).document(); }

template <typename Kind>
const Kind& Json::as(const char* what) const {
  if (const auto* value = std::get_if<Kind>(&value_)) return *value;
  throw std::invalid_argument(std::string("the JSON value is no ") + what);
}

const Json& Json::at(const std::string& key) const {
  const auto& members = as<Object>("object");
  const auto found = members.find(key);
  if (found == members.end()) throw std::invalid_argument("the JSON object has no member " + key);
  return found->second;
}

const Json::List& Json::items() const { return as<List>("list"); }
const std::string& Json::text() const { return as<std::string>("text"); }
double Json::number() const { return as<double>("number"); }

}  // namespace pgwatch::test
