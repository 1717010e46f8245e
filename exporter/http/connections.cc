#include "exporter/http/connections.h"

#include <sys/socket.h>

namespace pgwatch::http {

Connections::Visit& Connections::opened(int socket) {
  Visit& visit = visits_.emplace_front();
  visit.socket = socket;
  visit.until = Clock::now() + limits_.header_time;
  visit.self = visits_.begin();
  return visit;
}

void Connections::request_line(Visit& visit) {
  // The first request's time runs since the connection was opened; reaching the first line's end earns no more of it.
  if (!visit.idle) return;
  visit.idle = false;
  visit.until = Clock::now() + limits_.header_time;
}

void Connections::header_complete(Visit& visit) { visit.until.reset(); }

void Connections::answering(Visit& visit) { visit.until = Clock::now() + limits_.answer_time; }

void Connections::answered(Visit& visit) {
  visit.idle = true;
  visit.until = Clock::now() + limits_.idle_time;
}

void Connections::closed(Visit& visit) { visits_.erase(visit.self); }

std::optional<Connections::Clock::time_point> Connections::next_deadline() const {
  std::optional<Clock::time_point> next;
  for (const Visit& visit : visits_)
    if (visit.until && (!next || *visit.until < *next)) next = visit.until;
  return next;
}

void Connections::end_overdue(Clock::time_point now) {
  for (Visit& visit : visits_) {
    if (!visit.until || *visit.until > now) continue;
    // libmicrohttpd owns the socket: it sees the end of the stream and closes.
    ::shutdown(visit.socket, SHUT_RDWR);
    visit.until.reset();
  }
}

}  // namespace pgwatch::http
