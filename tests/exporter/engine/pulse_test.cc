#include "exporter/engine/pulse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <vector>

#include "tests/exporter/engine/loop_thread.h"
#include "tests/exporter/engine/toy.h"
#include "tests/support/engine_fixture.h"
#include "tests/support/ports.h"
#include "tests/support/scripted_postgres.h"

namespace pgwatch {
namespace {

using namespace std::chrono_literals;
using test::eventually;
using test::Gate;
using test::LoopThread;
using testing::ElementsAre;

// What it heard, for the test's thread to read.
class Ear {
 public:
  PulseListener listener(std::chrono::microseconds every = 0us) {
    return {.presence = [this](Presence now) { hear(now); }, .beat = [this] { ++beats_; }, .beat_every = every};
  }
  int beats() const { return beats_; }
  std::vector<std::pair<std::size_t, std::size_t>> heard() const {
    const std::lock_guard lock(mutex_);
    return heard_;
  }
  bool hears(std::size_t targets, std::size_t up) const {
    return eventually([&] { return !heard().empty() && heard().back() == std::pair(targets, up); });
  }

 private:
  void hear(Presence now) {
    const std::lock_guard lock(mutex_);
    heard_.emplace_back(now.targets, now.up);
  }

  std::atomic<int> beats_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::pair<std::size_t, std::size_t>> heard_;
};

class PulseOfALoop : public testing::Test {
 protected:
  Ear ear_;
  Loop loop_;
  Pulse pulse_{loop_};
};

TEST_F(PulseOfALoop, Beats) {
  LoopThread thread(loop_);
  thread.run([&] { pulse_.listen(ear_.listener(5ms)); });
  EXPECT_TRUE(eventually([&] { return ear_.beats() > 5; }));
}

TEST_F(PulseOfALoop, BeatsAtOnceAndThenNoMoreOftenThanItIsAskedTo) {
  LoopThread thread(loop_);
  thread.run([&] { pulse_.listen(ear_.listener(1h)); });
  EXPECT_EQ(ear_.beats(), 1);
}

TEST_F(PulseOfALoop, DoesNotBeatWhereNobodyCounts) {
  LoopThread thread(loop_);
  thread.run([&] { pulse_.listen(ear_.listener()); });
  EXPECT_EQ(ear_.beats(), 0);
  EXPECT_THAT(ear_.heard(), ElementsAre(std::pair(0, 0)));
}

TEST_F(PulseOfALoop, StopsWhileTheThreadIsStuckAndGoesOnAfterwards) {
  LoopThread thread(loop_);
  thread.run([&] { pulse_.listen(ear_.listener(5ms)); });
  const Gate stuck;
  const Gate gate;
  loop_.post([&] {
    stuck.open();
    gate.wait();
  });
  ASSERT_TRUE(stuck.opens());
  const int before = ear_.beats();
  std::this_thread::sleep_for(100ms);  // time for twenty
  EXPECT_EQ(ear_.beats(), before);
  gate.open();
  EXPECT_TRUE(eventually([&] { return ear_.beats() > before + 1; }));
}

TEST_F(PulseOfALoop, TellsChangesThatFollowEachOtherAsOne) {
  LoopThread thread(loop_);
  thread.run([&] {
    pulse_.listen(ear_.listener());
    for (std::size_t up = 0; up <= 500; ++up) pulse_.feel({500, up});
  });
  EXPECT_TRUE(ear_.hears(500, 500));
  EXPECT_THAT(ear_.heard(), ElementsAre(std::pair(0, 0), std::pair(500, 500)));
}

TEST_F(PulseOfALoop, SaysNothingOfAChangeThatWasTakenBack) {
  LoopThread thread(loop_);
  thread.run([&] {
    pulse_.listen(ear_.listener());
    pulse_.feel({1, 1});
    pulse_.feel({0, 0});
  });
  thread.run([&] { pulse_.feel({2, 0}); });
  EXPECT_TRUE(ear_.hears(2, 0));
  EXPECT_THAT(ear_.heard(), ElementsAre(std::pair(0, 0), std::pair(2, 0)));
}

// -- Of an engine -----------------------------------------------------------------------------------------------------

TEST(PulseOfAnEngine, EndsWithItsThread) {
  Ear ear;
  test::RunningEngine engine(test::test_world("host=127.0.0.1 port=" + std::to_string(test::free_port()), {}));
  engine.engine().listen(ear.listener(1ms));
  EXPECT_TRUE(eventually([&] { return ear.beats() > 0; }));
  engine.engine().stop();
  const int beats = ear.beats();
  std::this_thread::sleep_for(20ms);
  EXPECT_EQ(ear.beats(), beats);
}

// Liveness is the engine's own, and no server's.
TEST(PulseOfAnEngine, BeatsWhateverTheServersDo) {
  Ear ear;
  const test::ScriptedPostgres silent({.greeting = test::Script::Act::kSilence});
  test::RunningEngine engine(test::test_world(silent.conninfo(), {test::toy()}));
  auto pending = engine.ask_later(1h);
  engine.engine().listen(ear.listener(1ms));
  EXPECT_TRUE(eventually([&] { return ear.beats() > 20; }));
  EXPECT_EQ(ear.heard().back(), std::pair(std::size_t{1}, std::size_t{0}));
  engine.engine().hasten();
  (void)pending.get();
}

TEST(PulseOfAnEngine, TellsOfTargetsThatAReloadBrings) {
  Ear ear;
  test::TestWorld world = test::test_world("host=127.0.0.1 port=" + std::to_string(test::free_port()), {test::toy()});
  test::RunningEngine engine(world);
  engine.engine().listen(ear.listener());
  EXPECT_TRUE(ear.hears(1, 0));
  engine.engine().swap(std::make_shared<const World>());
  EXPECT_TRUE(ear.hears(0, 0));
}

}  // namespace
}  // namespace pgwatch
