// Checks: from when on a check warns, and whether it is made at all.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "exporter/config/reader.h"
#include "exporter/model/threshold.h"

namespace pgwatch::config {

// A threshold in a check's unit, or `none`.
std::optional<double> read_limit(const Reader& reader, const Node& node, Unit unit);

// What is wrong with a check's thresholds, "" where nothing is.
std::string threshold_problem(const Threshold& threshold);

// Reads what stands under `checks`: NAME: {warning: 60s, critical: 5m}, or NAME: false. What is not said stays as it is
// in `settings`, else as the check itself has it.
void read_checks(const Reader& reader, const Node& node, const std::vector<CheckInfo>& known, CheckSettings& settings);

}  // namespace pgwatch::config
