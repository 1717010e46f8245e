#include "exporter/engine/loop.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>

namespace pgwatch {

Mailbox::Mailbox() : event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (event_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

Mailbox::~Mailbox() { ::close(event_); }

void Mailbox::post(Task task) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  tasks_.push_back(std::move(task));
  // A full counter already wakes the loop, so a failed write loses nothing.
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(event_, &one, sizeof one);
}

std::vector<Task> Mailbox::take() {
  const std::lock_guard lock(mutex_);
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t read = ::read(event_, &count, sizeof count);
  return std::exchange(tasks_, {});
}

void Mailbox::close() {
  std::vector<Task> dropped;  // what ends with a task may post
  const std::lock_guard lock(mutex_);
  closed_ = true;
  dropped.swap(tasks_);
}

void Loop::run() {
  while (!stopping_) {
    for (Task& task : mailbox_->take()) task();
    run_timers();
    if (!stopping_) poll_once();
  }
  mailbox_->close();
}

int Loop::poll_timeout() const {
  if (timers_.empty()) return -1;
  const auto left = timers_.begin()->first.first - std::chrono::steady_clock::now();
  // Rounded up: waking a moment early would spin until the timer is due.
  const auto left_ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<int>(std::clamp<std::int64_t>(left_ms, 0, 60'000));
}

void Loop::poll_once() {
  std::vector<pollfd> polled = {{mailbox_->event_, POLLIN, 0}};
  std::vector<std::uint64_t> ids = {0};
  for (const auto& [id, socket] : sockets_) {
    if (socket.fd < 0) continue;
    polled.push_back({socket.fd, socket.events, 0});
    ids.push_back(id);
  }
  if (poll(polled.data(), polled.size(), poll_timeout()) <= 0) return;
  for (std::size_t i = 1; i < polled.size(); ++i) {
    if (polled[i].revents == 0) continue;
    // Whoever ran before may have taken this one out.
    const auto found = sockets_.find(ids[i]);
    if (found == sockets_.end()) continue;
    const Task ready = found->second.ready;
    ready();
  }
}

void Loop::run_timers() {
  const SteadyTime now = std::chrono::steady_clock::now();
  while (!timers_.empty() && timers_.begin()->first.first <= now) {
    const auto node = timers_.extract(timers_.begin());
    node.mapped()();
  }
}

void Timer::at(SteadyTime when, Task task) {
  cancel();
  id_ = ++loop_.last_id_;
  when_ = when;
  loop_.timers_.emplace(Loop::TimerKey{when, id_}, [this, task = std::move(task)] {
    id_ = 0;
    const Task running = task;  // it may end this Timer
    running();
  });
}

void Timer::ring() {
  const auto set = loop_.timers_.extract({when_, id_});
  if (!set.empty()) set.mapped()();
}

void Timer::cancel() {
  if (id_ != 0) loop_.timers_.erase({when_, id_});
  id_ = 0;
}

SocketWatch::SocketWatch(Loop& loop, Task ready) : loop_(loop), id_(++loop.last_id_) {
  loop_.sockets_[id_].ready = std::move(ready);
}

void SocketWatch::want(int fd, short events) {
  Loop::Socket& socket = loop_.sockets_[id_];
  socket.fd = fd;
  socket.events = events;
}

}  // namespace pgwatch
