// freshness: how old the newest rows of a table are, and what else a check asks of them. One collector per check.
#pragma once

#include "exporter/model/collector.h"
#include "exporter/model/freshness.h"

namespace pgwatch::collectors {

// Called freshness_NAME. One asking takes a few statements, each of one SELECT, and remembers nothing for the next.
// What the server refuses is a failure here and no skip: a check that cannot see its table must not count as well.
Collector freshness_collector(const FreshnessCheckPtr& check);

// As the reference shows it: every check's collector has these metrics.
Collector freshness_example();

}  // namespace pgwatch::collectors
