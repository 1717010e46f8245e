// What one program's page has of a server and another's has not, or says otherwise.
#pragma once

#include <string>
#include <vector>

#include "tests/support/exposition.h"

namespace pgwatch::test {

enum class What { kFamily, kType, kLabels, kSeries, kValue };  // is missing or, but for the first and fourth, differs

std::string to_string(What what);

struct Difference {
  What what = What::kFamily;
  std::string family;
  std::string name = {};  // of the series, for kSeries and kValue; a histogram's have another than their family
  Labels labels = {};
  std::string detail = {};
};

// One is the other, whatever their details.
bool operator<(const Difference& one, const Difference& other);

std::string to_string(const Difference& difference);

// Theirs is asked twice, before ours and after: what both pages say alike ours must say too, and where a value has
// moved meanwhile, ours must lie between. So it takes no list of what moves. What only one of the two pages has is not
// asked of ours; nor is a NaN, by which postgres_exporter says NULL. Labels are compared as `theirs` plus
// server="SERVER".
std::vector<Difference> differences(const Exposition& before, const Exposition& ours, const Exposition& after,
                                    const std::string& server);

}  // namespace pgwatch::test
