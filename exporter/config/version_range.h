// Version range: which servers a query is for, as postgres_exporter's runonserver spells it. Pure.
#pragma once

#include <string_view>
#include <vector>

namespace pgwatch::config {

// By server_version_num; 0: no bound.
struct VersionSpan {
  int since = 0;
  int before = 0;

  friend bool operator==(const VersionSpan&, const VersionSpan&) = default;
};

// ">=13.0.0 <16.0.0 || 17.x": spans, any of which will do. Throws std::invalid_argument.
std::vector<VersionSpan> read_version_range(std::string_view text);

}  // namespace pgwatch::config
