#include "tests/support/majors.h"

#include <string>

#include "tests/support/postgres_programs.h"

namespace pgwatch::test {

void OnEachMajor::SetUp() {
  if (const std::string why = why_missing({.major = major()}); !why.empty()) GTEST_SKIP() << why;
}

std::string major_name(const testing::TestParamInfo<int>& info) { return "pg" + std::to_string(info.param); }

}  // namespace pgwatch::test
