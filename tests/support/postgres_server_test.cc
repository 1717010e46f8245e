#include "tests/support/postgres_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/support/proc.h"

namespace pgwatch::test {
namespace {

using std::chrono::milliseconds;

TEST(PostgresServer, LetsTheLeastPrivilegeRoleInByPassword) {
  const PostgresServer server;
  SqlSession session(server.conninfo());
  EXPECT_EQ(session.run("SELECT current_user, pg_has_role('pg_monitor', 'USAGE'), NULL"),
            (std::vector<Row>{{"pgwatch", "t", {}}}));
  EXPECT_EQ(session.run("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"), (std::vector<Row>{{"f"}}));
  EXPECT_THROW(SqlSession(server.conninfo() + "-wrong"), std::runtime_error);
}

TEST(PostgresServer, TakesSettingsAndRules) {
  PostgresServer server({.settings = {"max_connections = 7"}, .hba = {"host all pgwatch 127.0.0.1/32 reject"}});
  EXPECT_EQ(server.value("SHOW max_connections"), "7");
  EXPECT_THROW(SqlSession(server.conninfo()), std::runtime_error);
  server.configure("work_mem = '5MB'");
  EXPECT_TRUE(server.wait_until("SHOW work_mem", "5MB"));
  EXPECT_FALSE(server.wait_until("SHOW work_mem", "6MB", milliseconds(1)));
}

TEST(PostgresServer, BeginsWithWhatAScriptMade) {
  const std::string script = "CREATE TABLE note (text text);\n\nINSERT INTO note VALUES ('made');\n";
  EXPECT_EQ(PostgresServer({.script = script}).value("SELECT text FROM note"), "made");
  EXPECT_THROW(PostgresServer({.script = script + "\nTABLE elsewhere;\n"}), std::runtime_error);
}

TEST(PostgresServer, KeepsItsDataThroughACrash) {
  PostgresServer server;
  server.sql("CREATE TABLE note (text text); INSERT INTO note VALUES ('kept')");
  server.kill();
  server.start();
  EXPECT_EQ(server.value("SELECT text FROM note"), "kept");
  server.restart();
  EXPECT_EQ(server.value("SELECT text FROM note"), "kept");
  EXPECT_NE(server.log().find("automatic recovery in progress"), std::string::npos) << "the log of the second life";
}

TEST(PostgresServer, StreamsToAStandby) {
  PostgresServer primary;
  const PostgresServer standby = primary.standby();
  EXPECT_EQ(standby.value("SELECT pg_is_in_recovery()"), "t");
  EXPECT_EQ(primary.value("SELECT active FROM pg_replication_slots WHERE slot_name = 'standby'"), "t");
  primary.sql("CREATE TABLE note (text text)");
  EXPECT_TRUE(standby.wait_until("SELECT count(*) FROM pg_class WHERE relname = 'note'", "1"));
}

TEST(PostgresServer, FrozenBackendsHangAndAreAnsweredWhenThawed) {
  PostgresServer server;
  SqlSession session(server.conninfo());
  SqlSession observer(server.socket_conninfo());
  ASSERT_EQ(server.backends(), std::vector<pid_t>{session.backend_pid()});
  server.freeze_backends();
  EXPECT_EQ(state_of(session.backend_pid()), 'T');
  session.start("SELECT pg_advisory_lock(42)");
  const std::string is_locked = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'";
  EXPECT_EQ(observer.run(is_locked), (std::vector<Row>{{"0"}})) << "the others go on";
  server.thaw();
  EXPECT_TRUE(server.wait_until(is_locked, "1"));
}

TEST(PostgresServer, FrozenPostmasterKeepsOldConnectionsAndAnswersNoNewOne) {
  PostgresServer server;
  SqlSession session(server.conninfo());
  server.freeze_postmaster();
  EXPECT_EQ(session.run("SELECT 1"), (std::vector<Row>{{"1"}}));
  EXPECT_THROW(SqlSession(server.conninfo() + " connect_timeout=2"), std::runtime_error);
  server.thaw();
  EXPECT_NO_THROW(SqlSession(server.conninfo()));
}

TEST(PostgresServer, LeavesNothingBehindEvenFrozen) {
  std::filesystem::path folder;
  std::vector<pid_t> pids;
  std::string memory;
  {
    PostgresServer server;
    folder = server.socket_folder();
    memory = server.value("SELECT split_part(pg_read_file('postmaster.pid'), E'\n', 7)");
    pids = children_of(server.pid());
    server.freeze();
  }
  EXPECT_FALSE(std::filesystem::exists(folder));
  EXPECT_FALSE(pids.empty());
  for (const pid_t pid : pids) EXPECT_EQ(title_of(pid), "");
  const std::string segments = run({.arguments = {"ipcs", "--shmems"}});
  EXPECT_THAT(memory, testing::ContainsRegex("[0-9]+ +[0-9]+"));
  EXPECT_EQ(segments.find(" " + memory.substr(memory.rfind(' ') + 1) + " "), std::string::npos) << segments;
}

TEST(PostgresServer, ThatCannotStartSaysWhy) {
  try {
    const PostgresServer server({.settings = {"no_such_setting = 1"}});
    FAIL() << "it started";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("no_such_setting"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace pgwatch::test
