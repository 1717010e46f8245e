// Instrument: a collector made ready once, when a World is made. Its metrics exist and its columns know them.
//
// Immutable and shared by all targets that use it the same way.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "exporter/model/collector.h"

namespace pgwatch {

struct Cast;  // exporter/model/cast.h

class Instrument {
 public:
  // Throws std::invalid_argument naming the collector and the column where the collector contradicts itself:
  // a metric without help, a bad name, two meanings for one metric, by() naming no label column, no source.
  explicit Instrument(Collector collector);
  ~Instrument();
  Instrument(const Instrument&) = delete;
  Instrument& operator=(const Instrument&) = delete;

  const Collector& collector() const { return collector_; }
  const std::string& name() const { return collector_.name; }
  // Those declared by columns, in their order, once each.
  const std::vector<MetricPtr>& metrics() const { return metrics_; }
  std::chrono::milliseconds keep() const;  // the lane's default where the collector says none

  // Turns an answer into samples: by the collector's emit, or by its columns. A column the answer lacks gives nothing;
  // a column nobody declared is passed over. Throws what a collector's own emit throws.
  void emit(const Rows& rows, Sink& sink) const;

 private:
  MetricPtr declare(const Column& column);

  Collector collector_;
  std::vector<MetricPtr> metrics_;
  std::vector<Cast> casts_;  // one per metric column
};

using InstrumentPtr = std::shared_ptr<const Instrument>;

// The same metric with another type or help, or of two collectors, is an error that names both. Patterns do
// not clash here.
void check_clashes(std::span<const InstrumentPtr> instruments);

}  // namespace pgwatch
