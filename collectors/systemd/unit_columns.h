// The columns of the collector units.
#pragma once

#include <vector>

#include "exporter/model/collector.h"

namespace pgwatch::collectors {

inline constexpr const char* kUnhealthyContainers = "unhealthy_containers";  // remembered: their ids, a line each

std::vector<Column> unit_columns();

}  // namespace pgwatch::collectors
