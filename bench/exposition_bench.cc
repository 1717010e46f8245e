// Rows to text, at 1,000 to 100,000 series: ours, and prometheus-cpp's types with its TextSerializer.
//
// BothWays runs the two after one another and reports how many times as long the other one takes ("ratio").
#include <benchmark/benchmark.h>
#include <prometheus/text_serializer.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "exporter/model/exposition.h"
#include "exporter/model/instrument.h"

namespace pgwatch {
namespace {

constexpr std::int64_t kMetrics = 5;

Instrument make_instrument() {
  return Instrument({.name = "table",
                     .help = "Tables.",
                     .source = std::vector<Sql>{{.text = "SELECT 1"}},
                     .columns = {label("schemaname"), label("relname"), counter("scans", "Scans."),
                                 counter("reads", "Rows read."), gauge("live", "Live rows."),
                                 gauge("size_bytes", "Size."), gauge("age_seconds", "Since the last vacuum.")}});
}

Rows make_rows(std::int64_t series) {
  Rows rows({"schemaname", "relname", "scans", "reads", "live", "size_bytes", "age_seconds"});
  for (std::int64_t i = 0; i < series / kMetrics; ++i) {
    const std::string name = "_hyper_" + std::to_string(i % 7) + "_" + std::to_string(i) + "_chunk";
    const std::string number = std::to_string(i * 7919);
    rows.add({"_timescaledb_internal", name, number, number, "1000", "8192", number + ".25"});
  }
  return rows;
}

std::size_t write_ours(const Instrument& instrument, const Rows& rows) {
  Sink sink(instrument.metrics());
  instrument.emit(rows, sink);
  Block block;
  block.labels = R"(server="main",cluster="lake")";
  block.samples = sink.take_samples();
  const BlockPtr blocks[] = {std::make_shared<const Block>(std::move(block))};
  return write_exposition(blocks).text.size();
}

prometheus::ClientMetric their_metric(const Rows& rows, std::size_t row, const std::string& column, bool counter) {
  prometheus::ClientMetric metric;
  metric.label = {{"server", "main"},
                  {"cluster", "lake"},
                  {"schemaname", std::string(*rows.at(row, std::size_t{0}))},
                  {"relname", std::string(*rows.at(row, std::size_t{1}))}};
  const double value = std::strtod(std::string(*rows.at(row, column)).c_str(), nullptr);
  (counter ? metric.counter.value : metric.gauge.value) = value;
  return metric;
}

std::size_t write_theirs(const Instrument& instrument, const Rows& rows) {
  std::vector<prometheus::MetricFamily> families;
  for (const Column& column : instrument.collector().columns) {
    if (column.use == Use::kLabel) continue;
    const bool counter = column.use == Use::kCounter;
    prometheus::MetricFamily family{"pg_table_" + column.name,
                                    column.help,
                                    counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge,
                                    {}};
    family.metric.reserve(rows.size());
    for (std::size_t row = 0; row < rows.size(); ++row)
      family.metric.push_back(their_metric(rows, row, column.name, counter));
    families.push_back(std::move(family));
  }
  return prometheus::TextSerializer().Serialize(families).size();
}

using Way = std::size_t (*)(const Instrument&, const Rows&);

void one_way(benchmark::State& state, Way way) {
  const Instrument instrument = make_instrument();
  const Rows rows = make_rows(state.range(0));
  for ([[maybe_unused]] auto iteration : state) benchmark::DoNotOptimize(way(instrument, rows));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

double seconds_of(Way way, const Instrument& instrument, const Rows& rows) {
  const auto begin = std::chrono::steady_clock::now();
  benchmark::DoNotOptimize(way(instrument, rows));
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void both_ways(benchmark::State& state) {
  const Instrument instrument = make_instrument();
  const Rows rows = make_rows(state.range(0));
  double ours = 0;
  double theirs = 0;
  for ([[maybe_unused]] auto iteration : state) {
    ours += seconds_of(write_ours, instrument, rows);
    theirs += seconds_of(write_theirs, instrument, rows);
  }
  state.counters["ratio"] = theirs / ours;
}

void sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->Arg(1'000)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMicrosecond);
}

}  // namespace
}  // namespace pgwatch

int main(int argc, char** argv) {
  using namespace pgwatch;
  benchmark::RegisterBenchmark("Ours", [](benchmark::State& state) { one_way(state, write_ours); })->Apply(sizes);
  benchmark::RegisterBenchmark("PrometheusCpp", [](benchmark::State& state) {
    one_way(state, write_theirs);
  })->Apply(sizes);
  benchmark::RegisterBenchmark("BothWays", both_ways)->Apply(sizes);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
