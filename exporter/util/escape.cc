#include "exporter/util/escape.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace pgwatch {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

std::uint32_t byte_at(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }

std::size_t announced_length(std::uint32_t first) {
  if (first < 0x80) return 1;
  if (first >> 5U == 0b110) return 2;
  if (first >> 4U == 0b1110) return 3;
  if (first >> 3U == 0b11110) return 4;
  return 0;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; }

std::string escaped_byte(char c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  switch (c) {
    case '"': return "\\\"";
    case '\\': return "\\\\";
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    default: break;
  }
  if (!is_control(c)) return {c};
  const auto byte = static_cast<unsigned char>(c);
  return {'\\', 'u', '0', '0', kHex[byte >> 4U], kHex[byte & 15U]};
}

// What is UTF-8, its characters of one byte as `write` has them.
std::string repaired(std::string_view text, std::string (*write)(char)) {
  std::string result;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) result += kReplacement;
    if (length == 1) result += write(text.front());
    if (length > 1) result += text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return result;
}

}  // namespace

std::size_t utf8_length(std::string_view text) {
  constexpr std::array<std::uint32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  const std::size_t length = announced_length(byte_at(text, 0));
  if (length <= 1) return length;
  if (text.size() < length) return 0;
  std::uint32_t code = byte_at(text, 0) & (0x7FU >> length);
  for (std::size_t at = 1; at < length; ++at) {
    if (byte_at(text, at) >> 6U != 0b10) return 0;
    code = code << 6U | (byte_at(text, at) & 0x3FU);
  }
  const bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
  return code < kLeast.at(length) || code > 0x10FFFF || is_surrogate ? 0 : length;
}

std::string escaped(std::string_view text) { return repaired(text, escaped_byte); }

std::string on_one_line(std::string_view text) {
  return repaired(text, [](char c) { return std::string(1, is_control(c) ? ' ' : c); });
}

}  // namespace pgwatch
