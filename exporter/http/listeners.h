// Listeners: the sockets a server accepts from.
#pragma once

#include <cstdint>
#include <vector>

#include "exporter/http/descriptor.h"
#include "exporter/http/server.h"

namespace pgwatch::http {

struct Listeners {
  std::vector<Descriptor> sockets;   // non-blocking; a name may have given several
  std::vector<std::uint16_t> ports;  // as bound, one per address; 0 where it has none
  bool ipv4_only = false;            // all addresses were asked for, but the kernel has no IPv6
};

// Throws std::runtime_error naming the address, the cause and the cure.
Listeners listen_on(const std::vector<Address>& addresses);

// Takes over sockets that listen already. REQUIRES: they are non-blocking.
Listeners adopt(const std::vector<int>& sockets);

}  // namespace pgwatch::http
