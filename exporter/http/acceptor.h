// Acceptor: takes clients from the listeners. The server's thread alone uses it.
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <functional>

#include "exporter/http/listeners.h"

namespace pgwatch::http {

class Acceptor {
 public:
  using Clock = std::chrono::steady_clock;
  using Take = std::function<void(int socket, const sockaddr* address, socklen_t size)>;  // owns the socket

  explicit Acceptor(Listeners listeners) : listeners_(std::move(listeners)) {}

  const Listeners& listeners() const { return listeners_; }
  Clock::time_point paused_until() const { return paused_until_; }  // it accepts nobody before

  // Everyone who waits, but no more than there is room for.
  void accept(std::size_t room, const Take& take);
  void close() { listeners_.sockets.clear(); }

 private:
  bool accept_one(int listener, const Take& take);
  void pause(int error);

  Listeners listeners_;
  Clock::time_point paused_until_ = {};
};

}  // namespace pgwatch::http
