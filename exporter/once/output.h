// Output: a result as it was asked for, and where it goes.
#pragma once

#include <string>
#include <vector>

#include "exporter/health/result.h"
#include "exporter/model/snapshot.h"
#include "exporter/model/world.h"
#include "exporter/once/options.h"

namespace pgwatch::once {

inline constexpr int kError = 3;  // an error of usage or writing; also the status "unknown"

int exit_code(health::Status status, ExitStyle style);
int error_code(ExitStyle style);

// `told` are samples beside the probe's own, for a page of metrics: what the targets answered.
std::string rendered(const health::Result& result, const std::vector<BlockPtr>& told, const Options& options);

// Writes to standard output, or replaces the file at once and whole. Throws std::runtime_error with the cause.
void deliver(const std::string& text, const Options& options);

}  // namespace pgwatch::once
