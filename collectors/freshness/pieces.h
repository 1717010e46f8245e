// Pieces: what a check asks of many chunks is asked piece by piece, the newest first, for each chunk that a statement
// reads is locked. Here the answers are put together in the collector's memory, as if there had been one. Pure.
#pragma once

#include <string>
#include <vector>

#include "exporter/model/freshness.h"
#include "exporter/model/rows.h"
#include "exporter/model/samples.h"

namespace pgwatch::collectors {

// Of a group the newest row is in the first piece that has any. Where a piece has more groups than the check allows,
// how many there are is at least what is told.
void gather_groups(const Rows& rows, Memory& memory);
Rows gathered_groups(const FreshnessCheck& check, const std::vector<std::string>& expected, const Memory& memory);

// Counts add up, and a step that two pieces share counts once; of delays the longest counts.
void gather_window(const Rows& rows, Memory& memory);
Rows gathered_window(const Memory& memory);

}  // namespace pgwatch::collectors
