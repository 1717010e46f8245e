#include "tests/support/timescaledb.h"

#include <string>

namespace pgwatch::test {

void OnEachTimescaleDb::SetUp() {
  if (const std::string why = why_missing(GetParam()); !why.empty()) GTEST_SKIP() << why;
}

PostgresOptions OnEachTimescaleDb::options() {
  return {.major = GetParam().major, .timescaledb = GetParam().timescaledb};
}

void OnCommunityTimescaleDb::SetUp() {
  const std::string why = why_missing({.timescaledb = TimescaleDb::kCommunity});
  if (!why.empty()) GTEST_SKIP() << why;
}

std::string timescaledb_name(const testing::TestParamInfo<Installation>& info) {
  return info.param.timescaledb == TimescaleDb::kCommunity ? "community" : "pg" + std::to_string(info.param.major);
}

}  // namespace pgwatch::test
