// process: what this process uses, from /proc, under the names every client library has.
//
// Any thread.
#pragma once

#include <vector>

#include "exporter/model/block.h"
#include "exporter/model/own_metric.h"

namespace pgwatch {

// process_*; what /proc does not say is left out.
BlockPtr report_on_process();
std::vector<OwnMetric> process_metrics();

}  // namespace pgwatch
