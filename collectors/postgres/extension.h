// Extension: how its functions are called, wherever it is installed, and whether it is new enough to have them.
#pragma once

#include <charconv>
#include <string>
#include <string_view>
#include <utility>

#include "exporter/model/facts.h"

namespace pgwatch::collectors {

// "schema".function
inline std::string function_of(const Extension& extension, std::string_view function) {
  std::string name = "\"";
  for (const char one : extension.schema) name.append(one == '"' ? 2 : 1, one);
  return name.append("\".").append(function);
}

// Versions of PostgreSQL's own extensions are two numbers: 1.10 comes after 1.9.
inline bool is_at_least(const Extension& extension, int major, int minor) {
  const char* const end = extension.version.data() + extension.version.size();
  std::pair<int, int> version;
  const auto dot = std::from_chars(extension.version.data(), end, version.first).ptr;
  if (dot != end) std::from_chars(dot + 1, end, version.second);
  return version >= std::pair(major, minor);
}

}  // namespace pgwatch::collectors
