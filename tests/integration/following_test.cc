// A primary and what follows it, as a scrape sees them in each state that a stream can be in. On every major, since
// each tells it a little differently. An unknown lag is absent and never 0.
#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "tests/integration/live.h"
#include "tests/support/majors.h"
#include "tests/support/postgres_programs.h"

namespace pgwatch::test {
namespace {

// Both ends of a stream, and a pgwatch that watches them.
struct Pair {
  explicit Pair(int major, PostgresOptions of_primary = {})
      : primary(with(std::move(of_primary), major)),
        standby(primary.standby("standby", with({.settings = {"wal_retrieve_retry_interval = '100ms'"}}, major))) {}

  static PostgresOptions with(PostgresOptions options, int major) {
    options.major = major;
    return options;
  }

  Exposition scrape() const { return test::scrape(pgwatch).page; }

  // A write that the standby has received.
  std::string write() const {
    primary.sql("CREATE TABLE IF NOT EXISTS written (at timestamptz)");
    primary.sql("INSERT INTO written VALUES (now())");
    return primary.value("SELECT pg_current_wal_lsn()");
  }

  void write_and_replay() const {
    ASSERT_TRUE(standby.wait_until("SELECT pg_last_wal_replay_lsn() >= '" + write() + "'", "t"));
  }

  // Another source of WAL from now on: "" for none.
  void set_primary_conninfo(const std::string& conninfo) const {
    standby.sql("ALTER SYSTEM SET primary_conninfo = '" + conninfo + "'");
    standby.sql("SELECT pg_reload_conf()");
  }

  PostgresServer primary;
  PostgresServer standby;
  Pgwatch pgwatch{config_of({{"primary", primary.conninfo()}, {"standby", standby.conninfo()}})};
};

class Following : public OnEachMajor {
 protected:
  void SetUp() override {
    OnEachMajor::SetUp();
    if (IsSkipped()) return;
    pair_ = std::make_unique<Pair>(major());
    ASSERT_TRUE(becomes_whole(pair_->pgwatch, "primary"));
    ASSERT_TRUE(becomes_whole(pair_->pgwatch, "standby"));
  }

  std::unique_ptr<Pair> pair_;
};
INSTANTIATE_TEST_SUITE_P(, Following, every_major(), major_name);

std::optional<double> of(const char* server, const Exposition& page, const std::string& name, Labels labels = {}) {
  labels["server"] = server;
  return page.value(name, labels);
}

std::optional<double> of_standby(const Exposition& page, const std::string& name, Labels labels = {}) {
  return of("standby", page, name, std::move(labels));
}

// The age of the last replay grows all the same; nothing waits, so nothing lags.
TEST_P(Following, AnIdlePrimaryIsNoLag) {
  pair_->write_and_replay();
  std::optional<Exposition> page;
  ASSERT_TRUE(eventually([&] {
    page = pair_->scrape();
    return of_standby(*page, "pg_replication_last_replay_seconds").value_or(0) > 1 &&
           of_standby(*page, "pg_replication_replay_pending_bytes") == 0;
  }));
  EXPECT_EQ(of_standby(*page, "pg_replication_replay_age_seconds"), 0);
  EXPECT_EQ(of_standby(*page, "pg_replication_lag_seconds"), 0);
  EXPECT_EQ(of("primary", *page, "pg_replication_lag_seconds"), 0);
  EXPECT_EQ(of("primary", *page, "pg_stat_replication_lag_bytes", {{"stage", "replay"}}), 0);
}

// While a long transaction writes, some of its WAL always waits, and nothing has been committed since it began.
TEST_P(Following, ALongTransactionIsNoLag) {
  pair_->write_and_replay();
  pair_->scrape();
  SqlSession writer(pair_->primary.socket_conninfo());
  writer.run("BEGIN");
  const double slack = std::chrono::duration<double>(kSlack).count();
  double longest = 0;
  EXPECT_TRUE(eventually([&] {
    writer.run("INSERT INTO written SELECT now() FROM generate_series(1, 2000)");
    const Exposition page = pair_->scrape();
    longest = std::max(longest, of_standby(page, "pg_replication_lag_seconds").value_or(0));
    return of_standby(page, "pg_replication_replay_pending_bytes").value_or(0) > 0 &&
           of_standby(page, "pg_replication_last_replay_seconds").value_or(0) > 2 + slack;
  }));
  EXPECT_LT(longest, 1 + slack);
}

TEST_P(Following, APausedReplayLagsInBytesAndSecondsMoreAndMore) {
  pair_->write_and_replay();
  const PostgresServer& standby = pair_->standby;
  const auto waits_for = [&](const std::string& position) {
    return standby.wait_until("SELECT pg_last_wal_receive_lsn() >= '" + position + "'", "t");
  };
  standby.sql("SELECT pg_wal_replay_pause()");
  ASSERT_TRUE(waits_for(pair_->write()));
  ASSERT_TRUE(standby.wait_until("SELECT pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn()", "t"));
  const Exposition first = pair_->scrape();
  ASSERT_TRUE(waits_for(pair_->write()));
  const Exposition second = pair_->scrape();
  EXPECT_EQ(of_standby(first, "pg_replication_replay_paused"), 1);
  for (const char* growing :
       {"pg_replication_replay_pending_bytes", "pg_replication_replay_age_seconds", "pg_replication_lag_seconds"}) {
    EXPECT_GT(of_standby(first, growing).value_or(0), 0) << growing;
    EXPECT_GT(of_standby(second, growing).value_or(0), of_standby(first, growing).value_or(0)) << growing;
  }
  EXPECT_GT(of("primary", second, "pg_stat_replication_lag_bytes", {{"stage", "replay"}}).value_or(0), 0);
  standby.sql("SELECT pg_wal_replay_resume()");
  ASSERT_TRUE(standby.wait_until("SELECT pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()", "t"));
  const Exposition last = pair_->scrape();
  EXPECT_EQ(of_standby(last, "pg_replication_replay_paused"), 0);
  EXPECT_EQ(of_standby(last, "pg_replication_lag_seconds"), 0);
}

TEST_P(Following, ARefusedReceiverMakesTheLagUnknown) {
  const std::string good = pair_->standby.value("SELECT replace(current_setting('primary_conninfo'), '''', '''''')");
  EXPECT_TRUE(of_standby(pair_->scrape(), "pg_replication_lag_seconds"));
  pair_->set_primary_conninfo("host=127.0.0.1 port=1");
  ASSERT_TRUE(pair_->standby.wait_until("SELECT count(*) FROM pg_stat_wal_receiver", "0"));
  ASSERT_TRUE(pair_->primary.wait_until("SELECT count(*) FROM pg_stat_replication", "0"));
  const Exposition page = pair_->scrape();
  EXPECT_FALSE(of_standby(page, "pg_replication_lag_seconds"));
  EXPECT_FALSE(of_standby(page, "pg_replication_replay_age_seconds"));
  EXPECT_EQ(of_standby(page, "pg_replication_receiver_status", {{"status", "stopped"}}), 1);
  EXPECT_EQ(of_standby(page, "pg_replication_receiver_status", {{"status", "streaming"}}), 0);
  EXPECT_EQ(of_standby(page, "pg_replication_primary_configured"), 1);
  EXPECT_TRUE(is_whole(page, "standby"));
  EXPECT_TRUE(is_whole(page, "primary"));
  EXPECT_FALSE(of("primary", page, "pg_stat_replication_lag_bytes", {{"stage", "replay"}})) << "it follows no more";
  pair_->set_primary_conninfo(good);
  ASSERT_TRUE(pair_->standby.wait_until("SELECT count(*) FROM pg_stat_wal_receiver WHERE status = 'streaming'", "1"));
  EXPECT_EQ(of_standby(pair_->scrape(), "pg_replication_receiver_status", {{"status", "streaming"}}), 1);
}

TEST_P(Following, AKilledReceiverIsNeverNoLag) {
  const PostgresServer& standby = pair_->standby;
  pair_->primary.freeze();  // so that no other takes its place
  const pid_t receiver = std::stoi(standby.value("SELECT pid FROM pg_stat_wal_receiver"));
  ::kill(receiver, SIGTERM);
  ASSERT_TRUE(standby.wait_until("SELECT count(*) FROM pg_stat_wal_receiver WHERE status = 'streaming'", "0"));
  const Exposition page = test::scrape(pair_->pgwatch, std::chrono::seconds(1)).page;
  EXPECT_FALSE(of_standby(page, "pg_replication_lag_seconds"));
  EXPECT_NE(of_standby(page, "pg_replication_receiver_status", {{"status", "streaming"}}), 1);
  EXPECT_TRUE(is_whole(page, "standby"));
  pair_->primary.thaw();
}

// Whoever fails over finds the promoted server in the session that knew it as a standby.
TEST_P(Following, APromotedStandbyChangesItsRoleInTheSameSession) {
  const std::string backend = kept_backend(pair_->standby);
  pair_->primary.kill();
  ASSERT_TRUE(pair_->standby.wait_until("SELECT count(*) FROM pg_stat_wal_receiver", "0"));
  Exposition page = pair_->scrape();
  EXPECT_EQ(of("primary", page, "pg_up"), 0);
  EXPECT_TRUE(is_whole(page, "standby"));
  EXPECT_EQ(of_standby(page, "pg_replication_is_replica"), 1);
  EXPECT_FALSE(of_standby(page, "pg_replication_lag_seconds"));
  pair_->standby.sql("SELECT pg_promote()");
  page = pair_->scrape();
  EXPECT_TRUE(is_whole(page, "standby"));
  EXPECT_EQ(of_standby(page, "pg_replication_is_replica"), 0);
  EXPECT_EQ(of_standby(page, "pg_replication_lag_seconds"), 0);
  EXPECT_FALSE(of_standby(page, "pg_replication_receiver_status", {{"status", "stopped"}}).value_or(0) == 1);
  EXPECT_EQ(of_standby(page, "pgwatch_reconnects_total"), 0);
  EXPECT_EQ(kept_backend(pair_->standby), backend);
}

TEST_P(Following, AStandbyInTheMiddleTellsOfBothItsStreams) {
  const PostgresServer second = pair_->standby.standby("second", {.major = major()});
  pair_->write_and_replay();
  ASSERT_TRUE(pair_->standby.wait_until("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'", "1"));
  const Exposition page = pair_->scrape();
  EXPECT_EQ(of_standby(page, "pg_replication_is_replica"), 1);
  EXPECT_EQ(of_standby(page, "pg_replication_receiver_status", {{"status", "streaming"}}), 1);
  EXPECT_EQ(of_standby(page, "pg_stat_replication_state", {{"application_name", "second"}, {"state", "streaming"}}), 1);
  EXPECT_GE(of_standby(page, "pg_stat_replication_lag_bytes", {{"application_name", "second"}, {"stage", "replay"}})
                .value_or(-1),
            0);
  EXPECT_EQ(of_standby(page, "pg_replication_slots_active", {{"slot_name", "second"}}), 1);
}

TEST_P(Following, AStandbyThatRestoresFromAnArchiveStreamsNothingAndSaysSo) {
  const TemporaryFolder archive(server_user());
  const std::string folder = archive.path();
  const PostgresServer& standby = pair_->standby;
  pair_->primary.configure("archive_mode = on");
  pair_->primary.configure("archive_command = 'cp %p " + folder + "/%f'");
  pair_->primary.restart();
  standby.sql("ALTER SYSTEM SET restore_command = 'cp " + folder + "/%f %p'");
  standby.sql("ALTER SYSTEM SET primary_conninfo = ''");
  pair_->standby.restart();
  const std::string written = pair_->write();
  pair_->primary.sql("SELECT pg_switch_wal()");
  ASSERT_TRUE(standby.wait_until("SELECT pg_last_wal_replay_lsn() >= '" + written + "'", "t"));
  ASSERT_TRUE(becomes_whole(pair_->pgwatch, "standby"));
  const Exposition page = pair_->scrape();
  EXPECT_EQ(of_standby(page, "pg_replication_receiver_status", {{"status", "stopped"}}), 1);
  EXPECT_EQ(of_standby(page, "pg_replication_primary_configured"), 0);
  EXPECT_FALSE(of_standby(page, "pg_replication_lag_seconds"));
  EXPECT_FALSE(of_standby(page, "pg_replication_replay_age_seconds"));
  EXPECT_FALSE(of_standby(page, "pg_replication_replay_pending_bytes"));
  EXPECT_GE(of_standby(page, "pg_replication_last_replay_seconds").value_or(-1), 0);
}

}  // namespace
}  // namespace pgwatch::test
