#include "tests/support/wait.h"

#include <algorithm>
#include <thread>

namespace pgwatch::test {

// It rests as long as the asking took: who asks without pause takes the machine from those it waits for.
bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  for (auto begin = std::chrono::steady_clock::now(); !condition(); begin = std::chrono::steady_clock::now()) {
    const auto asked = std::chrono::steady_clock::now();
    if (asked >= end) return false;
    std::this_thread::sleep_for(std::clamp<std::chrono::steady_clock::duration>(
        asked - begin, std::chrono::milliseconds(5), std::chrono::milliseconds(500)));
  }
  return true;
}

}  // namespace pgwatch::test
