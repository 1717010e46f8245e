// Exceptions: where pgwatch is not as postgres_exporter on purpose. tests/peer/exceptions.txt lists them, with reasons.
#pragma once

#include <map>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "tests/peer/difference.h"

namespace pgwatch::test {

struct Exception {
  std::string line;  // as written, for messages
  What what = What::kFamily;
  std::string selector;                           // the family and the labels, as written
  std::string family;                             // or a histogram's series; one ending in * is a beginning
  std::map<std::string, std::regex> labels = {};  // the difference has at least these, matching from end to end
  int first_major = 13;
  int last_major = 18;
  std::string role = {};  // primary, standby, stopped, archive; "" is all of them
  std::string why = {};   // one sentence or more, on one line
};

// Throws std::invalid_argument quoting the line that is none. Lines that begin with # say nothing.
std::vector<Exception> read_exceptions(std::string_view text);

bool holds_on(const Exception& exception, int major, const std::string& role);
bool names(const Exception& exception, const std::string& family);
// That of a label excuses that a series is missing; whether there are as many is for the comparison to find.
bool excuses(const Exception& exception, const Difference& difference);

}  // namespace pgwatch::test
