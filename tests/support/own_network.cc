#include "tests/support/own_network.h"

#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "tests/support/descriptor.h"

namespace pgwatch::test {

std::string enter_own_network() {
  if (::unshare(CLONE_NEWNET) != 0) return std::string("no network of our own: ") + std::strerror(errno);
  const Descriptor any(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq loopback{};
  std::strcpy(loopback.ifr_name, "lo");
  loopback.ifr_flags = IFF_UP | IFF_RUNNING;
  if (::ioctl(any.get(), SIOCSIFFLAGS, &loopback) != 0)
    return std::string("cannot bring the loopback up: ") + std::strerror(errno);
  return "";
}

}  // namespace pgwatch::test
