// Loop: one thread's sockets and timers. Everything of the engine runs on it.
//
// All of it belongs to the thread that calls run(), except Mailbox, which takes tasks from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "exporter/model/block.h"

namespace pgwatch {

using Task = std::function<void()>;

// Tasks for the loop's thread. Outlives the loop where somebody still holds it; what comes then is dropped.
class Mailbox {
 public:
  Mailbox();
  ~Mailbox();
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  void post(Task task);  // any thread

 private:
  friend class Loop;
  std::vector<Task> take();
  void close();

  const int event_;
  std::mutex mutex_;
  std::vector<Task> tasks_;  // guarded by mutex_
  bool closed_ = false;      // guarded by mutex_
};

class Loop {
 public:
  Loop() = default;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Runs until stop(); what is posted before is done first.
  void run();
  void stop() { stopping_ = true; }

  void post(Task task) { mailbox_->post(std::move(task)); }
  const std::shared_ptr<Mailbox>& mailbox() const { return mailbox_; }

 private:
  friend class Timer;
  friend class SocketWatch;

  using TimerKey = std::pair<SteadyTime, std::uint64_t>;
  struct Socket {
    int fd = -1;
    short events = 0;
    Task ready;
  };

  int poll_timeout() const;
  void poll_once();
  void run_timers();

  std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
  bool stopping_ = false;
  std::uint64_t last_id_ = 0;
  std::map<TimerKey, Task> timers_;
  std::unordered_map<std::uint64_t, Socket> sockets_;
};

// One alarm. Setting it again replaces it; its end cancels it.
class Timer {
 public:
  explicit Timer(Loop& loop) : loop_(loop) {}
  ~Timer() { cancel(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void at(SteadyTime when, Task task);
  void ring();  // at once, where it is set
  void cancel();
  bool is_set() const { return id_ != 0; }

 private:
  Loop& loop_;
  SteadyTime when_;
  std::uint64_t id_ = 0;
};

// One socket's place in the poll. Its end takes it out.
class SocketWatch {
 public:
  SocketWatch(Loop& loop, Task ready);
  ~SocketWatch() { loop_.sockets_.erase(id_); }
  SocketWatch(const SocketWatch&) = delete;
  SocketWatch& operator=(const SocketWatch&) = delete;

  void want(int fd, short events);

 private:
  Loop& loop_;
  const std::uint64_t id_;
};

}  // namespace pgwatch
