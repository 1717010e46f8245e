// LineWriter: lines on their way to a file descriptor whose reader may not read. Whoever gives a line never waits.
//
// Any thread. A thread of its own writes, and is left behind at exit in a write that does not return.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace pgwatch {

class LineWriter {
 public:
  // What has not been written yet is kept up to this many lines; more are dropped and counted.
  static constexpr std::size_t kMostLines = 1000;

  explicit LineWriter(int file);

  void put(std::string line);  // with its newline

  // How many were dropped since the last call; 0 while there is no room to tell of it.
  std::size_t take_dropped();

  // Waits until all is written, or no longer.
  void flush(std::chrono::milliseconds patience);

 private:
  struct Queue;
  std::shared_ptr<Queue> queue_;
};

}  // namespace pgwatch
