// Freshness: which rows are to be fresh, and what makes them stale.
#pragma once

#include <string>
#include <vector>

#include "exporter/config/reader.h"
#include "exporter/model/freshness.h"

namespace pgwatch::config {

struct WrittenFreshness {
  FreshnessCheckPtr check;
  std::string servers_at;  // file:line:column
};

// Reads what stands under `freshness`: defaults, calendars, checks. No two checks have one name, and none that of one
// in `taken`.
std::vector<WrittenFreshness> read_freshness(const Reader& reader, const Node& node,
                                             const std::vector<CheckInfo>& taken);

}  // namespace pgwatch::config
