#include "tests/support/ports.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <random>
#include <stdexcept>
#include <string>

namespace pgwatch::test {
namespace {

constexpr std::uint16_t kLowest = 20'000;
constexpr std::uint16_t kHighest = 31'999;

// An abstract socket can be bound by one process only and goes with it: a lock that leaves nothing behind. It is kept
// open on purpose.
bool reserve(std::uint16_t port) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = "pgwatch-test-port-" + std::to_string(port);
  name.copy(address.sun_path + 1, sizeof(address.sun_path) - 1);
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  const int lock = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (::bind(lock, reinterpret_cast<const sockaddr*>(&address), length) == 0) return true;
  ::close(lock);
  return false;
}

bool nobody_listens(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const bool free = ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(socket);
  return free;
}

}  // namespace

std::uint16_t free_port() {
  std::random_device chance;
  std::uniform_int_distribution<std::uint16_t> any(kLowest, kHighest);
  for (int attempt = 0; attempt < 1'000; ++attempt) {
    const std::uint16_t port = any(chance);
    if (nobody_listens(port) && reserve(port)) return port;
  }
  throw std::runtime_error("no free port on 127.0.0.1 between 20000 and 31999");
}

}  // namespace pgwatch::test
