#include "exporter/engine/places.h"

#include <algorithm>

namespace pgwatch {
namespace {

// A backend whose start we never learned is known by its pid alone.
bool same(const postgres::Backend& mine, const postgres::Backend& shown) {
  return mine.pid == shown.pid && (mine.started.empty() || mine.started == shown.started);
}

}  // namespace

void Places::abandon(postgres::Backend backend, SteadyTime until) {
  --open_;
  abandoned_.push_back({std::move(backend), until});
}

void Places::confirm(const std::vector<postgres::Backend>& asked_for,
                     const std::vector<postgres::Backend>& still_there) {
  std::erase_if(abandoned_, [&](const Abandoned& one) {
    return std::ranges::find(asked_for, one.backend) != asked_for.end() &&
           std::ranges::none_of(still_there, [&](const auto& shown) { return same(one.backend, shown); });
  });
}

std::size_t Places::expire(SteadyTime now) {
  return std::erase_if(abandoned_, [&](const Abandoned& one) { return one.until <= now; });
}

std::vector<postgres::Backend> Places::abandoned() const {
  std::vector<postgres::Backend> backends;
  for (const Abandoned& one : abandoned_) backends.push_back(one.backend);
  return backends;
}

}  // namespace pgwatch
