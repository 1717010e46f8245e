#include "exporter/engine/pulse.h"

#include <utility>

namespace pgwatch {

void Pulse::listen(PulseListener listener) {
  listener_ = std::move(listener);
  beat_.cancel();
  if (listener_.presence) tell();
  if (listener_.beat && listener_.beat_every.count() > 0) beat();
}

void Pulse::feel(Presence presence) {
  presence_ = presence;
  if (!listener_.presence || presence_ == told_ || change_.is_set()) return;
  change_.at(std::chrono::steady_clock::now() + kClosely, [this] {
    if (presence_ != told_) tell();
  });
}

void Pulse::beat() {
  listener_.beat();
  beat_.at(std::chrono::steady_clock::now() + listener_.beat_every, [this] { beat(); });
}

void Pulse::tell() {
  told_ = presence_;
  listener_.presence(told_);
}

}  // namespace pgwatch
