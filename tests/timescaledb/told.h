// Told: what collectors tell of a server, as a page; and which of them speak of TimescaleDB.
#pragma once

#include <vector>

#include "tests/integration/interview.h"
#include "tests/support/exposition.h"

namespace pgwatch::test {

std::vector<Collector> timescaledb_collectors();

// Throws std::runtime_error where the collector is skipped or a statement of it fails.
Exposition told(Interview& interview, const Collector& collector);

}  // namespace pgwatch::test
