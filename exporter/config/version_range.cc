#include "exporter/config/version_range.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>
#include <stdexcept>
#include <string>

namespace pgwatch::config {
namespace {

constexpr int kFirstOfTwoParts = 10;  // from then on a release is 10.3 and no more 9.6.3

[[noreturn]] void refuse(std::string_view text) {
  throw std::invalid_argument("\"" + std::string(text) +
                              "\" is no range of versions; write it as >=13.0.0 <16.0.0 || 17.x");
}

// What it names: one release, or all of 13.x.
VersionSpan read_version(std::string_view text, std::string_view condition) {
  std::array<int, 3> parts{};
  std::size_t count = 0;
  std::istringstream words{std::string(text)};
  for (std::string part; std::getline(words, part, '.'); ++count) {
    if (part == "x" || part == "*") break;
    if (count == parts.size()) refuse(condition);
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), parts.at(count));
    if (part.empty() || error != std::errc{} || end != part.data() + part.size() || parts.at(count) > 99)
      refuse(condition);
  }
  const auto& [first, second, third] = parts;
  if (count == 0) refuse(condition);
  const bool is_new = first >= kFirstOfTwoParts;
  const int since = first * 10'000 + (is_new ? second : second * 100 + third);
  const int width = count == 1 ? 10'000 : count == 2 && !is_new ? 100 : 1;
  return {since, since + width};
}

VersionSpan read_condition(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_of("0123456789x"), text.size());
  const std::string_view sign = text.substr(0, digits);
  const VersionSpan named = read_version(text.substr(digits), text);
  if (sign.empty() || sign == "=" || sign == "==") return named;
  if (sign == ">=") return {named.since, 0};
  if (sign == ">") return {named.before, 0};
  if (sign == "<") return {0, named.since};
  if (sign == "<=") return {0, named.before};
  refuse(text);
}

VersionSpan both(const VersionSpan& one, const VersionSpan& other) {
  const bool one_ends_first = other.before == 0 || (one.before != 0 && one.before < other.before);
  return {std::max(one.since, other.since), one_ends_first ? one.before : other.before};
}

}  // namespace

std::vector<VersionSpan> read_version_range(std::string_view text) {
  std::vector<VersionSpan> spans = {{}};
  bool is_open = true;  // something must follow
  std::istringstream words{std::string(text)};
  for (std::string word; words >> word;) {
    if (word == "||" && is_open) refuse(text);
    if (word == "||")
      spans.emplace_back();
    else
      spans.back() = both(spans.back(), read_condition(word));
    is_open = word == "||";
  }
  if (is_open) refuse(text);
  return spans;
}

}  // namespace pgwatch::config
