#include "exporter/model/text.h"

#include <algorithm>
#include <cstddef>

namespace pgwatch {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// Well-formed UTF-8 of more than one byte: the first byte decides what the second may be; the others are continuations.
struct Form {
  unsigned char first_low, first_high, second_low, second_high;
  std::size_t length;
};
constexpr Form kForms[] = {
    {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3}, {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3},
    {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
};

bool between(char character, unsigned char low, unsigned char high) {
  const auto byte = static_cast<unsigned char>(character);
  return low <= byte && byte <= high;
}

bool has_form(std::string_view text, const Form& form) {
  return text.size() >= form.length && between(text[0], form.first_low, form.first_high) &&
         between(text[1], form.second_low, form.second_high) &&
         std::all_of(text.begin() + 2, text.begin() + form.length, [](char one) { return between(one, 0x80, 0xBF); });
}

// The character of several bytes text begins with; "" where it begins with none.
std::string_view wide_character(std::string_view text) {
  for (const Form& form : kForms)
    if (has_form(text, form)) return text.substr(0, form.length);
  return {};
}

bool is_plain(char character, Place place) {
  const auto byte = static_cast<unsigned char>(character);
  return byte < 0x80 && byte != '\0' && byte != '\n' && byte != '\\' && (byte != '"' || place == Place::kHelp);
}

// Appends the one character text begins with, which is not plain, and says how many bytes it took.
std::size_t append_special(std::string& page, std::string_view text) {
  if (text[0] == '\n') {
    page += "\\n";
  } else if (text[0] == '\\' || text[0] == '"') {
    page += '\\';
    page += text[0];
  } else if (const std::string_view wide = wide_character(text); !wide.empty()) {
    page += wide;
    return wide.size();
  } else {
    page += kReplacement;
  }
  return 1;
}

}  // namespace

void append_escaped(std::string& page, std::string_view text, Place place) {
  while (!text.empty()) {
    const auto plain_end = std::find_if(text.begin(), text.end(), [place](char one) { return !is_plain(one, place); });
    const auto plain = static_cast<std::size_t>(plain_end - text.begin());
    page += text.substr(0, plain);
    text.remove_prefix(plain);
    if (!text.empty()) text.remove_prefix(append_special(page, text));
  }
}

}  // namespace pgwatch
