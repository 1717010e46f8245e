#include "exporter/engine/blocking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <atomic>
#include <list>
#include <mutex>

#include "tests/exporter/engine/loop_thread.h"
#include "tests/exporter/engine/moments.h"

namespace pgwatch {
namespace {

using namespace std::chrono_literals;
using test::eventually;
using test::Gate;
using test::in;
using test::LoopThread;
using Result = Blocking::Result;

constexpr auto kFiles = BlockingKind::kFiles;
constexpr int kOfCancels = 100;  // how one of them counts, to tell kinds apart

// The program's limits, with a patience that a test can wait for.
constexpr Blocking::LimitsPerKind kHasty = [] {
  Blocking::LimitsPerKind limits = Blocking::kLimits;
  for (Blocking::Limits& one : limits) one.stuck = 40ms;
  return limits;
}();

class BlockingTest : public testing::Test {
 protected:
  // The test's threads end where a gate still holds them, and nobody hears of it.
  ~BlockingTest() override {
    thread_.run([this] { calls_.clear(); });
    if (!opened_) gate_.open();
  }

  void open_gate() {
    opened_ = true;
    gate_.open();
  }

  // A job that stays inside until the gate opens; in it when the function returns.
  Blocking::Call& hang(std::atomic<int>& ran, BlockingKind kind = kFiles, const std::string& subject = "") {
    const auto inside = std::make_shared<std::atomic<bool>>(false);
    Blocking::Call& hung = call(
        [inside, gate = gate_] {
          *inside = true;
          gate.wait();
        },
        [&ran](Result result) { ran += result == Result::kRan ? 1 : 100; }, in(1h), kind, subject);
    EXPECT_TRUE(eventually([&] { return inside->load(); }));
    return hung;
  }

  Blocking::Call& call(Task job, Blocking::Done done, SteadyTime start_by = in(1h), BlockingKind kind = kFiles,
                       const std::string& subject = "") {
    thread_.run([&] { calls_.push_back(blocking_.call(kind, subject, start_by, std::move(job), std::move(done))); });
    return calls_.back();
  }

  bool busy() {
    return thread_.run([this] { return blocking_.busy(); });
  }

  void stop() {
    thread_.run([this] { blocking_.stop(); });
  }

  void forget(Blocking::Call& call) {
    thread_.run([&] { call.forget(); });
  }

  Gate gate_;
  bool opened_ = false;
  std::atomic<int> written_off_ = 0;
  Loop loop_;
  Blocking blocking_{
      loop_, [this](BlockingKind kind) { written_off_ += kind == BlockingKind::kCancel ? kOfCancels : 1; }, kHasty};
  std::list<Blocking::Call> calls_;  // they belong to the loop's thread: they end after it
  LoopThread thread_{loop_};
};

TEST_F(BlockingTest, RunsAJobElsewhereAndSaysSoHere) {
  std::thread::id ran_on;
  std::thread::id told_on;
  const Gate told;
  call([&] { ran_on = std::this_thread::get_id(); },
       [&](Result result) {
         EXPECT_EQ(result, Result::kRan);
         told_on = std::this_thread::get_id();
         told.open();
       });
  ASSERT_TRUE(told.opens());
  EXPECT_EQ(told_on, thread_.run([] { return std::this_thread::get_id(); }));
  EXPECT_NE(ran_on, told_on);
  EXPECT_EQ(written_off_, 0);
}

// On this processor alone and, where it gives way, only while nobody else wants it.
void stay_on(int processor, bool gives_way) {
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(processor, &only);
  ASSERT_EQ(sched_setaffinity(0, sizeof only, &only), 0);
  const sched_param none{};
  if (gives_way) ASSERT_EQ(sched_setscheduler(0, SCHED_IDLE, &none), 0);
}

// Or the end of a probe that has all its answers would find a thread that cannot be joined.
TEST_F(BlockingTest, WhoHearsThatAJobHasRunFindsItsThreadIdle) {
  const int processor = thread_.run([] { return sched_getcpu(); });
  thread_.run([&] { stay_on(processor, false); });
  for (int i = 0; i < 10; ++i) {
    const Gate told;
    bool was_busy = true;
    call([&] { stay_on(processor, true); },
         [&](Result) {
           was_busy = blocking_.busy();
           told.open();
         });
    ASSERT_TRUE(told.opens());
    EXPECT_FALSE(was_busy) << "after " << i;
  }
}

TEST_F(BlockingTest, OneKindDoesNotWaitForAnother) {
  std::atomic<int> ran = 0;
  hang(ran);
  const Gate told;
  call([] {}, [&](Result) { told.open(); }, in(1h), BlockingKind::kCancel);
  EXPECT_TRUE(told.opens());
  EXPECT_EQ(ran, 0);
}

TEST_F(BlockingTest, AJobThatHasNotStartedInTimeNeverDoes) {
  std::atomic<int> hung_ran = 0;
  std::atomic<bool> started = false;
  hang(hung_ran);
  const Gate told;
  Result result{};
  call([&] { started = true; },
       [&](Result what) {
         result = what;
         told.open();
       },
       in(10ms));
  ASSERT_TRUE(told.opens());
  EXPECT_EQ(result, Result::kDropped);
  open_gate();
  EXPECT_TRUE(eventually([&] { return hung_ran == 1; })) << "what had started has no deadline here";
  EXPECT_TRUE(eventually([this] { return !busy(); }));
  EXPECT_FALSE(started);
}

TEST_F(BlockingTest, AStuckThreadIsWrittenOffCountedAndReplaced) {
  std::atomic<int> hung_ran = 0;
  hang(hung_ran);
  const Gate told;
  call([] {}, [&](Result result) { result == Result::kRan ? told.open() : void(); });
  EXPECT_TRUE(told.opens()) << "its successor serves the queue";
  EXPECT_TRUE(eventually([this] { return written_off_ == 1; }));
  EXPECT_TRUE(busy()) << "the thread is still there";
  open_gate();
  EXPECT_TRUE(eventually([&] { return hung_ran == 1; })) << "late, but an answer";
  EXPECT_TRUE(eventually([this] { return !busy(); }));
}

TEST_F(BlockingTest, AStuckSuccessorIsNotReplacedWhileTheFirstIsAway) {
  constexpr auto kCancel = BlockingKind::kCancel;
  std::atomic<int> ran = 0;
  hang(ran, kCancel);
  hang(ran, kCancel);  // runs on the successor, and sticks there
  EXPECT_TRUE(eventually([this] { return written_off_ == kOfCancels; }));
  const Gate told;
  Result result{};
  call([] {},
       [&](Result what) {
         result = what;
         told.open();
       },
       in(200ms), kCancel);  // five times as long as it takes to be written off
  ASSERT_TRUE(told.opens());
  EXPECT_EQ(result, Result::kDropped);
  EXPECT_EQ(written_off_, kOfCancels);
  open_gate();
  EXPECT_TRUE(eventually([&] { return ran == 2; }));
  EXPECT_TRUE(eventually([this] { return !busy(); }));
}

TEST_F(BlockingTest, SeveralNamesMayBeAwayAtOnce) {
  constexpr auto kResolve = BlockingKind::kResolve;
  std::atomic<int> ran = 0;
  for (int silent = 0; silent < 4; ++silent) hang(ran, kResolve);
  const Gate told;
  call([] {}, [&](Result result) { result == Result::kRan ? told.open() : void(); }, in(1h), kResolve);
  EXPECT_TRUE(told.opens());
  EXPECT_EQ(written_off_, 4);
  open_gate();
  EXPECT_TRUE(eventually([&] { return ran == 4; }));
  EXPECT_TRUE(eventually([this] { return !busy(); }));
}

// What hangs on one file costs one thread, however often it is asked for.
TEST_F(BlockingTest, TwoJobsOfOneSubjectDoNotRunAtOnce) {
  std::atomic<int> ran = 0;
  hang(ran, kFiles, "gone");
  std::atomic<int> dropped = 0;
  for (int again = 0; again < 8; ++again)
    call([] {}, [&](Result result) { dropped += result == Result::kDropped ? 1 : 100; }, in(100ms), kFiles, "gone");
  const Gate told;
  call([] {}, [&](Result result) { result == Result::kRan ? told.open() : void(); }, in(1h), kFiles, "here");
  EXPECT_TRUE(told.opens());
  EXPECT_TRUE(eventually([&] { return dropped == 8; }));
  EXPECT_EQ(written_off_, 1);
  const Gate back;
  call([] {}, [&](Result) { back.open(); }, in(1h), kFiles, "gone");
  open_gate();
  EXPECT_TRUE(back.opens()) << "once it has returned, the next may try";
  EXPECT_TRUE(eventually([this] { return !busy(); }));
}

TEST_F(BlockingTest, NobodyIsToldOfAForgottenCall) {
  std::atomic<int> told = 0;
  Blocking::Call& hung = hang(told);
  forget(hung);
  Blocking::Call& queued = call([] {}, [&](Result) { ++told; }, in(10ms));
  forget(queued);
  open_gate();
  EXPECT_TRUE(eventually([this] { return !busy(); }));
  thread_.run([] {});
  EXPECT_EQ(told, 0);
}

TEST_F(BlockingTest, AForgottenCallLeavesTheQueueAtItsTime) {
  std::atomic<int> ran = 0;
  hang(ran);
  const auto witness = std::make_shared<int>();
  Blocking::Call& queued = call([witness] {}, [](Result) {}, in(10ms));
  forget(queued);
  EXPECT_TRUE(eventually([&] { return witness.use_count() == 1; }));
}

TEST_F(BlockingTest, StopJoinsWhatIsIdle) {
  const Gate told;
  call([] {}, [&](Result) { told.open(); });
  ASSERT_TRUE(told.opens());
  ASSERT_TRUE(eventually([this] { return !busy(); }));
  stop();
  EXPECT_FALSE(busy());
}

TEST_F(BlockingTest, StopDoesNotWaitForAStuckJob) {
  std::atomic<int> told = 0;
  hang(told);
  call([] {}, [&](Result) { ++told; });
  EXPECT_TRUE(busy());
  stop();  // would not return: the gate opens later
  EXPECT_TRUE(busy()) << "it cannot be ended";
  open_gate();
  EXPECT_TRUE(eventually([this] { return !busy(); }));
  EXPECT_EQ(told, 0) << "and nobody hears of it";
}

TEST(BlockingKindTest, HasAWordForEachKind) {
  EXPECT_EQ(to_string(BlockingKind::kResolve), "resolve");
  EXPECT_EQ(to_string(BlockingKind::kCancel), "cancel");
  EXPECT_EQ(to_string(BlockingKind::kFiles), "files");
}

}  // namespace
}  // namespace pgwatch
