#include "tests/support/silent_resolver.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <exception>
#include <filesystem>
#include <system_error>

namespace pgwatch::test {
namespace {

// The C library knows no other port of a name server.
constexpr std::uint16_t kDomainPort = 53;

Descriptor udp_socket() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(kDomainPort);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::system_error(errno, std::generic_category(), "name server on 127.0.0.1:53");
  return socket;
}

}  // namespace

std::string SilentResolver::unavailable() {
  try {
    run({.arguments = {"true"}, .mounts = SilentResolver().mounts()});
    return "";
  } catch (const std::exception& error) {
    return std::string("a name server of the test's own needs root, mount namespaces and a free 127.0.0.1:53: ") +
           error.what();
  }
}

SilentResolver::SilentResolver() : socket_(udp_socket()) {
  folder_.write("resolv.conf", "nameserver 127.0.0.1\n");
  folder_.write("nsswitch.conf", "hosts: files dns\n");
}

// Where the machine has no nsswitch.conf the C library's default is what ours says.
std::vector<BindMount> SilentResolver::mounts() const {
  std::vector<BindMount> mounts = {{.source = folder_.path() / "resolv.conf", .target = "/etc/resolv.conf"}};
  if (std::filesystem::exists("/etc/nsswitch.conf"))
    mounts.push_back({.source = folder_.path() / "nsswitch.conf", .target = "/etc/nsswitch.conf"});
  return mounts;
}

std::size_t SilentResolver::questions() {
  std::array<char, 512> question{};
  while (::recv(socket_.get(), question.data(), question.size(), 0) >= 0) ++questions_;
  return questions_;
}

}  // namespace pgwatch::test
