// What we say to a real server and learn from it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <stdexcept>

#include "exporter/model/privilege.h"
#include "exporter/postgres/session.h"
#include "tests/exporter/postgres/drive.h"
#include "tests/integration/shared_server.h"
#include "tests/support/majors.h"

namespace pgwatch::postgres {
namespace {

using namespace std::chrono_literals;
using namespace test;
using pgwatch::test::PostgresServer;
using testing::Contains;
using testing::ElementsAre;

Facts read_facts_of(const std::string& conninfo, const std::string& first = "SELECT 1") {
  Connection connection(parameters(conninfo));
  if (!connect(connection)) throw std::runtime_error(connection.down().detail);
  read_rows(connection, first);
  return read_facts(read_rows(connection, facts_statement()), {});
}

class RealSession : public pgwatch::test::SharedServer {
 protected:
  static void SetUpTestSuite() {
    SharedServer::SetUpTestSuite();
    server_->sql("CREATE DATABASE sales");
    server_->sql("CREATE ROLE nobody LOGIN");
  }
};

TEST_F(RealSession, SessionIsOursAndResetValuesStayTheServers) {
  Connection connection(parameters(server_->conninfo()));
  ASSERT_TRUE(connect(connection));
  for (const std::string& sql : session_statements({.statement_timeout = 7s, .lock_timeout = 90ms}))
    rows_of(ask(connection, {{1, sql}}).at(1));
  const auto setting = [&](const std::string& name) { return ask_one(connection, "SHOW " + name); };
  EXPECT_EQ(setting("default_transaction_read_only"), "on");
  EXPECT_EQ(setting("jit"), "off");
  EXPECT_EQ(setting("max_parallel_workers_per_gather"), "0");
  EXPECT_EQ(setting("statement_timeout"), "7s");
  EXPECT_EQ(setting("lock_timeout"), "90ms");
  EXPECT_EQ(setting("idle_in_transaction_session_timeout"), "8s");
  EXPECT_EQ(setting("search_path"), "pg_catalog");
  EXPECT_EQ(setting("client_connection_check_interval"), "1s");
  EXPECT_EQ(setting("client_encoding"), "UTF8");
  rows_of(ask(connection, {{1, lock_timeout_statement(20ms)}}).at(1));
  EXPECT_EQ(setting("lock_timeout"), "20ms");
  EXPECT_EQ(ask_one(connection, "CREATE TABLE t ()"), "[25006]");
  EXPECT_EQ(ask_one(connection, "SELECT reset_val FROM pg_settings WHERE name = 'statement_timeout'"), "0");
}

TEST_F(RealSession, PooledTransactionsLeaveNothingBehind) {
  Connection connection(parameters(server_->conninfo()),
                        pooled_transaction({.statement_timeout = 7s, .lock_timeout = 90ms}));
  ASSERT_TRUE(connect(connection));
  const auto answers = ask(connection, {{1, "SELECT current_setting('statement_timeout')", Prepare::kYes},
                                        {2, "SELECT 1 / 0", Prepare::kYes},
                                        {3, "SELECT current_setting('transaction_read_only')"},
                                        {4, "SELECT count(*) FROM pg_prepared_statements"}});
  ASSERT_EQ(answers.size(), 4u);
  EXPECT_EQ(shown(answers.at(1)), "7s");
  EXPECT_EQ(shown(answers.at(2)), "[22012]");
  EXPECT_EQ(shown(answers.at(3)), "on");
  EXPECT_EQ(shown(answers.at(4)), "0");
  const std::string state =
      "SELECT state || ' ' || (SELECT count(*) FROM pg_locks l WHERE l.pid = a.pid) "
      "FROM pg_stat_activity a WHERE a.pid = " +
      std::to_string(connection.backend_pid());
  EXPECT_TRUE(server_->wait_until(state, "idle 0")) << "no transaction is left open";
}

// Between two scrapes the kept connection is idle.
TEST_F(RealSession, OutlivesTheServersPatienceWithIdleOnes) {
  if (server_->value("SELECT current_setting('idle_session_timeout', true) IS NULL") == "t")
    GTEST_SKIP() << "PostgreSQL 13 has no idle_session_timeout";
  server_->sql("ALTER ROLE pgwatch SET idle_session_timeout = '50ms'");
  Connection connection(parameters(server_->conninfo()));
  ASSERT_TRUE(connect(connection));
  for (const std::string& sql : session_statements({})) ask(connection, {{1, sql}});
  EXPECT_EQ(shown(ask(connection, {{1, "SHOW idle_session_timeout"}}).at(1)), "0");
  server_->sql("ALTER ROLE pgwatch RESET idle_session_timeout");
}

// What it locked is free again before the next one runs.
TEST_F(RealSession, StatementsOfAPooledTransactionKeepNoLock) {
  server_->sql("CREATE TABLE held (); GRANT SELECT ON held TO pgwatch");
  Connection connection(parameters(server_->conninfo()), pooled_transaction({}));
  ASSERT_TRUE(connect(connection));
  const char* locks = "SELECT count(*) FROM pg_locks WHERE relation = 'public.held'::regclass";
  const auto answers = ask(connection, {{1, "SELECT count(*) FROM public.held"}, {2, locks}});
  EXPECT_EQ(shown(answers.at(1)), "0");
  EXPECT_EQ(shown(answers.at(2)), "0");
  server_->sql("DROP TABLE held");
}

TEST_F(RealSession, SettingsOfAPooledTransactionEndWithIt) {
  // The second lead-in only shows what the first transaction would have left.
  Transaction transaction = pooled_transaction({.statement_timeout = 7s});
  transaction.lead_in.insert(transaction.lead_in.begin(), "CREATE TEMPORARY TABLE IF NOT EXISTS seen (value text)");
  transaction.lead_in.insert(transaction.lead_in.begin() + 1,
                             "INSERT INTO seen SELECT current_setting('statement_timeout')");
  transaction.lead_in.insert(transaction.lead_in.begin() + 2, "COMMIT");
  Connection connection(parameters(server_->conninfo()), transaction);
  ASSERT_TRUE(connect(connection));
  ask(connection, {{1, "SELECT 1"}});
  const auto answers = ask(connection, {{2, "SELECT string_agg(value, ' ') FROM seen"}});
  EXPECT_EQ(shown(answers.at(2)), "0 0");
}

TEST_F(RealSession, FactsOfAPrimaryForAnyRole) {
  const Facts facts = read_facts_of(server_->conninfo("pgwatch", "sales"));
  EXPECT_EQ(std::to_string(facts.version), server_->value("SHOW server_version_num"));
  EXPECT_EQ(facts.version_text, server_->value("SHOW server_version"));
  EXPECT_FALSE(facts.in_recovery);
  EXPECT_EQ(facts.timeline, 1u);
  EXPECT_EQ(facts.system_identifier, server_->value("SELECT system_identifier FROM pg_control_system()"));
  EXPECT_EQ(facts.database, "sales");
  ASSERT_NE(facts.extension("plpgsql"), nullptr);
  EXPECT_EQ(*facts.extension("plpgsql"), (Extension{"plpgsql", "1.0", "pg_catalog"}));
  const Facts as_nobody = read_facts_of(server_->socket_conninfo("nobody", "sales"));
  EXPECT_EQ(as_nobody.timeline, 1u);
  EXPECT_EQ(as_nobody.system_identifier, facts.system_identifier);
}

TEST_F(RealSession, FactsDoNotCareForTheSearchPath) {
  server_->sql(
      "CREATE SCHEMA trap; GRANT USAGE ON SCHEMA trap TO public;"
      "CREATE FUNCTION trap.left(text, int) RETURNS text LANGUAGE sql AS $$SELECT 'FFFFFFFF'$$;"
      "CREATE FUNCTION trap.pg_is_in_recovery() RETURNS boolean LANGUAGE sql AS $$SELECT true$$;"
      "CREATE FUNCTION trap.same(oid, oid) RETURNS boolean LANGUAGE sql AS $$SELECT false$$;"
      "CREATE OPERATOR trap.= (LEFTARG = oid, RIGHTARG = oid, FUNCTION = trap.same);"
      "CREATE TABLE trap.pg_extension ()",
      "sales");
  const std::string path = "SET search_path = trap, pg_catalog";
  const Facts facts = read_facts_of(server_->socket_conninfo("nobody", "sales"), path);
  EXPECT_EQ(facts.timeline, 1u);
  EXPECT_FALSE(facts.in_recovery);
  EXPECT_NE(facts.extension("plpgsql"), nullptr);
}

TEST_F(RealSession, FactsSurviveFunctionsTakenAway) {
  server_->sql("REVOKE EXECUTE ON FUNCTION pg_control_system(), pg_control_checkpoint() FROM public", "sales");
  const Facts facts = read_facts_of(server_->socket_conninfo("nobody", "sales"));
  EXPECT_EQ(facts.system_identifier, "");
  EXPECT_EQ(facts.timeline, 1u);
  server_->sql("GRANT EXECUTE ON FUNCTION pg_control_system(), pg_control_checkpoint() TO public", "sales");
}

TEST_F(RealSession, ARoleThatTheServerDoesNotKnowIsNotLacking) {
  EXPECT_THAT(read_facts_of(server_->socket_conninfo("nobody")).lacks, Contains("pg_read_all_stats"));
  server_->sql(
      "SET allow_system_table_mods = on; UPDATE pg_authid SET rolname = 'away' WHERE rolname = 'pg_read_all_stats'");
  EXPECT_THAT(read_facts_of(server_->socket_conninfo("nobody")).lacks,
              ElementsAre("pg_monitor", "pg_read_all_settings"));
  server_->sql(
      "SET allow_system_table_mods = on; UPDATE pg_authid SET rolname = 'pg_read_all_stats' WHERE rolname = 'away'");
}

class Rights : public pgwatch::test::OnEachMajor {};
INSTANTIATE_TEST_SUITE_P(, Rights, pgwatch::test::every_major(), pgwatch::test::major_name);

// Whether the server hides from the role what that takes, whatever we think of its rights.
std::set<std::string> hidden_from(const PostgresServer& server, const std::string& role) {
  pgwatch::test::SqlSession session(server.socket_conninfo(role));
  const auto holds = [&](const char* sql) { return session.run(sql).at(0).at(0) == "t"; };
  std::set<std::string> hidden;
  if (!holds("SELECT bool_and(backend_type IS NOT NULL) FROM pg_stat_activity")) hidden.insert("pg_read_all_stats");
  if (!holds("SELECT count(*) = 1 FROM pg_settings WHERE name = 'data_directory'"))
    hidden.insert("pg_read_all_settings");
  return hidden;
}

TEST_P(Rights, AreLackingWhereTheServerHidesAndTheCureGivesThem) {
  const PostgresServer server({.major = major()});
  server.sql(
      "CREATE ROLE nothing LOGIN; CREATE ROLE apart LOGIN NOINHERIT; GRANT pg_monitor TO apart;"
      "CREATE ROLE few LOGIN; GRANT pg_read_all_stats TO few");
  for (const char* role : {"nothing", "apart", "few", "pgwatch", "postgres"}) {
    for (const std::string needed : {"pg_read_all_stats", "pg_read_all_settings"}) {
      const Facts facts = read_facts_of(server.socket_conninfo(role));
      const auto skip = hidden_values({.role = needed}, facts);
      EXPECT_EQ(skip.has_value(), hidden_from(server, role).contains(needed)) << role << " " << needed;
      if (skip) server.sql(skip->detail.substr(skip->detail.find("GRANT")));
      EXPECT_FALSE(hidden_from(server, role).contains(needed)) << role << " " << needed;
    }
  }
}

TEST_F(RealSession, FindsWhichNeedsAreThere) {
  server_->sql(
      "CREATE SCHEMA hidden; CREATE TABLE hidden.t (here int, gone int); ALTER TABLE hidden.t DROP COLUMN gone;"
      "CREATE FUNCTION hidden.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
      "sales");
  Connection connection(parameters(server_->socket_conninfo("nobody", "sales")));
  ASSERT_TRUE(connect(connection));
  const auto present = read_needs(
      read_rows(connection, needs_statement({"pg_stat_activity.query_id", "pg_stat_activity.no_such", "no_such.pid",
                                             "hidden.t.here", "hidden.t.gone", "hidden.f()", "f()", "pg_wal_lsn_diff()",
                                             "pg_no_such()", "pg_class.relname", "it's.odd", "odd"})));
  EXPECT_THAT(present, ElementsAre("hidden.f()", "hidden.t.here", "pg_class.relname", "pg_stat_activity.query_id",
                                   "pg_wal_lsn_diff()"));
  EXPECT_TRUE(read_needs(read_rows(connection, needs_statement({}))).empty());
}

TEST_F(RealSession, ListsTheDatabasesThatTakeConnections) {
  for (const char* name : {"closed", "rdsadmin", "private"}) server_->sql(std::string("CREATE DATABASE ") + name);
  server_->sql("ALTER DATABASE closed ALLOW_CONNECTIONS false");
  server_->sql("REVOKE CONNECT ON DATABASE private FROM public");
  Connection connection(parameters(server_->socket_conninfo("nobody")));
  ASSERT_TRUE(connect(connection));
  EXPECT_THAT(read_databases(read_rows(connection, databases_statement())), ElementsAre("postgres", "sales", "private"))
      << "the oldest first";
}

TEST_F(RealSession, RecognisesABackendByItsStart) {
  Connection one(parameters(server_->conninfo()));
  ASSERT_TRUE(connect(one));
  read_rows(one, "SET TimeZone = 'Asia/Tokyo'");
  const Backend backend = read_backend(read_rows(one, backend_statement()));
  EXPECT_EQ(backend.pid, one.backend_pid());
  EXPECT_EQ(backend.started,
            server_->value("SELECT to_char(backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') "
                           "FROM pg_stat_activity WHERE pid = " +
                           std::to_string(backend.pid)));
  Connection other(parameters(server_->conninfo()));
  ASSERT_TRUE(connect(other));
  const Backend another_life{backend.pid, "2001-01-01 00:00:00.000000"};
  const Backend unknown_start{other.backend_pid(), ""};
  const auto there = read_backends(
      read_rows(other, still_there_statement({backend, unknown_start, another_life, Backend{999'999'999, ""}})));
  EXPECT_EQ(there.size(), 2u);
  EXPECT_THAT(there, Contains(backend));
  EXPECT_TRUE(read_backends(read_rows(other, still_there_statement({another_life}))).empty());
  EXPECT_TRUE(read_backends(read_rows(other, still_there_statement({}))).empty());
}

TEST(RealStandby, FactsOfAStandbyAndOfItsPromotion) {
  PostgresServer primary;
  const PostgresServer standby = primary.standby();
  primary.sql("CREATE ROLE nobody LOGIN");
  ASSERT_TRUE(standby.wait_until("SELECT count(*) FROM pg_roles WHERE rolname = 'nobody'", "1"));
  Connection connection(parameters(standby.socket_conninfo("nobody")));
  ASSERT_TRUE(connect(connection));
  const Facts before = read_facts(read_rows(connection, facts_statement()), {});
  EXPECT_TRUE(before.in_recovery);
  EXPECT_EQ(before.timeline, 1u) << "the receiver is hidden from this role; the last restart point is not";
  EXPECT_EQ(read_facts_of(standby.conninfo()).timeline, 1u) << "and from the receiver";
  EXPECT_EQ(before.system_identifier, read_facts_of(primary.conninfo()).system_identifier);

  standby.sql("SELECT pg_promote()");
  const Facts after = read_facts(read_rows(connection, facts_statement()), before);
  EXPECT_FALSE(after.in_recovery) << "the session lives on, as a primary's";
  EXPECT_EQ(after.timeline, 2u);
}

}  // namespace
}  // namespace pgwatch::postgres
