// OneDescriptorLeft: while it lives, this process may open one descriptor more than it has.
#pragma once

#include <sys/resource.h>
#include <unistd.h>

#include "exporter/util/log.h"

namespace pgwatch::http {

class OneDescriptorLeft {
 public:
  OneDescriptorLeft() {
    // A sanitizer looks at the logger's class through a pipe, once: now, since later it could not open one.
    log::error("descriptors run out");
    const int next = ::dup(STDERR_FILENO);
    ::close(next);
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit now = before_;
    now.rlim_cur = static_cast<rlim_t>(next) + 1;
    ::setrlimit(RLIMIT_NOFILE, &now);
  }
  ~OneDescriptorLeft() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  OneDescriptorLeft(const OneDescriptorLeft&) = delete;
  OneDescriptorLeft& operator=(const OneDescriptorLeft&) = delete;

 private:
  rlimit before_ = {};
};

}  // namespace pgwatch::http
