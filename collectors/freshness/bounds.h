// Bounds: how far back a check looks. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "collectors/freshness/moment.h"
#include "exporter/model/freshness.h"

namespace pgwatch::collectors {

// Rows beyond this are of the future.
Micros end_of_present(const FreshnessCheck& check, Micros now);

// So long ago by the wall, or in the calendar's sessions where that is earlier.
Micros back(const FreshnessCheck& check, Micros now, std::chrono::seconds amount);

// Where groups are looked for: beyond the age that is critical, so that one that is stale can be seen to be.
Micros reach(const FreshnessCheck& check, Micros now);

// For a table whose slices are unknown: from reach() on each as long as all after it; the newest first.
std::vector<Micros> slices_by_age(const FreshnessCheck& check, Micros now);

// The earliest row that a window, gaps, late rows or validity look at. REQUIRES: one of them is configured.
Micros window_start(const FreshnessCheck& check, Micros now);

// A stretch in which a row is due each step: from its begin on `count` of them.
struct Stretch {
  Micros begin = 0;
  std::int64_t count = 0;
};

// From the window's start to the newest row's step: what comes after is a matter of age. Where the newest row is older
// than the window, or of the future, to the last whole step. Within the sessions where there is a calendar, whose
// steps begin at the open; else steps begin as multiples of themselves since 1970.
std::vector<Stretch> stretches(const FreshnessCheck& check, Micros now, Micros newest);

}  // namespace pgwatch::collectors
