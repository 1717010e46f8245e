// Pulse: the engine's word, to one who listens, that its thread is not stuck, and how many of its targets are up.
//
// On the loop's thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>

#include "exporter/engine/loop.h"

namespace pgwatch {

struct Presence {
  std::size_t targets = 0;
  std::size_t up = 0;  // with a connection that the server has let in
  friend bool operator==(const Presence&, const Presence&) = default;
};

// Called on the engine's thread, which they must not hold up.
struct PulseListener {
  std::function<void(Presence)> presence = {};  // first at once, then when it has changed
  std::function<void()> beat = {};              // first at once, then every so often
  std::chrono::microseconds beat_every{0};      // 0: never
};

class Pulse {
 public:
  explicit Pulse(Loop& loop) : beat_(loop), change_(loop) {}

  void listen(PulseListener listener);
  // How it is now. Changes that follow each other closely are told as one: a start brings up hundreds of targets.
  void feel(Presence presence);

  static constexpr std::chrono::milliseconds kClosely{100};

 private:
  void beat();
  void tell();

  PulseListener listener_;
  Presence presence_;
  Presence told_;
  Timer beat_;
  Timer change_;
};

}  // namespace pgwatch
