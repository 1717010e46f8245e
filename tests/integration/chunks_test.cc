// What is taken of a server with 10,000 chunks, by checks of freshness and by the collectors of TimescaleDB: locks,
// pages, and chunks in plans.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "tests/integration/freshness_live.h"
#include "tests/integration/interview.h"
#include "tests/support/timescaledb.h"

namespace pgwatch::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr int kMostLocks = 100;

class TenThousandChunks : public OnEachTimescaleDb {
 protected:
  static void TearDownTestSuite() { servers_.clear(); }

  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "to make 10,000 chunks takes minutes";
    OnEachTimescaleDb::SetUp();
    if (IsSkipped()) return;
    std::unique_ptr<PostgresServer>& server = servers_[GetParam().timescaledb];
    if (!server)
      server = server_with_many_chunks(GetParam());
    else
      server->restart();  // what one test has warmed up would spare the next one pages
    server_ = server.get();
  }

  Taken taken_by(const FreshnessCheck& check) {
    Interview interview(*server_);
    return interview.taken_by(collector_of(check));
  }

  inline static std::map<TimescaleDb, std::unique_ptr<PostgresServer>> servers_;
  const PostgresServer* server_ = nullptr;
};

INSTANTIATE_TEST_SUITE_P(, TenThousandChunks,
                         testing::Values(Installation{.major = 17, .timescaledb = TimescaleDb::kApache},
                                         Installation{.timescaledb = TimescaleDb::kCommunity}),
                         timescaledb_name);

FreshnessCheck check_of_bars() {
  FreshnessCheck check = check_of("bars");
  check.table = "public.bars";
  return check;
}

TEST_P(TenThousandChunks, AreNeitherLockedNorPlannedByCollectors) {
  ASSERT_GE(std::stoi(server_->value("SELECT count(*) FROM timescaledb_information.chunks")), kManyChunks);
  Interview interview(*server_);
  for (const Collector& collector : timescaledb_collectors()) {
    const Taken taken = interview.taken_by(collector);
    EXPECT_LT(taken.locks, kMostLocks) << collector.name;
    EXPECT_EQ(taken.chunks, 0U) << collector.name;
    EXPECT_LE(taken.pages, claimed_pages(collector.cost, *server_)) << collector.name;
  }
}

TEST_P(TenThousandChunks, AreNeitherLockedNorReadNorPlannedByAFreshnessCheck) {
  FreshnessCheck check = check_of_bars();
  const Taken newest = taken_by(check);
  EXPECT_LT(newest.locks, 50);
  EXPECT_LT(newest.pages, 200);
  EXPECT_LE(newest.chunks, 1U);
  check.groups = FreshnessCheck::Groups{.column = "symbol", .expected = {"x", "never"}};
  check.window = FreshnessCheck::Window{1h};
  check.gaps = FreshnessCheck::Gaps{1min, 1h};
  const Taken groups = taken_by(check);
  EXPECT_GE(groups.chunks, 20U) << "an hour of chunks, in pieces";
  EXPECT_LT(groups.locks, kMostLocks);
  EXPECT_LT(groups.pages, 300);
}

TEST_P(TenThousandChunks, AreNotSearchedThroughForWhatIsNowhere) {
  FreshnessCheck check = check_of_bars();
  check.filter = "symbol = 'never'";
  const Taken taken = taken_by(check);
  EXPECT_LT(taken.locks, 50);
  EXPECT_LE(taken.chunks, 1U) << "chunk by chunk";
  EXPECT_NEAR(told_by(*server_, check).value("searched_since_timestamp_seconds").value_or(0), now_of(*server_) - 540,
              2 * kClockSlack);
}

// The last one: it makes more of them.
TEST_P(TenThousandChunks, AreNotReadAtOnceWhereACheckWouldWantThem) {
  server_->sql("INSERT INTO bars SELECT now() - i * interval '1 min', 'x' FROM generate_series(71, 260) AS i");
  FreshnessCheck check = check_of_bars();
  check.window = FreshnessCheck::Window{24h};
  EXPECT_THAT(told_by(*server_, check).detail,
              HasSubstr("has more than 200 chunks or partitions where it would be read"));
}

}  // namespace
}  // namespace pgwatch::test
