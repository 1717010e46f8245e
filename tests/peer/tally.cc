#include "tests/peer/tally.h"

namespace pgwatch::test {
namespace {

bool moves(What what) { return what == What::kSeries || what == What::kValue; }

}  // namespace

void Tally::add(const std::vector<Difference>& found) {
  ++rounds_;
  for (const Difference& one : std::set<Difference>(found.begin(), found.end())) ++times_[one];
}

std::vector<Difference> Tally::real() const {
  std::vector<Difference> real;
  for (const auto& [one, times] : times_)
    if (2 * times > rounds_ || !moves(one.what)) real.push_back(one);
  return real;
}

}  // namespace pgwatch::test
