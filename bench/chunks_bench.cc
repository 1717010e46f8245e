// At 10,000 chunks: a check of freshness, and each collector of TimescaleDB, against SELECT max(time) without a bound.
//
// Each runs right before one such SELECT and reports how many times as long that takes ("ratio"). The time is of all
// statements of one asking, on a connection that is there.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdio>
#include <string>

#include "tests/integration/freshness_live.h"
#include "tests/integration/interview.h"
#include "tests/support/timescaledb.h"

namespace pgwatch::test {
namespace {

constexpr Installation kInstallation{.major = 17, .timescaledb = TimescaleDb::kApache};
constexpr int kTimes = 3;

template <typename Work>
double seconds_of(const Work& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void against_max(benchmark::State& state, const PostgresServer& server, const Collector& collector) {
  Interview interview(server);
  SqlSession other(server.socket_conninfo());
  (void)interview.ask(collector);  // with caches that are warm
  double ours = 0;
  double unbounded = 0;
  for ([[maybe_unused]] auto iteration : state) {
    const double seconds = seconds_of([&] { (void)interview.ask(collector); });
    state.SetIterationTime(seconds);
    ours += seconds;
    unbounded += seconds_of([&] { other.run("SELECT max(time) FROM bars"); });
  }
  state.counters["ratio"] = unbounded / ours;
}

void add(const std::string& name, const PostgresServer& server, const Collector& collector) {
  benchmark::RegisterBenchmark(name.c_str(),
                               [&server, collector](benchmark::State& state) { against_max(state, server, collector); })
      ->UseManualTime()
      ->Iterations(kTimes)
      ->Unit(benchmark::kMillisecond);
}

void add_all(const PostgresServer& server) {
  FreshnessCheck check = check_of("bars");
  check.table = "public.bars";
  add("Freshness", server, collector_of(check));
  check.groups = FreshnessCheck::Groups{.column = "symbol"};
  check.window = FreshnessCheck::Window{std::chrono::hours(1)};
  add("FreshnessOfAnHour", server, collector_of(check));
  for (const Collector& collector : timescaledb_collectors()) add(collector.name, server, collector);
}

}  // namespace
}  // namespace pgwatch::test

int main(int argc, char** argv) {
  using namespace pgwatch::test;
  benchmark::Initialize(&argc, argv);
  if (const std::string why = why_missing(kInstallation); !why.empty()) {
    std::printf("chunks_bench is skipped: %s\n", why.c_str());
    return 0;
  }
  const auto server = server_with_many_chunks(kInstallation);
  add_all(*server);
  benchmark::RunSpecifiedBenchmarks();
}
