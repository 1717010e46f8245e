// The two clocks: one that people read, and one that nobody sets.
#pragma once

#include <chrono>

namespace pgwatch {

// Seconds since 1970.
inline double unix_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// By the clock that nobody sets.
inline std::chrono::steady_clock::time_point now() { return std::chrono::steady_clock::now(); }

}  // namespace pgwatch
