// Tally: what several comparisons of the same two programs found, and how often.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/peer/difference.h"
#include "tests/support/exposition.h"

namespace pgwatch::test {

class Tally {
 public:
  static constexpr int kRounds = 5;    // comparisons that a verdict takes,
  static constexpr int kLongest = 15;  // and as many where it is not clear

  // Of their pages. Families that begin as one of `restless` never stand still.
  explicit Tally(const Exposition& first, std::vector<std::string> restless = {}) : restless_(std::move(restless)) {
    see(first);
  }

  void add(const std::vector<Difference>& found, const Exposition& theirs);  // of one comparison, and their last page
  int rounds() const { return rounds_; }

  // What is no accident. Families, their types and their labels stand still: once is enough. A series that all their
  // pages have, and a value that is the same on all of them, may be another in between, when others have just begun
  // something: more than once in five looks is enough. What comes, goes and moves on their pages may have done so there
  // and back between two of them: it is real that is seen more often than not.
  std::vector<Difference> real() const;

 private:
  using Key = std::pair<std::string, Labels>;  // a series' name and labels, but for the server's

  struct Seen {
    int pages = 0;
    std::set<std::string> values = {};
  };

  static Key key_of(const std::string& name, Labels labels);
  void see(const Exposition& page);
  bool stands_still(const Difference& difference) const;

  std::vector<std::string> restless_;
  int rounds_ = 0;
  std::map<Difference, int> times_;
  std::map<Key, Seen> seen_;
};

}  // namespace pgwatch::test
