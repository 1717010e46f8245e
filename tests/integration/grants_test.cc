// The role that `pgwatch --grants` makes, which is the one all tests run with: it sees everything pgwatch shows, and
// can do nothing else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <stdexcept>

#include "tests/integration/live.h"
#include "tests/integration/seen.h"
#include "tests/support/family.h"
#include "tests/support/majors.h"

namespace pgwatch::test {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

std::string grants_of(const std::string& argument) { return run(pgwatch_command({argument})); }

// As the script says to run it; what psql has to say.
std::string psql(const PostgresServer& server, const std::string& script) {
  const TemporaryFolder folder;
  const std::string file = folder.write("grants.sql", script).string();
  const Process program({.arguments = {"psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=" + file,
                                       "--dbname=" + server.socket_conninfo()}});
  EXPECT_EQ(program.wait(), 0) << program.errors();
  return program.output() + program.errors();
}

std::string attributes_of(const PostgresServer& server, const std::string& role) {
  return server.value(
      "SELECT concat_ws(' ', CASE WHEN rolcanlogin THEN 'login' END, CASE WHEN rolsuper OR rolcreatedb OR "
      "rolcreaterole "
      "OR rolreplication OR rolbypassrls OR rolconfig IS NOT NULL THEN 'more' END, 'of', (SELECT string_agg(roleid::"
      "regrole::text || CASE WHEN admin_option THEN ' administered' ELSE '' END, ' ') FROM pg_auth_members "
      "WHERE member = r.oid)) FROM pg_roles AS r WHERE rolname = '" +
      role + "'");
}

using Granted = SharedServer;

// -- The script -------------------------------------------------------------------------------------------------------

TEST_F(Granted, TheScriptMayRunAgain) {
  psql(*server_, grants_of("--grants=twice"));
  const std::string before = attributes_of(*server_, "twice");
  EXPECT_THAT(psql(*server_, grants_of("--grants=twice")), Not(HasSubstr("WARNING")));
  EXPECT_EQ(attributes_of(*server_, "twice"), before);
}

TEST_F(Granted, ARoleOfOtherRightsIsNotTakenForOurs) {
  server_->sql("CREATE ROLE mighty LOGIN SUPERUSER");
  EXPECT_THAT(psql(*server_, grants_of("--grants=mighty")), HasSubstr("it is not as pgwatch would make it"));
}

TEST_F(Granted, AnyNameIsARole) {
  const std::string name = R"(Odd "one"'s $role$ \ {role})";
  psql(*server_, grants_of("--grants=" + name));
  EXPECT_EQ(server_->value("SELECT count(*) FROM pg_roles WHERE rolname = $$" + name + "$$"), "1");
}

TEST(GrantedOnAPrimary, StandbysGetTheRoleByReplication) {
  PostgresServer primary;
  const PostgresServer standby = primary.standby();
  psql(primary, grants_of("--grants=late"));
  primary.sql("ALTER ROLE late PASSWORD 'late-password'");
  ASSERT_TRUE(standby.wait_until("SELECT rolpassword IS NOT NULL FROM pg_authid WHERE rolname = 'late'", "t"));
  EXPECT_NO_THROW(SqlSession(standby.conninfo("late")));
}

// -- The role ---------------------------------------------------------------------------------------------------------

class GrantedRole : public OnEachMajor {};
INSTANTIATE_TEST_SUITE_P(, GrantedRole, every_major(), major_name);

TEST_P(GrantedRole, IsTheOneThatTheTestsRunWith) {
  const PostgresServer server({.major = major()});
  psql(server, grants_of("--grants=another"));
  EXPECT_EQ(attributes_of(server, "another"), "login of pg_monitor");
  EXPECT_EQ(attributes_of(server, "pgwatch"), "login of pg_monitor");
}

std::string refusal(SqlSession& session, const std::string& sql) {
  try {
    session.run(sql);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

TEST_P(GrantedRole, MayNeitherReadNorWriteNorRule) {
  const PostgresServer server({.major = major()});
  server.sql("CREATE TABLE secrets (secret text); INSERT INTO secrets VALUES ('Gehe1m'); CREATE SEQUENCE numbers");
  SqlSession session(server.conninfo());
  for (const char* sql : {
           "SELECT * FROM secrets",
           "INSERT INTO secrets VALUES ('x')",
           "DELETE FROM secrets",
           "DROP TABLE secrets",
           "SELECT nextval('numbers')",
           "SELECT rolpassword FROM pg_authid",
           "SELECT pg_read_file('postgresql.conf')",
           "COPY (SELECT 1) TO PROGRAM 'true'",
           "SELECT pg_reload_conf()",
           "SELECT pg_switch_wal()",
           "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'autovacuum launcher'",
           "CREATE DATABASE mine",
           "CREATE ROLE mine",
           "ALTER ROLE pgwatch CREATEROLE",
           "SET ROLE postgres",
           "ALTER SYSTEM SET work_mem = '1MB'",
           "SET session_replication_role = 'replica'",
       })
    EXPECT_THAT(refusal(session, sql), ContainsRegex("permission denied|must be (owner|superuser|a )|must be able"))
        << sql;
  EXPECT_EQ(server.value("SELECT secret FROM secrets"), "Gehe1m");
}

// What the reference says pg_monitor does not open: the values of sequences.
std::set<std::string> but_for_sequences(std::set<std::string> metrics) {
  for (const char* name : {"pg_sequences_used_ratio", "pg_sequences_remaining_values"}) metrics.erase(name);
  return metrics;
}

TEST_P(GrantedRole, SeesAllThatASuperuserSees) {
  const Family family(major());
  const Pgwatch pgwatch(config_of({{"primary", family.primary.conninfo()},
                                   {"primary_ruled", family.primary.conninfo("postgres")},
                                   {"standby", family.standby.conninfo()},
                                   {"standby_ruled", family.standby.conninfo("postgres")}},
                                  all_collectors()));
  for (const std::string server : {"primary", "standby"}) {
    Exposition page("");
    const auto same = [&] {
      return metrics_of(page, server) == but_for_sequences(metrics_of(page, server + "_ruled"));
    };
    EXPECT_TRUE(eventually([&] {
      page = scrape(pgwatch).page;
      return has_all_answers(page, server) && has_all_answers(page, server + "_ruled") && same();
    }));
    EXPECT_GT(metrics_of(page, server).size(), 400U);
    EXPECT_EQ(metrics_of(page, server), but_for_sequences(metrics_of(page, server + "_ruled")));
  }
}

}  // namespace
}  // namespace pgwatch::test
