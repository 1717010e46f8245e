// Servers with TimescaleDB, and tests that run on each of them.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/support/postgres_programs.h"
#include "tests/support/postgres_server.h"

namespace pgwatch::test {

// A suite of tests that run once per server with TimescaleDB, as Hypertables.AreListed/pg17, /pg18 and /community, and
// are skipped with the reason where that server is not here:
//
//   class Hypertables : public OnEachTimescaleDb {};
//   INSTANTIATE_TEST_SUITE_P(, Hypertables, every_timescaledb(), timescaledb_name);
//   TEST_P(Hypertables, AreListed) { PostgresServer server(options()); … }
class OnEachTimescaleDb : public testing::TestWithParam<Installation> {
 protected:
  void SetUp() override;
  static PostgresOptions options();
};

// Compression, policies, continuous aggregates and jobs of one's own are in the community edition only. Its tests are
// skipped with the reason where that is not here.
class OnCommunityTimescaleDb : public testing::Test {
 protected:
  void SetUp() override;
  static PostgresOptions options() { return {.timescaledb = TimescaleDb::kCommunity}; }
};

inline auto every_timescaledb() {
  return testing::Values(Installation{.major = 17, .timescaledb = TimescaleDb::kApache},
                         Installation{.major = 18, .timescaledb = TimescaleDb::kApache},
                         Installation{.timescaledb = TimescaleDb::kCommunity});
}

inline constexpr int kManyChunks = 10'000;

// With a hypertable `bars` (time, symbol) of so many chunks, a minute each, and a row in each of the last 70 minutes;
// its compression and retention have all to treat and never begin. The chunks are made once per build tree.
std::unique_ptr<PostgresServer> server_with_many_chunks(Installation installation);

std::string timescaledb_name(const testing::TestParamInfo<Installation>& info);

}  // namespace pgwatch::test
