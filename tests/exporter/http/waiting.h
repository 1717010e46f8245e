// Waiting: a handler that keeps the replies to "/later" until a test answers them, and greets on every other path.
#pragma once

#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

#include "exporter/http/server.h"
#include "tests/exporter/http/greet.h"

namespace pgwatch::http {

// Must outlive the server.
class Waiting {
 public:
  Handler handler() {
    return [this](const Request& request, const Reply& reply) {
      if (request.path != "/later") return greet(request, reply);
      const std::lock_guard lock(mutex_);
      replies_.push_back(reply);
      changed_.notify_all();
    };
  }

  // Returns once that many requests wait.
  std::vector<Reply> take(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return replies_.size() >= count; });
    return std::exchange(replies_, {});
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Reply> replies_;
};

}  // namespace pgwatch::http
