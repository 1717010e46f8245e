#include "collectors/backups/newest.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace pgwatch::collectors {
namespace {

constexpr std::size_t kBefore = 5;

// REQUIRES: at least one.
double median_of(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  if (values.size() % 2 == 1) return values[middle];
  return (values[middle - 1] + values[middle]) / 2;
}

}  // namespace

std::optional<double> Newest::ratio() const {
  if (!median || *median <= 0) return std::nullopt;
  return static_cast<double>(copy.size) / *median;
}

std::optional<Newest> newest_of(std::vector<Copy> copies) {
  if (copies.empty()) return std::nullopt;
  std::ranges::sort(copies, [](const Copy& a, const Copy& b) {
    return std::tie(a.completed, a.name) > std::tie(b.completed, b.name);
  });
  Newest newest{copies.front()};
  std::vector<double> before;
  for (std::size_t i = 1; i < std::min(copies.size(), kBefore + 1); ++i)
    before.push_back(static_cast<double>(copies[i].size));
  if (!before.empty()) newest.median = median_of(std::move(before));
  return newest;
}

}  // namespace pgwatch::collectors
