// Signals: what the system asks of the program, heard on a thread of its own, so that the program ends within a second
// even while main's thread hangs in a read or a look-up.
#pragma once

#include <memory>

namespace pgwatch {

class Signals {
 public:
  enum class Wish { kReload, kEnd };

  // Blocks the signals for the thread that calls and all it starts: make it before any other.
  Signals();

  // Waits for the next wish. Who does not come here for longer than a second after kEnd was wished has no say any more.
  Wish next();

 private:
  struct Heard;
  std::shared_ptr<Heard> heard_;
};

}  // namespace pgwatch
