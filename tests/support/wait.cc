#include "tests/support/wait.h"

#include <algorithm>
#include <thread>

namespace pgwatch::test {

// It rests three times as long as the asking took: who asks without pause takes the machine from those it waits for.
bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds patience) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + patience;
  for (auto begin = Clock::now(); !condition(); begin = Clock::now()) {
    const auto asked = Clock::now();
    if (asked >= end) return false;
    std::this_thread::sleep_for(
        std::clamp<Clock::duration>(3 * (asked - begin), std::chrono::milliseconds(5), std::chrono::milliseconds(500)));
  }
  return true;
}

}  // namespace pgwatch::test
