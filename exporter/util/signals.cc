#include "exporter/util/signals.h"

#include <signal.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "exporter/util/log.h"

namespace pgwatch {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds kPatience{800};

}  // namespace

struct Signals::Heard {
  std::mutex mutex;
  std::condition_variable changed;
  bool reload = false;
  bool end = false;
  bool end_taken = false;

  void listen(const sigset_t& signals) {
    for (;;) {
      int received = 0;
      sigwait(&signals, &received);
      std::unique_lock lock(mutex);
      (received == SIGHUP ? reload : end) = true;
      changed.notify_all();
      if (!end) continue;
      // A call that does not return holds the main thread: no destructor may run under it.
      if (changed.wait_for(lock, kPatience, [this] { return end_taken; })) return;
      log::flush();
      std::_Exit(EXIT_SUCCESS);
    }
  }
};

Signals::Signals() : heard_(std::make_shared<Heard>()) {
  // A reader who has gone and a file that may not grow are errors of the write.
  for (const int one : {SIGPIPE, SIGXFSZ}) signal(one, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  for (const int one : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, one);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread([heard = heard_, signals] { heard->listen(signals); }).detach();
}

Signals::Wish Signals::next() {
  std::unique_lock lock(heard_->mutex);
  heard_->changed.wait(lock, [this] { return heard_->reload || heard_->end; });
  if (heard_->end) {
    heard_->end_taken = true;
    heard_->changed.notify_all();
    return Wish::kEnd;
  }
  heard_->reload = false;
  return Wish::kReload;
}

}  // namespace pgwatch
