// Skips we expect: which built-in collectors have nothing to ask on which servers of tests/support/family.h.
#pragma once

#include <string>

namespace pgwatch::test {

// The reason a Skip gives there; "" where the collector must answer.
std::string expected_skip(const std::string& collector, int major, bool in_recovery);

}  // namespace pgwatch::test
