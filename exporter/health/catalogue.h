// The built-in checks, a file for each group.
#pragma once

#include <vector>

#include "exporter/health/check.h"

namespace pgwatch::health {

std::vector<Check> server_checks();
std::vector<Check> replication_checks();
std::vector<Check> slot_checks();

}  // namespace pgwatch::health
