#include "tests/collectors/steps.h"

#include <stdexcept>

#include "exporter/model/instrument.h"
#include "tests/exporter/model/emitted.h"

namespace pgwatch::test {

Steps take_steps(const Collector& collector, const Player& player, Memory remembered) {
  const Instrument instrument(collector);
  for (const auto& [name, value] : with_options(collector, {})) remembered.emplace(name, value);
  Sink sink(instrument.metrics(), std::move(remembered), collector.max_series);
  Steps steps;
  do {
    if (steps.count++ == collector.most_steps) throw std::logic_error(collector.name + " comes to no end");
    const Answer answer = player(sink.memory());
    if (const auto* rows = std::get_if<Rows>(&answer))
      instrument.emit(*rows, sink);
    else
      steps.failed = !collector.recover(std::get<Failure>(answer), sink);
  } while (!steps.failed && sink.take_ask_again());
  if (!steps.failed) steps.lines = sample_lines(sink.take_samples());
  steps.memory = without_options(collector, sink.take_memory());
  return steps;
}

}  // namespace pgwatch::test
