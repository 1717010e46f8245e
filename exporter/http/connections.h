// Connections: how long each client may take. The server's thread alone uses it.
//
// Absolute limits: a client that sends a byte now and then does not move them.
#pragma once

#include <chrono>
#include <list>
#include <optional>

#include "exporter/http/server.h"

namespace pgwatch::http {

class Connections {
 public:
  using Clock = std::chrono::steady_clock;

  struct Visit {
    int socket = -1;
    bool idle = false;                            // between two requests
    std::optional<Clock::time_point> until = {};  // none while the answer is ours to give
    std::list<Visit>::iterator self = {};
  };

  explicit Connections(const Limits& limits) : limits_(limits) {}

  Visit& opened(int socket);     // its first header is due within header_time
  void request_line(Visit&);     // on an idle connection: the next header is due within header_time
  void header_complete(Visit&);  // no limit while the answer is made
  void answering(Visit&);        // it is to be taken within answer_time
  void answered(Visit&);         // the next request line is due within idle_time
  void closed(Visit&);

  std::size_t size() const { return visits_.size(); }
  std::optional<Clock::time_point> next_deadline() const;
  void end_overdue(Clock::time_point now);  // shuts their sockets down

 private:
  const Limits limits_;
  std::list<Visit> visits_;
};

}  // namespace pgwatch::http
