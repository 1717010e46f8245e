// Link: one client's connection through a proxy, and the server's side of it.
//
// Belongs to the proxy's thread.
#pragma once

#include <poll.h>

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>

#include "tests/support/descriptor.h"

namespace pgwatch::test {

class Link {
 public:
  using Clock = std::chrono::steady_clock;

  // Without a server it is a black hole.
  Link(Descriptor client, Descriptor server) : client_(std::move(client)), server_(std::move(server)) {}

  struct Moved {
    std::size_t from_client = 0;
    std::size_t from_server = 0;
    std::size_t to_client = 0;
  };

  // Moves what can be moved without waiting. The server's bytes come after `delay`, and no more than `allowance` of
  // them.
  Moved move(std::chrono::milliseconds delay, std::size_t allowance);

  void end() const;  // for both sides, at once
  bool ended() const { return ended_; }
  pollfd client_events(std::size_t allowance, Clock::time_point now) const;
  pollfd server_events() const;
  std::optional<Clock::time_point> due() const;  // when the next of the server's bytes may come

 private:
  struct Piece {
    Clock::time_point due;
    std::string bytes;
  };

  std::size_t read_client();
  std::size_t read_server(std::chrono::milliseconds delay);
  std::size_t write_client(std::size_t allowance);
  void write_server();

  Descriptor client_;
  Descriptor server_;
  std::string to_server_;
  std::deque<Piece> to_client_;
  bool server_ended_ = false;
  bool ended_ = false;
};

}  // namespace pgwatch::test
