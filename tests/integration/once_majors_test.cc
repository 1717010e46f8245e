// The exit statuses of pgwatch --once on every major: what a scheduler sees must not depend on it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/one_probe.h"
#include "tests/support/majors.h"
#include "tests/support/ports.h"

namespace pgwatch::test {
namespace {

using testing::StartsWith;

class OnceMajors : public OnEachMajor {
 protected:
  static void expect(int status, const PostgresServer& primary, const PostgresServer& standby,
                     const std::string& server, const std::string& check, const std::string& verdict) {
    OneProbe probe(
        config_of({{"primary", primary.conninfo(), "role: primary"}, {"standby", standby.conninfo(), "role: standby"}}),
        {{"--format", "json"}});
    EXPECT_EQ(probe.status(), status) << probe.output() << probe.errors();
    EXPECT_THAT(said(probe.json(), server, check), StartsWith(verdict));
  }
};
INSTANTIATE_TEST_SUITE_P(, OnceMajors, every_major(), major_name);

TEST_P(OnceMajors, WellIsZeroAndADeadReceiverOrServerIsTwo) {
  PostgresServer primary({.major = major()});
  const PostgresServer standby = primary.standby("standby", {.settings = {"wal_retrieve_retry_interval = '100ms'"}});
  expect(0, primary, standby, "standby", "replication_receiver", "ok: streams");

  standby.sql("ALTER SYSTEM SET primary_conninfo = 'host=127.0.0.1 port=" + std::to_string(free_port()) + "'");
  standby.sql("SELECT pg_reload_conf()");
  ASSERT_TRUE(standby.wait_until("SELECT count(*) FROM pg_stat_wal_receiver WHERE status = 'streaming'", "0"));
  expect(2, primary, standby, "standby", "replication_receiver", "critical: does not stream");

  primary.kill();
  expect(2, primary, standby, "primary", "up", "critical: down, refused");
}

}  // namespace
}  // namespace pgwatch::test
