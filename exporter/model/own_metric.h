// OwnMetric: a metric pgwatch says of itself, declared once for the page and for the reference.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "exporter/model/block.h"
#include "exporter/model/metric.h"

namespace pgwatch {

struct OwnMetric {
  Metric metric;
  std::vector<std::string> labels;
};

// What pgwatch says of itself, ready for a page. Takes the sink's samples.
inline BlockPtr own_block(Sink& sink) {
  auto block = std::make_shared<Block>();
  block->collector = "pgwatch";
  block->samples = sink.take_samples();
  return block;
}

}  // namespace pgwatch
