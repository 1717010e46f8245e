// A standby makes restartpoints where a primary makes checkpoints. The names that dashboards have for checkpoints count
// both, on every major, wherever the server keeps the numbers.
#include <gtest/gtest.h>

#include "tests/integration/live.h"
#include "tests/support/majors.h"

namespace pgwatch::test {
namespace {

class Restartpoints : public OnEachMajor {};

INSTANTIATE_TEST_SUITE_P(, Restartpoints, every_major(), major_name);

double total(const Exposition& page, const std::string& name) {
  return page.value("pg_stat_bgwriter_" + name + "_total").value_or(-1);
}

// A restartpoint begins where the standby has replayed a checkpoint.
void give_cause(const PostgresServer& primary, const PostgresServer& standby) {
  primary.sql("CREATE TABLE note AS SELECT i FROM generate_series(1, 10000) AS i");
  primary.sql("CHECKPOINT");
  const std::string position = primary.value("SELECT pg_current_wal_lsn()");
  ASSERT_TRUE(standby.wait_until("SELECT pg_last_wal_replay_lsn() >= '" + position + "'", "t"));
}

TEST_P(Restartpoints, CountAsCheckpointsDo) {
  PostgresServer primary({.major = major()});
  const PostgresServer standby = primary.standby();
  give_cause(primary, standby);
  const Pgwatch pgwatch(config_of({{"standby", standby.conninfo()}}));
  ASSERT_TRUE(becomes_whole(pgwatch, "standby"));
  const Exposition before = pgwatch.metrics();
  standby.sql("CHECKPOINT");
  Exposition after("");
  const auto is_counted = [&] {
    after = pgwatch.metrics();
    return total(after, "checkpoints_req") == total(before, "checkpoints_req") + 1 &&
           total(after, "buffers_checkpoint") > total(before, "buffers_checkpoint") &&
           total(after, "checkpoint_write_time") > total(before, "checkpoint_write_time");
  };
  EXPECT_TRUE(eventually(is_counted)) << total(before, "checkpoints_req") << " and then "
                                      << total(after, "checkpoints_req");
  EXPECT_EQ(total(after, "checkpoints_timed"), total(before, "checkpoints_timed"));
  for (const char* name : {"checkpoints_timed", "checkpoint_sync_time", "buffers_backend", "buffers_backend_fsync"})
    EXPECT_GE(total(after, name), 0) << name;
}

}  // namespace
}  // namespace pgwatch::test
