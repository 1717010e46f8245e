#include "exporter/service/environment.h"

#include <charconv>
#include <system_error>

namespace pgwatch::service {

std::optional<long long> read_count(const std::string& text) {
  long long value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc() || stop != end || value < 0) return std::nullopt;
  return value;
}

}  // namespace pgwatch::service
