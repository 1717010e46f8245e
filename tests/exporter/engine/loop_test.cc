#include "exporter/engine/loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <thread>

#include "tests/exporter/engine/moments.h"
#include "tests/support/descriptor.h"

namespace pgwatch {
namespace {

using namespace std::chrono_literals;
using test::Descriptor;
using test::in;
using testing::ElementsAre;

// Runs the loop in this thread; whatever is still set then is a test that failed.
class LoopTest : public testing::Test {
 protected:
  void run() {
    Timer patience(loop_);
    patience.at(in(10s), [this] {
      ADD_FAILURE() << "the loop was never stopped";
      loop_.stop();
    });
    loop_.run();
  }

  Loop loop_;
  std::vector<int> seen_;
};

TEST_F(LoopTest, DoesWhatWasPostedBeforeItRuns) {
  loop_.post([this] { seen_.push_back(1); });
  loop_.post([this] { seen_.push_back(2); });
  loop_.post([this] { loop_.stop(); });
  run();
  EXPECT_THAT(seen_, ElementsAre(1, 2));
}

TEST_F(LoopTest, APostWakesItFromAnyThread) {
  std::thread other([this] { loop_.post([this] { loop_.stop(); }); });
  run();
  other.join();
}

TEST_F(LoopTest, DropsWhatIsPostedAfterItsEnd) {
  const auto mailbox = loop_.mailbox();
  loop_.stop();
  run();
  const auto witness = std::make_shared<int>();
  mailbox->post([witness] { FAIL() << "nobody may run this"; });
  EXPECT_EQ(witness.use_count(), 1) << "and nothing keeps it";
}

TEST_F(LoopTest, ATaskDroppedAtTheEndMayPost) {
  struct Poster {
    explicit Poster(Loop& where) : loop(where) {}
    Loop& loop;
    ~Poster() {
      loop.post([] {});
    }
  };
  loop_.post([this] {
    loop_.post([poster = std::make_shared<Poster>(loop_)] {});
    loop_.stop();
  });
  run();
}

TEST_F(LoopTest, TimersGoOffInTheOrderOfTheirTimes) {
  Timer late(loop_);
  Timer early(loop_);
  const SteadyTime due = in(20ms);
  late.at(due, [this] {
    seen_.push_back(2);
    loop_.stop();
  });
  early.at(due - 10ms, [this] { seen_.push_back(1); });
  EXPECT_TRUE(late.is_set());
  run();
  EXPECT_THAT(seen_, ElementsAre(1, 2));
  EXPECT_GE(std::chrono::steady_clock::now(), due) << "never early";
  EXPECT_FALSE(late.is_set());
}

TEST_F(LoopTest, SettingATimerAgainReplacesIt) {
  Timer timer(loop_);
  timer.at(in(0ms), [this] { seen_.push_back(1); });
  timer.at(in(5ms), [this] {
    seen_.push_back(2);
    loop_.stop();
  });
  run();
  EXPECT_THAT(seen_, ElementsAre(2));
}

TEST_F(LoopTest, ATimerThatEndsOrIsCancelledStaysSilent) {
  Timer stop(loop_);
  Timer cancelled(loop_);
  {
    Timer ended(loop_);
    ended.at(in(0ms), [this] { seen_.push_back(1); });
    cancelled.at(in(0ms), [this] { seen_.push_back(2); });
  }
  cancelled.cancel();
  stop.at(in(10ms), [this] { loop_.stop(); });
  run();
  EXPECT_TRUE(seen_.empty());
}

TEST_F(LoopTest, ATimerMaySetItselfAndMayEndItself) {
  auto timer = std::make_unique<Timer>(loop_);
  timer->at(in(0ms), [&] {
    timer->at(in(0ms), [&, kept = std::make_shared<int>(7)] {
      timer.reset();
      seen_.push_back(*kept);
      loop_.stop();
    });
  });
  run();
  EXPECT_THAT(seen_, ElementsAre(7));
}

TEST_F(LoopTest, TellsWhenASocketIsReady) {
  const Descriptor event(::eventfd(0, EFD_NONBLOCK));
  SocketWatch watch(loop_, [&] { loop_.stop(); });
  watch.want(event.get(), POLLIN);
  std::thread other([&] { ::eventfd_write(event.get(), 1); });
  run();
  other.join();
}

// An interrupted request relies on it: what has come is read before it ends.
TEST_F(LoopTest, WhatATaskPostsComesAfterTheSocketsThatAreReady) {
  const Descriptor event(eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK));
  SocketWatch watch(loop_, [&] {
    eventfd_t count = 0;
    eventfd_read(event.get(), &count);
    seen_.push_back(1);
  });
  watch.want(event.get(), POLLIN);
  loop_.post([this] {
    loop_.post([this] {
      seen_.push_back(2);
      loop_.stop();
    });
  });
  run();
  EXPECT_THAT(seen_, ElementsAre(1, 2));
}

TEST_F(LoopTest, AsksForWhatIsWantedNow) {
  const Descriptor event(::eventfd(1, EFD_NONBLOCK));  // ready for both
  Timer stop(loop_);
  SocketWatch watch(loop_, [&] { seen_.push_back(1); });
  watch.want(event.get(), POLLIN);
  watch.want(-1, POLLIN);
  stop.at(in(10ms), [this] { loop_.stop(); });
  run();
  EXPECT_TRUE(seen_.empty()) << "a watch of no socket hears nothing";
}

// Two sockets are ready in the same poll, and the first to hear of it ends the other.
TEST_F(LoopTest, ASocketTakenOutByAnotherHearsNothing) {
  const Descriptor event(::eventfd(1, EFD_NONBLOCK));
  std::unique_ptr<SocketWatch> watches[2];
  for (int i = 0; i < 2; ++i) {
    watches[i] = std::make_unique<SocketWatch>(loop_, [this, &watches, i] {
      seen_.push_back(i);
      watches[1 - i].reset();
      loop_.stop();
    });
    watches[i]->want(event.get(), POLLIN);
  }
  run();
  EXPECT_EQ(seen_.size(), 1u);
}

TEST_F(LoopTest, ASocketMayEndItsOwnWatch) {
  const Descriptor event(::eventfd(1, EFD_NONBLOCK));
  std::unique_ptr<SocketWatch> watch;
  watch = std::make_unique<SocketWatch>(loop_, [&, kept = std::make_shared<int>(7)] {
    watch.reset();
    seen_.push_back(*kept);
    loop_.stop();
  });
  watch->want(event.get(), POLLIN);
  run();
  EXPECT_THAT(seen_, ElementsAre(7));
}

}  // namespace
}  // namespace pgwatch
