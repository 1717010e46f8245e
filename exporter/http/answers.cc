#include "exporter/http/answers.h"

#include <sys/eventfd.h>

#include <cerrno>
#include <system_error>

namespace pgwatch::http {

Answers::Answers() : event_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (!event_.valid()) throw std::system_error(errno, std::system_category(), "cannot make an event descriptor");
}

void Answers::post(std::uint64_t exchange, Response response) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    waiting_.push_back({exchange, std::move(response)});
  }
  wake();
}

void Answers::wake() {
  // It fails only when the counter is full, and then the descriptor is readable already.
  [[maybe_unused]] const int result = ::eventfd_write(event_.get(), 1);
}

std::vector<Answer> Answers::take() {
  // Quiet first, then take: an answer that comes between the two wakes once too often, never too seldom.
  eventfd_t wakes = 0;
  [[maybe_unused]] const int result = ::eventfd_read(event_.get(), &wakes);
  const std::lock_guard lock(mutex_);
  return std::exchange(waiting_, {});
}

void Answers::close() {
  std::vector<Answer> dropped;
  const std::lock_guard lock(mutex_);
  closed_ = true;
  dropped.swap(waiting_);
}

}  // namespace pgwatch::http
