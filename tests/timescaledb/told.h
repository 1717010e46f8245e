// Told: what collectors tell of a server, as a page.
#pragma once

#include "tests/integration/interview.h"
#include "tests/support/exposition.h"

namespace pgwatch::test {

// Throws std::runtime_error where the collector is skipped or a statement of it fails.
Exposition told(Interview& interview, const Collector& collector);

}  // namespace pgwatch::test
