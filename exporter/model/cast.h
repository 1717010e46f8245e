// Cast: a metric column made ready, and the one loop that turns rows into samples. Only Instrument uses it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "exporter/model/collector.h"

namespace pgwatch {

struct Cast {
  Column column;
  MetricPtr metric;
  std::vector<std::string> labels;  // the label columns it carries, in the collector's order
  std::string fixed;                // its fixed labels, spelled
};

// NULL, text that is no number, and a column the answer lacks give no sample.
void emit_casts(std::span<const Cast> casts, const Rows& rows, Sink& sink);

}  // namespace pgwatch
