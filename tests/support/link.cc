#include "tests/support/link.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace pgwatch::test {
namespace {

struct Received {
  std::string bytes;
  bool ended = false;
};

Received receive(const Descriptor& socket) {
  std::array<char, 16'384> bytes{};
  const ssize_t count = ::recv(socket.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (count > 0) return {.bytes = std::string(bytes.data(), static_cast<std::size_t>(count))};
  return {.bytes = {}, .ended = count == 0 || (errno != EAGAIN && errno != EINTR)};
}

// How many bytes the socket took.
std::size_t send(const Descriptor& socket, const char* bytes, std::size_t count) {
  const ssize_t sent = ::send(socket.get(), bytes, count, MSG_DONTWAIT | MSG_NOSIGNAL);
  return sent > 0 ? static_cast<std::size_t>(sent) : 0;
}

}  // namespace

Link::Moved Link::move(std::chrono::milliseconds delay, std::size_t allowance) {
  Moved moved;
  moved.from_client = read_client();
  write_server();
  moved.from_server = read_server(delay);
  moved.to_client = write_client(allowance);
  if (server_ended_ && to_client_.empty()) ended_ = true;
  return moved;
}

void Link::end() const {
  test::end(client_);
  test::end(server_);
}

pollfd Link::client_events(std::size_t allowance, Clock::time_point now) const {
  const bool has_something_to_say = allowance > 0 && !to_client_.empty() && to_client_.front().due <= now;
  return {
      .fd = client_.get(), .events = static_cast<short>(POLLIN | (has_something_to_say ? POLLOUT : 0)), .revents = 0};
}

pollfd Link::server_events() const {
  return {.fd = server_ended_ ? -1 : server_.get(),
          .events = static_cast<short>(POLLIN | (to_server_.empty() ? 0 : POLLOUT)),
          .revents = 0};
}

std::optional<Link::Clock::time_point> Link::due() const {
  return to_client_.empty() ? std::nullopt : std::optional(to_client_.front().due);
}

// A client that hangs up has said what it had to say: its last bytes still go to the server.
std::size_t Link::read_client() {
  const Received received = receive(client_);
  ended_ = received.ended;
  to_server_ += received.bytes;
  return received.bytes.size();
}

std::size_t Link::read_server(std::chrono::milliseconds delay) {
  if (!server_ || server_ended_) return 0;
  Received received = receive(server_);
  server_ended_ = received.ended;
  const std::size_t count = received.bytes.size();
  if (count > 0) to_client_.push_back({.due = Clock::now() + delay, .bytes = std::move(received.bytes)});
  return count;
}

std::size_t Link::write_client(std::size_t allowance) {
  std::size_t written = 0;
  while (written < allowance && !to_client_.empty() && to_client_.front().due <= Clock::now()) {
    std::string& bytes = to_client_.front().bytes;
    const std::size_t count = send(client_, bytes.data(), std::min(bytes.size(), allowance - written));
    if (count == 0) break;
    bytes.erase(0, count);
    written += count;
    if (bytes.empty()) to_client_.pop_front();
  }
  return written;
}

void Link::write_server() {
  if (server_ && !to_server_.empty()) to_server_.erase(0, send(server_, to_server_.data(), to_server_.size()));
}

}  // namespace pgwatch::test
