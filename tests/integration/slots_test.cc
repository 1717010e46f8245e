// Replication slots in each state that matters, on every major.
#include <gtest/gtest.h>

#include <memory>

#include "tests/integration/live.h"
#include "tests/support/majors.h"

namespace pgwatch::test {
namespace {

class Slots : public OnEachMajor {
 protected:
  void SetUp() override {
    OnEachMajor::SetUp();
    if (IsSkipped()) return;
    server_ = std::make_unique<PostgresServer>(PostgresOptions{
        .major = major(), .settings = {"wal_level = logical", "max_slot_wal_keep_size = '32MB'", "wal_keep_size = 0"}});
    pgwatch_ = std::make_unique<Pgwatch>(config_of({{"main", server_->conninfo()}}));
  }

  Exposition page() const {
    EXPECT_TRUE(becomes_whole(*pgwatch_, "main"));
    return scrape(*pgwatch_).page;
  }

  // At least this many segments of WAL.
  void write_segments(int count) const {
    for (int i = 0; i < count; ++i) server_->sql("SELECT pg_switch_wal() FROM pg_logical_emit_message(false, '', '')");
  }

  std::unique_ptr<PostgresServer> server_;
  std::unique_ptr<Pgwatch> pgwatch_;
};
INSTANTIATE_TEST_SUITE_P(, Slots, every_major(), major_name);

std::optional<double> of_slot(const Exposition& page, const std::string& metric, const std::string& slot,
                              Labels labels = {}) {
  labels["slot_name"] = slot;
  return page.value(metric, labels);
}

TEST_P(Slots, AnInactiveOneHoldsBackMoreAndMore) {
  server_->sql("SELECT pg_create_physical_replication_slot('gone', true)");
  const Exposition first = page();
  write_segments(1);
  const Exposition second = page();
  EXPECT_EQ(of_slot(first, "pg_replication_slots_active", "gone"), 0);
  EXPECT_EQ(of_slot(first, "pg_replication_slot_wal_status", "gone", {{"wal_status", "reserved"}}), 1);
  const double before = of_slot(first, "pg_replication_slots_retained_bytes", "gone").value_or(-1);
  EXPECT_GE(before, 0);
  EXPECT_GT(of_slot(second, "pg_replication_slots_retained_bytes", "gone").value_or(-1), before);
  EXPECT_LT(of_slot(second, "pg_replication_slot_safe_wal_size_bytes", "gone"),
            of_slot(first, "pg_replication_slot_safe_wal_size_bytes", "gone"));
}

TEST_P(Slots, ALostOneSaysSoAndHoldsBackNothing) {
  server_->sql("SELECT pg_create_physical_replication_slot('gone', true)");
  write_segments(5);
  server_->sql("CHECKPOINT");
  ASSERT_TRUE(server_->wait_until("SELECT wal_status FROM pg_replication_slots", "lost"));
  const Exposition page = this->page();
  EXPECT_EQ(of_slot(page, "pg_replication_slot_wal_status", "gone", {{"wal_status", "lost"}}), 1);
  EXPECT_FALSE(of_slot(page, "pg_replication_slots_retained_bytes", "gone"));
  const auto reason =
      of_slot(page, "pg_replication_slots_invalidated", "gone", {{"invalidation_reason", "wal_removed"}});
  EXPECT_EQ(reason.has_value(), major() >= 17);
}

TEST_P(Slots, ALogicalSubscriberIsFollowedThroughItsSlot) {
  server_->sql("CREATE TABLE ticks (at timestamptz PRIMARY KEY)");
  server_->sql("CREATE PUBLICATION lake FOR TABLE ticks");
  const PostgresServer subscriber({.major = major()});
  subscriber.sql("CREATE TABLE ticks (at timestamptz PRIMARY KEY)");
  subscriber.sql("CREATE SUBSCRIPTION feed CONNECTION '" + server_->conninfo("postgres") + "' PUBLICATION lake");
  ASSERT_TRUE(
      server_->wait_until("SELECT count(*) FROM pg_stat_replication WHERE application_name = 'feed' AND "
                          "state = 'streaming'",
                          "1"));
  server_->sql("INSERT INTO ticks VALUES (now())");
  ASSERT_TRUE(subscriber.wait_until("SELECT count(*) FROM ticks", "1"));
  const Exposition following = page();
  EXPECT_EQ(following.value("pg_stat_replication_state", {{"application_name", "feed"}, {"state", "streaming"}}), 1);
  EXPECT_EQ(of_slot(following, "pg_replication_slots_active", "feed"), 1);
  EXPECT_GT(of_slot(following, "pg_replication_slot_slot_confirmed_flush_lsn", "feed", {{"slot_type", "logical"}})
                .value_or(0),
            0);
  subscriber.sql("ALTER SUBSCRIPTION feed DISABLE");
  ASSERT_TRUE(server_->wait_until("SELECT active FROM pg_replication_slots", "f"));
  const Exposition left = page();
  EXPECT_EQ(of_slot(left, "pg_replication_slots_active", "feed"), 0);
  EXPECT_FALSE(left.value("pg_stat_replication_state", {{"application_name", "feed"}, {"state", "streaming"}}));
  EXPECT_GE(of_slot(left, "pg_replication_slots_retained_bytes", "feed").value_or(-1), 0);
  server_->sql("INSERT INTO ticks SELECT now() + n * interval '1 s' FROM generate_series(1, 1000) AS n");
  EXPECT_GT(of_slot(page(), "pg_replication_slots_retained_bytes", "feed").value_or(-1), 0);
}

}  // namespace
}  // namespace pgwatch::test
