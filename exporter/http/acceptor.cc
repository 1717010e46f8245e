#include "exporter/http/acceptor.h"

#include <cerrno>
#include <system_error>

#include "exporter/util/log.h"

namespace pgwatch::http {

void Acceptor::accept(std::size_t room, const Take& take) {
  for (const Descriptor& listener : listeners_.sockets)
    while (room > 0 && accept_one(listener.get(), take)) --room;
}

bool Acceptor::accept_one(int listener, const Take& take) {
  sockaddr_storage storage = {};
  auto* address = reinterpret_cast<sockaddr*>(&storage);
  socklen_t size = sizeof(storage);
  const int socket = ::accept4(listener, address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (socket < 0) {
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) pause(errno);
    return false;
  }
  take(socket, address, size);
  return true;
}

// Without a free descriptor the listeners stay readable, and trying at once would spin.
void Acceptor::pause(int error) {
  const auto now = Clock::now();
  if (now - paused_until_ > std::chrono::minutes{1})
    log::error("cannot accept connections; raise the limit of open files (LimitNOFILE=)",
               {{"error", std::system_category().message(error)}});
  paused_until_ = now + std::chrono::seconds{1};
}

}  // namespace pgwatch::http
