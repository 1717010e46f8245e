#include "tests/peer/tally.h"

#include <algorithm>

namespace pgwatch::test {

Tally::Key Tally::key_of(const std::string& name, Labels labels) {
  labels.erase("server");
  return {name, std::move(labels)};
}

void Tally::see(const Exposition& page) {
  for (const Sample& sample : page.samples()) {
    Seen& seen = seen_[key_of(sample.name, sample.labels)];
    ++seen.pages;
    seen.values.insert(std::to_string(sample.value));
  }
}

void Tally::add(const std::vector<Difference>& found, const Exposition& theirs) {
  ++rounds_;
  see(theirs);
  for (const Difference& one : std::set<Difference>(found.begin(), found.end())) ++times_[one];
}

bool Tally::stands_still(const Difference& difference) const {
  const auto begins = [&](const std::string& prefix) { return difference.family.starts_with(prefix); };
  if (std::ranges::any_of(restless_, begins)) return false;
  const auto found = seen_.find(key_of(difference.name, difference.labels));
  if (found == seen_.end()) return false;  // a label of it has lost its value
  const Seen& seen = found->second;
  return seen.pages == rounds_ + 1 && (difference.what != What::kValue || seen.values.size() == 1);
}

// Of a family one speaks without a name.
std::vector<Difference> Tally::real() const {
  std::vector<Difference> real;
  for (const auto& [one, times] : times_)
    if (one.name.empty() || times * (stands_still(one) ? 5 : 2) > rounds_) real.push_back(one);
  return real;
}

}  // namespace pgwatch::test
