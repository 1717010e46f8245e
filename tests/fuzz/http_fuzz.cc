// What a client writes: a target, and the headers that are read. Whatever it is, it is decoded once and to no more than
// it was, and gives a budget within its bounds.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "exporter/http/rendering.h"
#include "exporter/http/request_target.h"
#include "exporter/http/routes.h"

namespace {

using namespace pgwatch::http;

void expect(bool holds) {
  if (!holds) std::abort();
}

void read_target(std::string_view target) {
  expect(target.ends_with(path_of(target)) || path_of(target) == "/");
  std::size_t decoded = 0;
  for (const auto& [key, value] : parse_query(target)) decoded += key.size() + value.size();
  expect(decoded <= target.size());
}

void read_timeout(std::string_view header) {
  const std::chrono::milliseconds budget = scrape_budget(header, std::chrono::seconds{10});
  expect(budget.count() >= 0 && budget <= std::chrono::minutes{1});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read_target(text);
  read_timeout(text);
  accepts_gzip(text);
  return 0;
}
