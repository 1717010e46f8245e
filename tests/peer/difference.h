// Difference: what one program's page has and another's has not, or says otherwise.
#pragma once

#include <string>

#include "tests/support/exposition.h"

namespace pgwatch::test {

enum class What {
  kFamily,  // is missing
  kType,    // is another
  kLabels,  // have other names
  kLabel,   // has other values, which tell the same series apart
  kSeries,  // is missing
  kNull,    // is missing, a series or a whole family, where the other says NaN
  kValue,   // is another
};

std::string to_string(What what);

struct Difference {
  What what = What::kFamily;
  std::string family;
  std::string name = {};  // of a series; a histogram's have another than their family
  Labels labels = {};
  std::string detail = {};
};

// One is the other, whatever their details.
bool operator<(const Difference& one, const Difference& other);

std::string to_string(const Difference& difference);

}  // namespace pgwatch::test
