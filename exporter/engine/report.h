// report: what a Snapshot says of itself, as Blocks: who is up, how each collector fared.
// Pure.
#pragma once

#include <vector>

#include "exporter/model/own_metric.h"
#include "exporter/model/snapshot.h"

namespace pgwatch {

// pg_up, pgwatch_target_down, pg_server_info, pgwatch_collector_*, pg_scrape_collector_*.
BlockPtr report_on(const Snapshot& snapshot);

// All of these and process_*, for the reference.
std::vector<OwnMetric> reported_metrics();

// Whether every target is up and no collector failed.
bool is_complete(const Snapshot& snapshot);

}  // namespace pgwatch
