// Address: where to listen. The one reader of such addresses, for the configuration and for the server. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pgwatch {

struct Address {
  std::string host;  // "" means all addresses, IPv6 and IPv4
  std::uint16_t port = 0;

  // ":9187", "127.0.0.1:9187", "[::1]:9187", "localhost:9187". Throws std::invalid_argument saying what is expected.
  static Address parse(std::string_view text);
};

}  // namespace pgwatch
