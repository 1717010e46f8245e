// RunningEngine: an Engine in the test's own process, over a World made in code, and the page a scrape of it would get.
//
// One thread at a time, but ask() from any.
#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "exporter/engine/engine.h"
#include "exporter/engine/report.h"
#include "exporter/engine/telemetry.h"
#include "exporter/model/exposition.h"
#include "tests/support/exposition.h"
#include "tests/support/wait.h"

namespace pgwatch::test {

// What one request got.
struct Scrape {
  Snapshot snapshot;
  Exposition page;
  std::chrono::milliseconds duration{0};

  // The first answer of that collector, in that database; throws where there is none.
  const Answered& answer(const std::string& collector, const std::string& database = "") const {
    for (const Answered& one : snapshot.answers)
      if (one.latest->collector == collector && (database.empty() || one.latest->database == database)) return one;
    throw std::out_of_range("no answer of " + collector + " " + database);
  }
  bool up() const { return !snapshot.targets.empty() && snapshot.targets.front().up; }
};

inline std::vector<InstrumentPtr> instruments(std::vector<Collector> collectors) {
  std::vector<InstrumentPtr> made;
  for (Collector& collector : collectors) made.push_back(std::make_shared<const Instrument>(std::move(collector)));
  return made;
}

// A World of one target, as configured by nobody: change what a test needs and give it to a RunningEngine.
struct TestWorld {
  Target target;
  std::vector<Collector> collectors;
  std::vector<Collector> host_collectors = {};
  Milliseconds turn_interval{60'000};

  WorldPtr make() const {
    Target made = target;
    made.instruments = instruments(collectors);
    World world;
    world.targets = {std::make_shared<const Target>(std::move(made))};
    world.host_instruments = instruments(host_collectors);
    world.turn_interval = turn_interval;
    return std::make_shared<const World>(std::move(world));
  }
};

inline TestWorld test_world(const std::string& conninfo, std::vector<Collector> collectors) {
  TestWorld world{{}, std::move(collectors)};
  world.target.name = "toy";
  world.target.access.conninfo = Secret(conninfo);
  return world;
}

class RunningEngine {
 public:
  explicit RunningEngine(const TestWorld& world) : engine_(world.make(), telemetry_) {}

  // Asks now; what comes is there by the deadline, or the test fails by the future's exception.
  std::future<Scrape> ask_later(std::chrono::milliseconds budget = kPatience, Request request = {}) {
    auto promise = std::make_shared<std::promise<Snapshot>>();
    auto snapshot = promise->get_future();
    const SteadyTime asked = std::chrono::steady_clock::now();
    request.deadline = asked + budget;
    engine_.ask(std::move(request), [promise](Snapshot answer) { promise->set_value(std::move(answer)); });
    const auto wait = [this, asked, limit = budget + kPatience](std::future<Snapshot> answer) {
      if (answer.wait_for(limit) != std::future_status::ready) throw std::runtime_error("the engine never answered");
      return scrape(answer.get(), asked);
    };
    return std::async(std::launch::deferred, wait, std::move(snapshot));
  }

  Scrape ask(std::chrono::milliseconds budget = kPatience, Request request = {}) {
    return ask_later(budget, std::move(request)).get();
  }

  // Asks again and again until a page fits; the last page where none does.
  template <typename Fits>
  Scrape ask_until(Fits fits) {
    Scrape last = ask();
    (void)eventually([&] { return fits(last) || (last = ask(), false); });
    return last;
  }

  // What the engine says of itself.
  Exposition own_page() const { return Exposition(write_exposition(std::vector{telemetry_.block()}).text); }

  Engine& engine() { return engine_; }

 private:
  Scrape scrape(Snapshot snapshot, SteadyTime asked) {
    const auto duration = std::chrono::ceil<std::chrono::milliseconds>(snapshot.answered_at - asked);
    std::vector<BlockPtr> blocks;
    for (const Answered& one : snapshot.answers) blocks.push_back(one.served);
    blocks.push_back(report_on(snapshot));
    blocks.push_back(telemetry_.block());
    const Page page = write_exposition(blocks);
    telemetry_.samples_dropped(page.dropped);
    return {std::move(snapshot), Exposition(page.text), duration};
  }

  Telemetry telemetry_{"test"};
  Engine engine_;
};

}  // namespace pgwatch::test
