// A standby and its primary, as a scrape sees them when roles and streams change.
#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "tests/integration/live.h"

namespace pgwatch::test {
namespace {

// Both ends of a stream, and a pgwatch that watches them.
struct Pair {
  PostgresServer primary = PostgresServer();
  PostgresServer standby = primary.standby("standby", {.settings = {"wal_retrieve_retry_interval = '100ms'"}});
  const Pgwatch pgwatch{config_of({{"primary", primary.conninfo()}, {"standby", standby.conninfo()}})};

  Exposition scrape() const { return test::scrape(pgwatch).page; }
};

// Each test leaves the stream as it found it.
class Following : public testing::Test {
 protected:
  static void SetUpTestSuite() { pair_ = std::make_unique<Pair>(); }
  static void TearDownTestSuite() { pair_.reset(); }

  void SetUp() override {
    ASSERT_TRUE(becomes_whole(pair_->pgwatch, "primary"));
    ASSERT_TRUE(becomes_whole(pair_->pgwatch, "standby"));
  }

  // A write that the standby has replayed.
  static void write_and_replay() {
    pair_->primary.sql("CREATE TABLE IF NOT EXISTS written (at timestamptz)");
    pair_->primary.sql("INSERT INTO written VALUES (now())");
    const std::string position = pair_->primary.value("SELECT pg_current_wal_lsn()");
    ASSERT_TRUE(pair_->standby.wait_until("SELECT pg_last_wal_replay_lsn() >= '" + position + "'", "t"));
  }

  inline static std::unique_ptr<Pair> pair_;
};

std::optional<double> of_standby(const Exposition& page, const std::string& name, Labels labels = {}) {
  labels["server"] = "standby";
  return page.value(name, labels);
}

TEST_F(Following, DeadReceiverMakesTheLagUnknown) {
  EXPECT_TRUE(of_standby(pair_->scrape(), "pg_replication_lag_seconds"));
  const PostgresServer& standby = pair_->standby;
  const std::string cure =
      standby.value("SELECT format('ALTER SYSTEM SET primary_conninfo = %L', current_setting('primary_conninfo'))");
  standby.sql("ALTER SYSTEM SET primary_conninfo = ''");
  standby.sql("SELECT pg_reload_conf()");
  ASSERT_TRUE(standby.wait_until("SELECT count(*) FROM pg_stat_wal_receiver", "0"));
  const Exposition page = pair_->scrape();
  EXPECT_FALSE(of_standby(page, "pg_replication_lag_seconds"));
  EXPECT_EQ(of_standby(page, "pg_replication_receiver_status", {{"status", "stopped"}}), 1);
  EXPECT_EQ(of_standby(page, "pg_replication_receiver_status", {{"status", "streaming"}}), 0);
  EXPECT_EQ(of_standby(page, "pg_up"), 1);
  EXPECT_TRUE(is_whole(page, "primary"));
  EXPECT_EQ(page.value("pg_replication_lag_seconds", {{"server", "primary"}}), 0);
  standby.sql(cure);
  standby.sql("SELECT pg_reload_conf()");
  ASSERT_TRUE(standby.wait_until("SELECT count(*) FROM pg_stat_wal_receiver WHERE status = 'streaming'", "1"));
  EXPECT_EQ(of_standby(pair_->scrape(), "pg_replication_receiver_status", {{"status", "streaming"}}), 1);
}

TEST_F(Following, PausedReplayGrowsOlderWhileWritesWait) {
  write_and_replay();
  const PostgresServer& standby = pair_->standby;
  standby.sql("SELECT pg_wal_replay_pause()");
  ASSERT_TRUE(standby.wait_until("SELECT pg_get_wal_replay_pause_state()", "paused"));
  pair_->primary.sql("INSERT INTO written VALUES (now())");
  ASSERT_TRUE(standby.wait_until("SELECT pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn()", "t"));
  const Exposition first = pair_->scrape();
  EXPECT_EQ(of_standby(first, "pg_replication_replay_paused"), 1);
  EXPECT_GT(of_standby(first, "pg_replication_replay_pending_bytes").value_or(0), 0);
  const double age = of_standby(first, "pg_replication_replay_age_seconds").value_or(-1);
  EXPECT_GT(age, 0);
  const Exposition second = pair_->scrape();
  EXPECT_GT(of_standby(second, "pg_replication_replay_age_seconds").value_or(-1), age);
  EXPECT_GT(of_standby(second, "pg_replication_lag_seconds").value_or(-1), age);
  standby.sql("SELECT pg_wal_replay_resume()");
  ASSERT_TRUE(standby.wait_until("SELECT pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()", "t"));
  EXPECT_EQ(of_standby(pair_->scrape(), "pg_replication_replay_paused"), 0);
}

// The age of the last replay grows all the same; nothing waits, so nothing lags.
TEST_F(Following, IdlePrimaryIsNoLag) {
  write_and_replay();
  std::optional<Exposition> page;
  ASSERT_TRUE(eventually([&] {
    page = pair_->scrape();
    return of_standby(*page, "pg_replication_last_replay_seconds").value_or(0) > 1 &&
           of_standby(*page, "pg_replication_replay_pending_bytes") == 0;
  }));
  EXPECT_EQ(of_standby(*page, "pg_replication_replay_age_seconds"), 0);
  EXPECT_EQ(of_standby(*page, "pg_replication_lag_seconds"), 0);
}

// Whoever fails over finds the promoted server in the session that knew it as a standby.
TEST(Failover, StandbyOutlivesItsPrimaryAndChangesItsRoleInTheSameSession) {
  Pair pair;
  ASSERT_TRUE(becomes_whole(pair.pgwatch, "primary"));
  ASSERT_TRUE(becomes_whole(pair.pgwatch, "standby"));
  const std::string backend = kept_backend(pair.standby);
  pair.primary.kill();
  ASSERT_TRUE(pair.standby.wait_until("SELECT count(*) FROM pg_stat_wal_receiver", "0"));
  Exposition page = pair.scrape();
  EXPECT_EQ(page.value("pg_up", {{"server", "primary"}}), 0);
  EXPECT_TRUE(is_whole(page, "standby"));
  EXPECT_EQ(of_standby(page, "pg_replication_is_replica"), 1);
  EXPECT_FALSE(of_standby(page, "pg_replication_lag_seconds"));
  pair.standby.sql("SELECT pg_promote()");
  page = pair.scrape();
  EXPECT_TRUE(is_whole(page, "standby"));
  EXPECT_EQ(of_standby(page, "pg_replication_is_replica"), 0);
  EXPECT_EQ(of_standby(page, "pg_replication_lag_seconds"), 0);
  EXPECT_EQ(of_standby(page, "pgwatch_reconnects_total"), 0);
  EXPECT_EQ(kept_backend(pair.standby), backend);
}

}  // namespace
}  // namespace pgwatch::test
