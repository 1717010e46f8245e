// Examine: all verdicts on what a request got. Pure.
#pragma once

#include <span>
#include <vector>

#include "exporter/health/selection.h"

namespace pgwatch::health {

// In the order of the World's targets and of the checks. `now` is Unix time.
std::vector<Verdict> examine(const World& world, const Snapshot& snapshot, std::span<const Check> checks,
                             const Selection& selection, double now);

}  // namespace pgwatch::health
