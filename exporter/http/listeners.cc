#include "exporter/http/listeners.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <system_error>

namespace pgwatch::http {
namespace {

struct Endpoint {
  sockaddr_storage address = {};
  socklen_t size = 0;

  int family() const { return address.ss_family; }
  friend bool operator==(const Endpoint& one, const Endpoint& other) {
    return one.size == other.size && std::memcmp(&one.address, &other.address, one.size) == 0;
  }
};

Endpoint endpoint(const sockaddr* address, socklen_t size) {
  Endpoint made;
  std::memcpy(&made.address, address, size);
  made.size = size;
  return made;
}

template <typename Address>
Endpoint wildcard(Address address) {
  return endpoint(reinterpret_cast<const sockaddr*>(&address), sizeof(address));
}

Endpoint every_ipv6(std::uint16_t port) {
  sockaddr_in6 address = {};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  return wildcard(address);
}

Endpoint every_ipv4(std::uint16_t port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  return wildcard(address);
}

std::uint16_t port_of(int socket) {
  sockaddr_storage address = {};
  socklen_t size = sizeof(address);
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  if (address.ss_family == AF_UNIX) return 0;
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                                             : reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

void set_port(Endpoint& endpoint, std::uint16_t port) {
  if (endpoint.family() == AF_INET6)
    reinterpret_cast<sockaddr_in6&>(endpoint.address).sin6_port = htons(port);
  else
    reinterpret_cast<sockaddr_in&>(endpoint.address).sin_port = htons(port);
}

std::string spelled(const Address& address) {
  const bool ipv6 = address.host.find(':') != std::string::npos;
  return (ipv6 ? '[' + address.host + ']' : address.host) + ':' + std::to_string(address.port);
}

std::string cure(int error) {
  switch (error) {
    case EADDRINUSE: return "; stop the program that listens there, or choose another port";
    case EACCES: return "; a port below 1024 needs the capability CAP_NET_BIND_SERVICE";
    case EADDRNOTAVAIL: return "; listen on an address this machine has, or name none to listen on all";
    case EAFNOSUPPORT: return "; use an IPv4 address";
    default: return "";
  }
}

std::runtime_error cannot_listen(const Address& address, const std::string& cause) {
  return std::runtime_error("cannot listen on " + spelled(address) + ": " + cause);
}

std::runtime_error cannot_listen(const Address& address, int error) {
  return cannot_listen(address, std::system_category().message(error) + cure(error));
}

// An invalid descriptor, and errno, where it cannot be.
Descriptor open_socket(const Endpoint& endpoint) {
  Descriptor made(::socket(endpoint.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!made.valid()) return made;
  const int on = 1;
  const int off = 0;
  ::setsockopt(made.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  // [::] takes IPv4 too, whatever the system's default.
  if (endpoint.family() == AF_INET6) ::setsockopt(made.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
  if (::bind(made.get(), reinterpret_cast<const sockaddr*>(&endpoint.address), endpoint.size) == 0 &&
      ::listen(made.get(), SOMAXCONN) == 0)
    return made;
  const int error = errno;
  made = Descriptor();
  errno = error;
  return made;
}

std::vector<Endpoint> resolve(const Address& address) {
  addrinfo hints = {};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* first = nullptr;
  const int error = ::getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &first);
  if (error != 0) throw cannot_listen(address, std::string(::gai_strerror(error)) + cure(EADDRNOTAVAIL));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(first, &::freeaddrinfo);
  std::vector<Endpoint> endpoints;
  for (const addrinfo* one = first; one != nullptr; one = one->ai_next) {
    const Endpoint found = endpoint(one->ai_addr, one->ai_addrlen);
    if (std::find(endpoints.begin(), endpoints.end(), found) == endpoints.end()) endpoints.push_back(found);
  }
  return endpoints;
}

void listen_everywhere(const Address& address, Listeners& listeners) {
  Descriptor socket = open_socket(every_ipv6(address.port));
  // What the kernel says where it has no IPv6, and systemd's RestrictAddressFamilies= where it may not be used.
  if (!socket.valid() && errno == EAFNOSUPPORT) {
    listeners.ipv4_only = true;
    socket = open_socket(every_ipv4(address.port));
  }
  if (!socket.valid()) throw cannot_listen(address, errno);
  listeners.ports.push_back(port_of(socket.get()));
  listeners.sockets.push_back(std::move(socket));
}

// All addresses of a name, on one port. Those this machine cannot have (localhost's ::1 without IPv6) are passed over
// as long as one is left.
void listen_on_name(const Address& address, Listeners& listeners) {
  std::uint16_t port = address.port;
  int failure = 0;
  bool listens = false;
  for (Endpoint endpoint : resolve(address)) {
    set_port(endpoint, port);
    Descriptor socket = open_socket(endpoint);
    if (!socket.valid()) {
      failure = errno;
      if (failure != EAFNOSUPPORT && failure != EADDRNOTAVAIL) throw cannot_listen(address, failure);
      continue;
    }
    listens = true;
    port = port_of(socket.get());
    listeners.sockets.push_back(std::move(socket));
  }
  if (!listens) throw cannot_listen(address, failure);
  listeners.ports.push_back(port);
}

}  // namespace

Listeners listen_on(const std::vector<Address>& addresses) {
  Listeners listeners;
  for (const Address& address : addresses) {
    if (address.host.empty())
      listen_everywhere(address, listeners);
    else
      listen_on_name(address, listeners);
  }
  return listeners;
}

Listeners adopt(const std::vector<int>& sockets) {
  Listeners listeners;
  for (const int socket : sockets) {
    listeners.sockets.emplace_back(socket);
    listeners.ports.push_back(port_of(socket));
  }
  return listeners;
}

}  // namespace pgwatch::http
