#include "collectors/backups/json.h"

#include <charconv>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace pgwatch::collectors {
namespace {

constexpr int kDeepest = 64;

void append_utf8(std::string& text, std::uint32_t code) {
  const auto add = [&text](std::uint32_t byte) { text.push_back(static_cast<char>(byte)); };
  if (code < 0x80) return add(code);
  if (code < 0x800) {
    add(0xC0U | (code >> 6U));
  } else if (code < 0x10000) {
    add(0xE0U | (code >> 12U));
    add(0x80U | ((code >> 6U) & 0x3FU));
  } else {
    add(0xF0U | (code >> 18U));
    add(0x80U | ((code >> 12U) & 0x3FU));
    add(0x80U | ((code >> 6U) & 0x3FU));
  }
  add(0x80U | (code & 0x3FU));
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  JsonValue parse() {
    JsonValue value = read(0);
    skip_space();
    if (at_ < text_.size()) fail("the end");
    return value;
  }

 private:
  [[noreturn]] void fail(const std::string& expected) const {
    throw std::runtime_error("no JSON at byte " + std::to_string(at_) + ": expected " + expected);
  }

  void skip_space() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  bool take(char c) {
    skip_space();
    if (peek() != c || at_ == text_.size()) return false;
    ++at_;
    return true;
  }

  void expect(char c) {
    if (!take(c)) fail(std::string("'") + c + "'");
  }

  bool take_word(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  JsonValue read(int depth) {
    if (depth > kDeepest) fail("no more levels");
    if (take('{')) return read_object(depth);
    if (take('[')) return read_list(depth);
    if (take('"')) return JsonValue(read_text());
    if (take_word("true")) return JsonValue(true);
    if (take_word("false")) return JsonValue(false);
    if (take_word("null")) return {};
    return JsonValue(read_number());
  }

  JsonValue read_object(int depth) {
    JsonValue::Object object;
    if (take('}')) return JsonValue(std::move(object));
    do {
      expect('"');
      std::string key = read_text();
      expect(':');
      object.insert_or_assign(std::move(key), read(depth + 1));
    } while (take(','));
    expect('}');
    return JsonValue(std::move(object));
  }

  JsonValue read_list(int depth) {
    JsonValue::List list;
    if (take(']')) return JsonValue(std::move(list));
    do {
      list.push_back(read(depth + 1));
    } while (take(','));
    expect(']');
    return JsonValue(std::move(list));
  }

  double read_number() {
    const std::size_t end = std::min(text_.find_first_not_of("+-.0123456789eE", at_), text_.size());
    const char* last = text_.data() + end;
    double number = 0;
    const auto [stop, error] = std::from_chars(text_.data() + at_, last, number);
    if (at_ == end || stop != last || error != std::errc{}) fail("a value");
    at_ = end;
    return number;
  }

  std::string read_text() {
    std::string text;
    while (peek() != '"') {
      if (at_ == text_.size() || static_cast<unsigned char>(peek()) < 0x20) fail("the end of a text");
      const char c = text_[at_++];
      if (c == '\\')
        read_escape(text);
      else
        text.push_back(c);
    }
    ++at_;
    return text;
  }

  void read_escape(std::string& text) {
    constexpr std::string_view kEscapes = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    const char c = peek();
    ++at_;
    if (c == 'u') return append_utf8(text, read_code());
    const std::size_t known = kEscapes.find(c);
    if (c == '\0' || known == std::string_view::npos) fail("an escape");
    text.push_back(kMeanings[known]);
  }

  std::uint32_t read_hex() {
    std::uint32_t code = 0;
    const std::string_view digits = text_.substr(std::min(at_, text_.size()), 4);
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    if (digits.size() < 4 || stop != digits.data() + 4 || error != std::errc{}) fail("four hexadecimal digits");
    at_ += 4;
    return code;
  }

  // Beyond the first 65,536 characters it takes two.
  std::uint32_t read_code() {
    const std::uint32_t code = read_hex();
    if (code < 0xD800 || code > 0xDFFF) return code;
    if (code > 0xDBFF || !take_word("\\u")) fail("the first of a pair");
    const std::uint32_t second = read_hex();
    if (second < 0xDC00 || second > 0xDFFF) fail("the second of a pair");
    return 0x10000 + ((code - 0xD800) << 10U) + (second - 0xDC00);
  }

  const std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<std::int64_t> JsonValue::integer() const {
  constexpr double kExact = 9007199254740992.0;
  if (!number_ || std::trunc(*number_) != *number_ || std::abs(*number_) > kExact) return std::nullopt;
  return static_cast<std::int64_t>(*number_);
}

const JsonValue& JsonValue::at(std::string_view key) const {
  static const JsonValue null;
  const auto found = object_.find(key);
  return found == object_.end() ? null : found->second;
}

JsonValue parse_json(std::string_view text) { return Parser(text).parse(); }

}  // namespace pgwatch::collectors
