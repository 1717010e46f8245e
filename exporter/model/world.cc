#include "exporter/model/world.h"

#include <algorithm>

#include "exporter/model/metric.h"

namespace pgwatch {

// Goes back to the last star only: an earlier one could take no text that the last cannot.
bool matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t star_end = 0;  // how much text the star has taken
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_end = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++star_end;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

namespace {

bool any_matches(const std::vector<std::string>& patterns, std::string_view text) {
  return std::any_of(patterns.begin(), patterns.end(), [text](const std::string& one) { return matches(one, text); });
}

}  // namespace

std::string_view to_string(Role role) {
  switch (role) {
    case Role::kAny: return "any";
    case Role::kPrimary: return "primary";
    case Role::kStandby: return "standby";
  }
  return "any";
}

bool DatabaseFilter::takes(std::string_view database) const {
  return any_matches(include, database) && !any_matches(exclude, database);
}

std::string Target::label_text() const {
  std::string text;
  append_label(text, "server", name);
  for (const auto& [label, value] : labels) append_label(text, label, value);
  return text;
}

}  // namespace pgwatch
