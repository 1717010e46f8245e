// The parts of a freshness check that have settings of their own. Each reads one node.
#pragma once

#include <string_view>

#include "exporter/config/reader.h"
#include "exporter/model/freshness.h"

namespace pgwatch::config {

// a to z, 0 to 9 and _: it becomes part of other names.
bool is_plain_name(std::string_view name);

// Nothing counts as "".
std::string optional_text(const Reader& reader, const Node& node);
FreshnessCheck::Seconds whole_seconds(const Reader& reader, const Node& node, Milliseconds least, Milliseconds most);
double seconds_above_0(const Reader& reader, const Node& node);

// `max` where the group does not say how many there may be at most.
FreshnessCheck::Groups read_groups(const Reader& reader, const Node& node, int max);
FreshnessCheck::Window read_window(const Reader& reader, const Node& node);
FreshnessCheck::Gaps read_gaps(const Reader& reader, const Node& node);
FreshnessCheck::Late read_late(const Reader& reader, const Node& node);
FreshnessCheck::Validity read_validity(const Reader& reader, const Node& node);

}  // namespace pgwatch::config
