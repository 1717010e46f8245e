// The majors of PostgreSQL we support, and tests that run on each of them.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace pgwatch::test {

// Those scripts/servers fetches.
inline constexpr std::array kMajors = {13, 14, 15, 16, 17, 18};

// A suite of tests that run once per major, as Slots.AreListed/pg17, and are skipped with the reason where that major
// is not here:
//
//   class Slots : public OnEachMajor {};
//   INSTANTIATE_TEST_SUITE_P(, Slots, every_major(), major_name);
//   TEST_P(Slots, AreListed) { PostgresServer server({.major = major()}); … }
class OnEachMajor : public testing::TestWithParam<int> {
 protected:
  void SetUp() override;
  static int major() { return GetParam(); }
};

inline auto every_major() { return testing::ValuesIn(kMajors); }
std::string major_name(const testing::TestParamInfo<int>& info);

}  // namespace pgwatch::test
