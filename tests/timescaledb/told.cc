#include "tests/timescaledb/told.h"

#include <stdexcept>

#include "exporter/model/exposition.h"
#include "tests/exporter/model/emitted.h"

namespace pgwatch::test {

Exposition told(Interview& interview, const Collector& collector) {
  Asked asked = interview.ask(collector);
  if (asked.skip) throw std::runtime_error(collector.name + " is skipped: " + asked.skip->detail);
  const BlockPtr block = make_block(std::move(asked.samples));
  return Exposition(write_exposition(std::span(&block, 1)).text);
}

}  // namespace pgwatch::test
