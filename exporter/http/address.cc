#include <charconv>
#include <stdexcept>

#include "exporter/http/server.h"

namespace pgwatch::http {
namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return port;
}

// Only an IPv6 address has colons, and only it is written in brackets.
std::optional<std::string> parse_host(std::string_view text) {
  if (!text.starts_with('[')) {
    if (text.find_first_of(":[] ") != text.npos) return std::nullopt;
    return std::string(text);
  }
  if (!text.ends_with(']') || text.find(':') == text.npos) return std::nullopt;
  return std::string(text.substr(1, text.size() - 2));
}

}  // namespace

Address Address::parse(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon != text.npos) {
    const auto host = parse_host(text.substr(0, colon));
    const auto port = parse_port(text.substr(colon + 1));
    if (host && port) return {*host, *port};
  }
  throw std::invalid_argument('"' + std::string(text) +
                              "\" is not an address to listen on: expected :PORT, HOST:PORT or [IPV6]:PORT, "
                              "such as \":9187\" or \"127.0.0.1:9187\"");
}

}  // namespace pgwatch::http
