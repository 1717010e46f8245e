#include "tests/support/notify_socket.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace pgwatch::test {
namespace {

struct Address {
  sockaddr_un address = {};
  socklen_t size = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address); }
};

Address address_of(const std::string& name) {
  Address made;
  made.address.sun_family = AF_UNIX;
  if (name.size() >= sizeof(made.address.sun_path)) throw std::runtime_error(name + " is too long for a socket");
  std::memcpy(made.address.sun_path, name.data(), name.size());
  if (name.starts_with('@')) made.address.sun_path[0] = '\0';
  made.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  return made;
}

Descriptor datagram_socket() {
  Descriptor made(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!made) throw std::system_error(errno, std::generic_category(), "socket");
  return made;
}

}  // namespace

NotifySocket::NotifySocket(Kind kind)
    : name_((kind == Kind::kAbstract ? "@" : "") + (folder_.path() / "notify").string()), socket_(datagram_socket()) {
  const Address address = address_of(name_);
  if (::bind(socket_.get(), address.get(), address.size) != 0)
    throw std::system_error(errno, std::generic_category(), "bind " + name_);
}

std::optional<std::string> NotifySocket::next(std::chrono::milliseconds patience) {
  pollfd readable{.fd = socket_.get(), .events = POLLIN, .revents = 0};
  if (::poll(&readable, 1, static_cast<int>(patience.count())) <= 0) return std::nullopt;
  std::array<char, 4096> message{};
  const ssize_t size = ::recv(socket_.get(), message.data(), message.size(), 0);
  if (size < 0) return std::nullopt;
  heard_.emplace_back(message.data(), static_cast<std::size_t>(size));
  return heard_.back();
}

std::optional<std::string> NotifySocket::next_with(const std::string& beginning, std::chrono::milliseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    const std::optional<std::string> message = next(std::max(left, std::chrono::milliseconds(0)));
    if (!message || message->starts_with(beginning)) return message;
  }
}

void NotifySocket::fill() {
  const Descriptor sender = datagram_socket();
  const Address address = address_of(name_);
  while (::sendto(sender.get(), "full", 4, MSG_DONTWAIT, address.get(), address.size) == 4) {
  }
}

}  // namespace pgwatch::test
