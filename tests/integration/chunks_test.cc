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

constexpr double kBusy = 120;  // seconds that a test may take where it compares clocks
constexpr int kChunks = 10'000;
constexpr int kMostLocks = 100;

// Chunks of a minute each, without indexes, which would take as long again; some at a time, for their locks are held.
// The policies, where there are any, have all of them to treat, and never begin.
std::string many_chunks() {
  std::string script = R"(CREATE TABLE bars (time timestamptz NOT NULL, symbol text);

SELECT create_hypertable('bars', 'time', chunk_time_interval => interval '1 min', create_default_indexes => false);

DO $$ BEGIN
  IF current_setting('timescaledb.license') = 'timescale' THEN
    ALTER TABLE bars SET (timescaledb.compress, timescaledb.compress_segmentby = 'symbol');
    PERFORM add_compression_policy('bars', interval '1 day', initial_start => '2100-01-01');
    PERFORM add_retention_policy('bars', interval '1 day', initial_start => '2100-01-01');
  END IF;
END $$;

)";
  for (int first = 0; first < kChunks; first += 500)
    script +=
        "INSERT INTO bars SELECT '2026-01-01 00:00:30+00'::timestamptz + i * interval '1 min', 'x'"
        " FROM generate_series(" +
        std::to_string(first) + ", " + std::to_string(first + 499) + ") AS i;\n\n";
  return script;
}

class TenThousandChunks : public OnEachTimescaleDb {
 protected:
  static void TearDownTestSuite() { servers_.clear(); }

  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "to make 10,000 chunks takes minutes";
    OnEachTimescaleDb::SetUp();
    if (IsSkipped()) return;
    std::unique_ptr<PostgresServer>& server = servers_[GetParam().timescaledb];
    if (!server) server = start();
    server_ = server.get();
  }

  Taken taken_by(const FreshnessCheck& check) {
    Interview interview(*server_);
    return interview.taken_by(collector_of(check));
  }

  inline static std::map<TimescaleDb, std::unique_ptr<PostgresServer>> servers_;
  const PostgresServer* server_ = nullptr;

 private:
  // Statements that are prepared would be planned for any time, and for all chunks.
  static std::unique_ptr<PostgresServer> start() {
    PostgresOptions with_chunks = options();
    with_chunks.script = many_chunks();
    auto server = std::make_unique<PostgresServer>(std::move(with_chunks));
    server->sql("GRANT SELECT ON bars TO pgwatch; ALTER ROLE pgwatch SET plan_cache_mode = force_generic_plan");
    server->sql("INSERT INTO bars SELECT now() - i * interval '1 min', 'x' FROM generate_series(1, 30) AS i");
    return server;
  }
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
  ASSERT_GE(std::stoi(server_->value("SELECT count(*) FROM timescaledb_information.chunks")), kChunks);
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
  check.window = FreshnessCheck::Window{10min};
  check.gaps = FreshnessCheck::Gaps{1min, 10min};
  const Taken groups = taken_by(check);
  EXPECT_GE(groups.chunks, 20U) << "an hour of chunks, most of which are not there";
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
              kBusy);
}

TEST_P(TenThousandChunks, AreNotReadAtOnceWhereACheckWouldWantThem) {
  server_->sql("INSERT INTO bars SELECT now() - i * interval '1 min', 'x' FROM generate_series(31, 260) AS i");
  FreshnessCheck check = check_of_bars();
  check.window = FreshnessCheck::Window{24h};
  EXPECT_THAT(told_by(*server_, check).detail, HasSubstr("has more than 200 chunks where it would be read"));
}

}  // namespace
}  // namespace pgwatch::test
