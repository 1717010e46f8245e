#include "exporter/util/address.h"

#include <arpa/inet.h>

#include <charconv>
#include <optional>
#include <stdexcept>

namespace pgwatch {
namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return port;
}

// It may name the interface it belongs to: fe80::1%eth0.
bool is_ipv6(std::string_view text) {
  in6_addr ignored{};
  return ::inet_pton(AF_INET6, std::string(text.substr(0, text.find('%'))).c_str(), &ignored) == 1;
}

// Only an IPv6 address has colons, and only it is written in brackets.
std::optional<std::string> parse_host(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) {
    const std::string_view inside = text.substr(1, text.size() - 2);
    return is_ipv6(inside) ? std::optional<std::string>(inside) : std::nullopt;
  }
  if (text.find_first_of(":[]/ \t\r\n") != text.npos) return std::nullopt;
  return std::string(text);
}

}  // namespace

Address Address::parse(std::string_view text) {
  const std::string expected = "expected HOST:PORT, as :9187, 127.0.0.1:9187 or [::1]:9187";
  const std::size_t colon = text.rfind(':');
  const auto host = parse_host(text.substr(0, colon));
  if (colon == text.npos || !host) throw std::invalid_argument(expected);
  const auto port = parse_port(text.substr(colon + 1));
  if (!port) throw std::invalid_argument(expected + "; a port is 0 to 65535");
  return {*host, *port};
}

}  // namespace pgwatch
