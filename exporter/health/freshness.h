// Freshness on the page: what the verdicts on the rows of tables are now, as samples. Pure.
#pragma once

#include <string>
#include <vector>

#include "exporter/model/own_metric.h"
#include "exporter/model/snapshot.h"
#include "exporter/model/world.h"

namespace pgwatch::health {

// pgwatch_freshness_status and what belongs to it, of the checks whose collectors the Snapshot was asked for. `now` is
// Unix time.
BlockPtr freshness_of(const World& world, const Snapshot& snapshot, double now);

// Until when the holidays are known of each calendar that a check goes by.
BlockPtr calendars_of(const World& world);
// Those that end soon, with the cure.
std::vector<std::string> calendar_complaints(const World& world, double now);

// All of these metrics, for the reference.
std::vector<OwnMetric> freshness_metrics();

}  // namespace pgwatch::health
