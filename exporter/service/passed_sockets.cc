#include "exporter/service/passed_sockets.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <sstream>
#include <stdexcept>

namespace pgwatch::service {
namespace {

constexpr long long kMostSockets = 256;

std::runtime_error bad(int descriptor, const std::string& name, const std::string& cause) {
  return std::runtime_error("systemd passed descriptor " + std::to_string(descriptor) + " (" + name + "), which " +
                            cause);
}

std::vector<std::string> names(const std::string& list) {
  std::vector<std::string> parts;
  std::istringstream stream(list);
  for (std::string part; std::getline(stream, part, ':');) parts.push_back(part);
  return parts;
}

int option(int socket, int name) {
  int value = -1;
  socklen_t size = sizeof(value);
  return ::getsockopt(socket, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

bool can_serve(int socket) {
  const int family = option(socket, SO_DOMAIN);
  return option(socket, SO_TYPE) == SOCK_STREAM && option(socket, SO_ACCEPTCONN) == 1 &&
         (family == AF_INET || family == AF_INET6 || family == AF_UNIX);
}

std::string spelled_unix(const sockaddr_un& address, socklen_t size) {
  const std::size_t begin = offsetof(sockaddr_un, sun_path);
  if (size <= begin) return "unnamed";
  const std::string path(address.sun_path, size - begin);
  return path[0] == '\0' ? '@' + path.substr(1) : path.substr(0, path.find('\0'));
}

std::string spelled(int socket) {
  sockaddr_storage storage = {};
  socklen_t size = sizeof(storage);
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&storage), &size);
  if (storage.ss_family == AF_UNIX) return spelled_unix(reinterpret_cast<const sockaddr_un&>(storage), size);
  std::array<char, INET6_ADDRSTRLEN> host{};
  if (storage.ss_family == AF_INET6) {
    const auto& address = reinterpret_cast<const sockaddr_in6&>(storage);
    ::inet_ntop(AF_INET6, &address.sin6_addr, host.data(), host.size());
    return '[' + std::string(host.data()) + "]:" + std::to_string(ntohs(address.sin6_port));
  }
  const auto& address = reinterpret_cast<const sockaddr_in&>(storage);
  ::inet_ntop(AF_INET, &address.sin_addr, host.data(), host.size());
  return std::string(host.data()) + ':' + std::to_string(ntohs(address.sin_port));
}

PassedSocket take(int descriptor, const std::string& name) {
  const int flags = ::fcntl(descriptor, F_GETFL);
  if (flags < 0) throw bad(descriptor, name, "is not open");
  if (!can_serve(descriptor))
    throw bad(descriptor, name, "is no stream socket that listens: its unit needs ListenStream= and Accept=no");
  ::fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
  ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  return {descriptor, name, spelled(descriptor)};
}

}  // namespace

std::vector<PassedSocket> passed_sockets(const Environment& environment, int first) {
  const std::string pid = environment("LISTEN_PID").value_or("");
  const std::string said = environment("LISTEN_FDS").value_or("");
  if (said.empty() || read_count(pid) != ::getpid()) return {};
  const auto count = read_count(said);
  if (!count || *count > kMostSockets)
    throw std::runtime_error("LISTEN_FDS \"" + said + "\" is not the number of sockets that systemd passed");
  const std::vector<std::string> given = names(environment("LISTEN_FDNAMES").value_or(""));
  std::vector<PassedSocket> sockets;
  for (std::size_t i = 0; i < static_cast<std::size_t>(*count); ++i)
    sockets.push_back(take(first + static_cast<int>(i), i < given.size() && !given[i].empty() ? given[i] : "unnamed"));
  return sockets;
}

}  // namespace pgwatch::service
