#include "tests/collectors/asking.h"

#include <stdexcept>
#include <utility>
#include <variant>

#include "collectors/catalogue.h"
#include "exporter/model/plan.h"

namespace pgwatch::test {

Asked ask(const Instrument& instrument, const Facts& facts, const std::function<Rows(const std::string& sql)>& answer) {
  const Collector& collector = instrument.collector();
  Sink sink(instrument.metrics(), with_options(collector, {}), collector.max_series);
  Asked asked;
  do {
    if (std::ssize(asked.steps) == collector.most_steps) throw std::logic_error(collector.name + " comes to no end");
    Step step = plan(collector, facts, sink.memory());
    if (auto* skip = std::get_if<Skip>(&step)) {
      asked.skip = std::move(*skip);
      break;
    }
    if (std::holds_alternative<HostRead>(step)) break;
    std::string& sql = std::get<Statement>(step).sql;
    Rows rows = answer(sql);
    asked.steps.push_back({sink.memory(), std::move(sql), std::move(rows)});
    instrument.emit(asked.steps.back().rows, sink);
  } while (sink.take_ask_again());
  asked.samples = sink.take_samples();
  return asked;
}

Asked ask(const Collector& collector, const Facts& facts, const std::function<Rows(const std::string& sql)>& answer) {
  return ask(Instrument(collector), facts, answer);
}

std::vector<Collector> collectors_of_servers() {
  std::vector<Collector> collectors = collectors::catalogue();
  std::erase_if(collectors, [](const Collector& one) {
    return one.scope == Scope::kHost || std::holds_alternative<HostRead>(one.source);
  });
  return collectors;
}

const std::vector<InstrumentPtr>& instruments_of_servers() {
  static const std::vector<InstrumentPtr> ready = [] {
    std::vector<InstrumentPtr> made;
    for (Collector& one : collectors_of_servers()) made.push_back(std::make_shared<const Instrument>(std::move(one)));
    return made;
  }();
  return ready;
}

std::vector<Collector> timescaledb_collectors() {
  std::vector<Collector> collectors = collectors_of_servers();
  std::erase_if(collectors, [](const Collector& one) { return one.extension != "timescaledb"; });
  return collectors;
}

}  // namespace pgwatch::test
