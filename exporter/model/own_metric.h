// OwnMetric: a metric pgwatch says of itself, declared once for the page and for the reference.
#pragma once

#include <string>
#include <vector>

#include "exporter/model/metric.h"

namespace pgwatch {

struct OwnMetric {
  Metric metric;
  std::vector<std::string> labels;
};

}  // namespace pgwatch
