#include "exporter/util/line_writer.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>

namespace pgwatch {
namespace {

// A line that cannot be written at all is lost: there is nobody to tell.
void write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd room = {file, POLLOUT, 0};
      ::poll(&room, 1, -1);
    } else if (errno != EINTR) {
      return;
    }
  }
}

// Signals are for other threads, which may not have been made yet.
void start_deaf(std::function<void()> work) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  std::thread(std::move(work)).detach();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace

struct LineWriter::Queue {
  explicit Queue(int to) : file(to) {}

  const int file;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::string> lines;  // the first is being written
  std::size_t dropped = 0;

  [[noreturn]] void write() {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [this] { return !lines.empty(); });
      const std::string line = lines.front();
      lock.unlock();
      write_all(file, line);
      lock.lock();
      lines.pop_front();
      changed.notify_all();
    }
  }
};

LineWriter::LineWriter(int file) : queue_(std::make_shared<Queue>(file)) {
  start_deaf([queue = queue_] { queue->write(); });
}

void LineWriter::put(std::string line) {
  const std::lock_guard lock(queue_->mutex);
  if (queue_->lines.size() == kMostLines) {
    ++queue_->dropped;
    return;
  }
  queue_->lines.push_back(std::move(line));
  queue_->changed.notify_all();
}

std::size_t LineWriter::take_dropped() {
  const std::lock_guard lock(queue_->mutex);
  return queue_->lines.size() == kMostLines ? 0 : std::exchange(queue_->dropped, 0);
}

void LineWriter::flush(std::chrono::milliseconds patience) {
  std::unique_lock lock(queue_->mutex);
  queue_->changed.wait_for(lock, patience, [this] { return queue_->lines.empty(); });
}

}  // namespace pgwatch
