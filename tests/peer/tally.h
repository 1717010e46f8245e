// Tally: what several comparisons of the same two programs found, and how often.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "tests/peer/difference.h"

namespace pgwatch::test {

class Tally {
 public:
  static constexpr int kRounds = 5;    // comparisons that a verdict takes,
  static constexpr int kLongest = 15;  // and as many where it is not clear

  void add(const std::vector<Difference>& found);  // of one comparison
  int rounds() const { return rounds_; }

  // What is no accident. Families, their types and their labels stand still: once is enough. A series or a value may
  // have moved there and back between two looks, by our own session for one: it is real that is seen more often than
  // not.
  std::vector<Difference> real() const;

 private:
  int rounds_ = 0;
  std::map<Difference, int> times_;
};

}  // namespace pgwatch::test
