// Metrics: what the checks are configured to, and what they found, as samples. Pure.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "exporter/health/check.h"
#include "exporter/health/result.h"
#include "exporter/model/own_metric.h"

namespace pgwatch::health {

// pgwatch_threshold of every target, so that alert rules need not know the configuration again: of these checks, and of
// those of its freshness.
BlockPtr thresholds_of(const World& world, std::span<const CheckInfo> checks);

// pgwatch_once_*: one probe.
BlockPtr samples_of(const Result& result);

// All of these, for the reference.
std::vector<OwnMetric> health_metrics();

}  // namespace pgwatch::health
