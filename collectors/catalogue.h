// The catalogue: every built-in collector, one line each. tests/catalogue_test.cc fails when a file is missing here.
#pragma once

#include <vector>

#include "exporter/model/collector.h"

namespace pgwatch::collectors {

Collector replication();
Collector replication_slots();

std::vector<Collector> catalogue();

}  // namespace pgwatch::collectors
