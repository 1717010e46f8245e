// LoopThread: runs a Loop on a thread of its own for as long as it lives, so that a test can wait for what happens
// there.
//
// What uses the loop is made before it and ends after it.
#pragma once

#include <atomic>
#include <future>
#include <memory>
#include <thread>
#include <utility>

#include "exporter/engine/loop.h"
#include "tests/support/wait.h"

namespace pgwatch::test {

class LoopThread {
 public:
  explicit LoopThread(Loop& loop) : loop_(loop), thread_([&loop] { loop.run(); }) {}
  ~LoopThread() {
    loop_.post([this] { loop_.stop(); });
    thread_.join();
  }
  LoopThread(const LoopThread&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;

  // Does it on the loop's thread and gives what it gives.
  template <typename Do>
  auto run(Do act) {
    std::packaged_task<decltype(act())()> task(std::move(act));
    auto result = task.get_future();
    loop_.post([&task] { task(); });
    return result.get();
  }

 private:
  Loop& loop_;
  std::thread thread_;
};

// Something that opens once. A copy is the same gate, so that a job may outlive its test's interest.
class Gate {
 public:
  void open() const {
    const auto state = state_;  // whoever waits may end this gate
    state->promise.set_value();
  }
  void wait() const { state_->opened.wait(); }
  bool opens() const { return state_->opened.wait_for(kPatience) == std::future_status::ready; }

 private:
  struct State {
    std::promise<void> promise;
    std::shared_future<void> opened = promise.get_future().share();
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace pgwatch::test
