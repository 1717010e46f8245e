// A minute of faults, one after the other on three servers, each at least once, in an order that a seed decides.
// Whatever happens: one process, every scrape answered in time, the truth within two scrapes, and at the end everything
// as at the start.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "tests/integration/live.h"

namespace pgwatch::test {
namespace {

using namespace std::chrono_literals;

constexpr auto kDuration = 60s;
constexpr auto kScrapeTimeout = 2s;
constexpr auto kScrapeInterval = 1s;  // as a hasty Prometheus has it
constexpr std::size_t kMoreMemory = std::size_t{5} << 20;

// PGWATCH_CHAOS_SEED repeats an order.
std::uint32_t seed() {
  const char* given = std::getenv("PGWATCH_CHAOS_SEED");
  return given == nullptr ? std::random_device()() : static_cast<std::uint32_t>(std::stoul(given));
}

struct Victim {
  std::string name;
  PostgresServer server = PostgresServer();
  Proxy proxy{server.port()};

  Watched watched() const { return {name, server.conninfo("pgwatch", "postgres", proxy.port())}; }
};

// What is done to a server, whether it is gone while it lasts, and the cure. A server whose backends hang is not gone:
// another connection reaches it.
struct ChaosFault {
  const char* name;
  bool takes_down;
  std::function<void(Victim&)> begin;
  std::function<void(Victim&)> end;
};

const std::vector<ChaosFault>& faults() {
  const auto nothing = [](Victim&) {};
  static const std::vector<ChaosFault> all = {
      {"stopped", true, [](Victim& it) { it.server.freeze(); }, [](Victim& it) { it.server.thaw(); }},
      {"backends stopped", false, [](Victim& it) { it.server.freeze_backends(); },
       [](Victim& it) { it.server.thaw(); }},
      {"killed", true, [](Victim& it) { it.server.kill(); }, [](Victim& it) { it.server.start(); }},
      {"restarted", false, [](Victim& it) { it.server.restart(); }, nothing},
      {"cut", false, [](Victim& it) { it.proxy.cut(); }, nothing},
      {"silent", true, [](Victim& it) { it.proxy.withhold(); }, [](Victim& it) { it.proxy.release(); }},
      {"unreachable", true,
       [](Victim& it) {
         it.proxy.refuse();
         it.proxy.cut();
       },
       [](Victim& it) { it.proxy.accept(); }},
  };
  return all;
}

// Deals the faults as cards: none comes again before all have come.
class Deck {
 public:
  const ChaosFault& draw(std::mt19937& dice) {
    if (left_.empty()) {
      for (const ChaosFault& fault : faults()) left_.push_back(&fault);
      std::ranges::shuffle(left_, dice);
    }
    const ChaosFault* const drawn = left_.back();
    left_.pop_back();
    ++drawn_;
    return *drawn;
  }
  bool has_dealt_all() const { return drawn_ >= faults().size(); }

 private:
  std::vector<const ChaosFault*> left_;
  std::size_t drawn_ = 0;
};

class Chaos : public testing::Test {
 protected:
  void SetUp() override {
    for (int scrape = 0; scrape < 20; ++scrape) test::scrape(pgwatch_);  // what is made once is made
    for (const Victim& victim : victims_) ASSERT_TRUE(becomes_whole(pgwatch_, victim.name));
  }

  Exposition scrape_in_time() {
    next_scrape_ = std::max(next_scrape_ + kScrapeInterval, std::chrono::steady_clock::now());
    std::this_thread::sleep_until(next_scrape_);
    TimedPage page = scrape(pgwatch_, kScrapeTimeout);
    EXPECT_LT(page.took, kScrapeTimeout + kSlack);
    return std::move(page.page);
  }

  // The second scrape from now tells the truth of each.
  void expect_truth_within_two_scrapes(const Victim* down) {
    scrape_in_time();
    const Exposition page = scrape_in_time();
    for (const Victim& victim : victims_)
      EXPECT_EQ(page.value("pg_up", {{"server", victim.name}}), &victim == down ? 0 : 1) << victim.name;
  }

  void strike(Victim& victim, const ChaosFault& fault) {
    SCOPED_TRACE(victim.name + " " + fault.name);
    fault.begin(victim);
    expect_truth_within_two_scrapes(fault.takes_down ? &victim : nullptr);
    fault.end(victim);
    expect_truth_within_two_scrapes(nullptr);
  }

  std::size_t backends() const {
    std::size_t all = 0;
    for (const Victim& victim : victims_) all += victim.server.backends().size();
    return all;
  }

  std::array<Victim, 3> victims_ = {Victim{"one"}, Victim{"two"}, Victim{"three"}};
  Pgwatch pgwatch_{config_of({victims_[0].watched(), victims_[1].watched(), victims_[2].watched()})};
  std::chrono::steady_clock::time_point next_scrape_ = std::chrono::steady_clock::now();
};

TEST_F(Chaos, LeavesNothingBehindAndNobodyWaiting) {
  const std::uint32_t seed = test::seed();
  SCOPED_TRACE("PGWATCH_CHAOS_SEED=" + std::to_string(seed));
  std::mt19937 dice(seed);
  const std::size_t files = pgwatch_.open_files();
  const std::size_t backends = this->backends();
  const std::size_t memory = pgwatch_.resident_bytes();
  const auto end = std::chrono::steady_clock::now() + kDuration;
  Deck deck;
  while ((std::chrono::steady_clock::now() < end || !deck.has_dealt_all()) && !HasFailure())
    strike(victims_.at(dice() % victims_.size()), deck.draw(dice));
  EXPECT_TRUE(eventually([&] { return this->backends() == backends; })) << this->backends() << " of " << backends;
  EXPECT_TRUE(eventually([&] { return pgwatch_.open_files() <= files; })) << pgwatch_.open_files() << " of " << files;
  if (!kSanitized) {
    EXPECT_LE(pgwatch_.resident_bytes(), memory + kMoreMemory);
  }
  EXPECT_EQ(pgwatch_.stop(), 0) << "one process from start to end";
}

}  // namespace
}  // namespace pgwatch::test
