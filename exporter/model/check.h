// check_collector: what can be wrong with a collector before anything runs. Only Instrument uses it.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/model/collector.h"

namespace pgwatch {

// Throws contradiction() for a source that asks nothing or cannot be read, for a bad need, name, label or pattern, for
// a metric without help and for a by() of no label column.
void check_collector(const Collector& collector);

// The metric a column gives: its own name, or the collector's prefix and the column's name.
std::string metric_name(const Collector& collector, const Column& column);

// The label columns its samples carry; in the collector's order, whatever by() said, so that equal choices are spelled
// alike.
std::vector<std::string> carried_labels(const Collector& collector, const Column& column);

bool is_metric(const Column& column);

// In which thresholds of a metric are given, by its name.
Unit unit_of(std::string_view metric);

// collector "NAME": what
std::invalid_argument contradiction(const Collector& collector, const std::string& what);
// collector "NAME", column "COLUMN": what
std::invalid_argument contradiction(const Collector& collector, const Column& column, const std::string& what);

}  // namespace pgwatch
