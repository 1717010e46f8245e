// Connection and session texts against a real server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <thread>

#include "exporter/postgres/session.h"
#include "tests/exporter/postgres/drive.h"
#include "tests/support/postgres_server.h"
#include "tests/support/postgres_template.h"

namespace pgwatch::postgres {
namespace {

using namespace std::chrono_literals;
using namespace test;
using pgwatch::test::PostgresServer;
using pgwatch::test::TemporaryFolder;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const Rows& rows_of(const Answer& answer) {
  if (const Failure* const failure = std::get_if<Failure>(&answer)) throw std::runtime_error(failure->message);
  return std::get<Rows>(answer);
}

Rows read_rows(Connection& connection, const std::string& sql) {
  auto answers = ask(connection, {{1, sql}});
  if (answers.empty()) throw std::runtime_error("unanswered: " + sql);
  return rows_of(answers.at(1));
}

Facts read_facts_of(const std::string& conninfo, const std::string& first = "SELECT 1") {
  Connection connection(parameters(conninfo));
  if (!connect(connection)) throw std::runtime_error(connection.down().detail);
  read_rows(connection, first);
  return read_facts(read_rows(connection, facts_statement()), {});
}

std::string reason_of(const Connection& connection) { return std::string(to_string(connection.down().reason)); }

// One server for all tests that leave it as it was.
class RealConnection : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = std::make_unique<PostgresServer>();
    server_->sql("CREATE DATABASE sales");
    server_->sql("CREATE ROLE nobody LOGIN");
  }
  static void TearDownTestSuite() { server_.reset(); }

  static std::unique_ptr<PostgresServer> server_;
};
std::unique_ptr<PostgresServer> RealConnection::server_;

TEST_F(RealConnection, TellsWhereItArrived) {
  Connection tcp(parameters(server_->conninfo()));
  Connection socket(parameters(server_->socket_conninfo()));
  ASSERT_TRUE(connect(tcp) && connect(socket));
  EXPECT_EQ(tcp.host_address(), "127.0.0.1");
  EXPECT_EQ(tcp.host_port(), std::to_string(server_->port()));
  EXPECT_EQ(socket.host_address(), server_->socket_folder());
  EXPECT_EQ(ask_one(tcp, "SELECT pg_backend_pid()"), std::to_string(tcp.backend_pid()));
  EXPECT_EQ(ask_one(tcp, "SELECT current_setting('application_name')"), "pgwatch");
}

TEST_F(RealConnection, OneFailureFailsOnlyItsStatement) {
  Connection connection(parameters(server_->conninfo()));
  ASSERT_TRUE(connect(connection));
  for (const Prepare prepare : {Prepare::kNo, Prepare::kYes}) {
    const auto answers = ask(connection, {{1, "SELECT 1", prepare},
                                          {2, "SELECT 1 / 0", prepare},
                                          {3, "SELECT no_such_column", prepare},
                                          {4, "SELECT NULL", prepare},
                                          {5, "SELECT 5", prepare}});
    ASSERT_EQ(answers.size(), 5u);
    EXPECT_EQ(shown(answers.at(1)), "1");
    EXPECT_EQ(shown(answers.at(2)), "[22012]");
    EXPECT_EQ(shown(answers.at(3)), "[42703]");
    EXPECT_EQ(std::get<Failure>(answers.at(3)).message, "column \"no_such_column\" does not exist");
    EXPECT_EQ(shown(answers.at(4)), "NULL");
    EXPECT_EQ(shown(answers.at(5)), "5");
  }
}

TEST_F(RealConnection, PreparesOnceAndRemembersOnlyWhatParsed) {
  Connection connection(parameters(server_->conninfo()));
  ASSERT_TRUE(connect(connection));
  const std::string count = "SELECT count(*) FROM pg_prepared_statements";
  EXPECT_EQ(ask_one(connection, "SELECT 'kept'", Prepare::kYes), "kept");
  EXPECT_EQ(ask_one(connection, "SELECT 'kept'", Prepare::kYes), "kept");
  EXPECT_EQ(ask_one(connection, count), "1");
  EXPECT_EQ(ask_one(connection, "SELECT * FROM appears_later", Prepare::kYes), "[42P01]");
  server_->sql("CREATE VIEW appears_later AS SELECT 'there' AS cell; GRANT SELECT ON appears_later TO public");
  EXPECT_EQ(ask_one(connection, "SELECT * FROM appears_later", Prepare::kYes), "there");
  server_->sql("DROP VIEW appears_later");
}

TEST_F(RealConnection, OneTextTwiceInAPipelineIsPreparedOnce) {
  Connection connection(parameters(server_->conninfo()));
  ASSERT_TRUE(connect(connection));
  const auto good = ask(connection, {{1, "SELECT 7", Prepare::kYes}, {2, "SELECT 7", Prepare::kYes}});
  EXPECT_EQ(shown(good.at(1)) + shown(good.at(2)), "77");
  const auto bad = ask(connection, {{1, "SELECT nope", Prepare::kYes}, {2, "SELECT nope", Prepare::kYes}});
  EXPECT_EQ(shown(bad.at(1)) + shown(bad.at(2)), "[42703][42703]");
  EXPECT_EQ(ask_one(connection, "SELECT count(*) FROM pg_prepared_statements"), "1");
}

TEST_F(RealConnection, LargeTextsBothWaysDoNotDeadlock) {
  Connection connection(parameters(server_->conninfo()));
  ASSERT_TRUE(connect(connection));
  const std::string large(4'000'000, 'x');
  std::vector<Task> tasks;
  for (std::uint64_t ticket = 0; ticket < 6; ++ticket) tasks.push_back({ticket, "SELECT '" + large + "'"});
  const auto answers = ask(connection, std::move(tasks));
  ASSERT_EQ(answers.size(), 6u);
  for (const auto& [ticket, answer] : answers) EXPECT_EQ(shown(answer), large);
  EXPECT_EQ(connection.bytes_received(), 6 * large.size());
  EXPECT_EQ(connection.statements_sent(), 6u);
}

TEST_F(RealConnection, ManySmallRowsComeWhole) {
  Connection connection(parameters(server_->conninfo()));
  ASSERT_TRUE(connect(connection));
  const Rows rows = read_rows(connection, "SELECT n, nullif(n, 70000) AS m FROM generate_series(1, 100000) AS n");
  ASSERT_EQ(rows.size(), 100'000u);
  EXPECT_EQ(rows.at(69'999, "n"), "70000");
  EXPECT_EQ(rows.at(69'999, "m"), std::nullopt);
}

TEST_F(RealConnection, ReplacedViewUnderAPreparedStatementIsAnsweredAtOnce) {
  server_->sql("CREATE VIEW changing AS SELECT 'one'::text AS a; GRANT SELECT ON changing TO public");
  Connection connection(parameters(server_->conninfo()));
  ASSERT_TRUE(connect(connection));
  EXPECT_EQ(ask_one(connection, "SELECT * FROM changing", Prepare::kYes), "one");
  server_->sql("DROP VIEW changing; CREATE VIEW changing AS SELECT 2 AS b, 3 AS c; GRANT SELECT ON changing TO public");
  const auto answers = ask(connection, {{1, "SELECT * FROM changing", Prepare::kYes}, {2, "SELECT 'after'"}});
  EXPECT_EQ(shown(answers.at(1)), "2");
  EXPECT_EQ(shown(answers.at(2)), "after");
  EXPECT_EQ(ask_one(connection, "SELECT count(*) FROM pg_prepared_statements"), "1") << "the old one is let go";
  server_->sql("DROP VIEW changing");
}

TEST_F(RealConnection, DeallocateAllUnderUsHeals) {
  Connection connection(parameters(server_->conninfo()));
  ASSERT_TRUE(connect(connection));
  EXPECT_EQ(ask_one(connection, "SELECT 1", Prepare::kYes), "1");
  EXPECT_EQ(ask_one(connection, "DEALLOCATE ALL"), "no rows");
  const auto answers = ask(connection, {{1, "SELECT 1", Prepare::kYes}, {2, "SELECT 1", Prepare::kYes}});
  EXPECT_EQ(shown(answers.at(1)) + shown(answers.at(2)), "11");
  EXPECT_EQ(ask_one(connection, "SELECT count(*) FROM pg_prepared_statements"), "1");
}

TEST_F(RealConnection, WhatIsUnsupportedStaysAFailure) {
  server_->sql(
      "CREATE FUNCTION unsupported() RETURNS int LANGUAGE plpgsql AS "
      "$$BEGIN RAISE EXCEPTION 'not in this edition' USING ERRCODE = '0A000'; END$$");
  Connection connection(parameters(server_->conninfo()));
  ASSERT_TRUE(connect(connection));
  for (int time = 0; time < 3; ++time) EXPECT_EQ(ask_one(connection, "SELECT unsupported()", Prepare::kYes), "[0A000]");
  EXPECT_EQ(ask_one(connection, "SELECT count(*) FROM pg_prepared_statements"), "1");
}

TEST_F(RealConnection, CopyIsRefusedAndDoesNotHang) {
  Connection connection(parameters(server_->conninfo()));
  ASSERT_TRUE(connect(connection));
  connection.send({{1, "COPY (SELECT 1) TO STDOUT"}});
  EXPECT_TRUE(breaks(connection));
  EXPECT_THAT(connection.down().detail, HasSubstr("write a SELECT"));
}

TEST_F(RealConnection, CancelEndsTheRunningStatement) {
  Connection connection(parameters(server_->conninfo()));
  ASSERT_TRUE(connect(connection));
  connection.send({{1, "SELECT pg_sleep(60)"}, {2, "SELECT 2"}});
  const std::string active = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
  ASSERT_TRUE(server_->wait_until(active, "1"));
  std::thread canceller([cancel = connection.cancel()] { cancel.run(); });
  EXPECT_TRUE(connect(connection));
  canceller.join();
  auto finished = connection.take_finished();
  ASSERT_EQ(finished.size(), 2u);
  EXPECT_EQ(shown(finished[0].answer), "[57014]");
  EXPECT_EQ(shown(finished[1].answer), "2");
}

TEST_F(RealConnection, WrongPasswordIsAuth) {
  Connection connection(parameters(server_->conninfo() + "-wrong"));
  ASSERT_TRUE(breaks(connection));
  EXPECT_EQ(reason_of(connection), "auth");
  EXPECT_THAT(connection.down().detail, HasSubstr("28P01: password authentication failed for user \"pgwatch\""));
  EXPECT_THAT(connection.down().detail, HasSubstr("check user, password and pg_hba.conf"));
  EXPECT_THAT(connection.down().detail, Not(HasSubstr("LOCATION")));
}

TEST_F(RealConnection, MissingPartsAreNamed) {
  Connection database(parameters(server_->conninfo("pgwatch", "no_such_database")));
  ASSERT_TRUE(breaks(database));
  EXPECT_EQ(reason_of(database), "other");
  EXPECT_THAT(database.down().detail, HasSubstr("database \"no_such_database\" does not exist"));
  Connection tls(parameters(server_->conninfo() + " sslmode=require"));
  ASSERT_TRUE(breaks(tls));
  EXPECT_EQ(reason_of(tls), "tls");
  Connection missing(parameters("host=/no/such/folder user=w"));
  ASSERT_TRUE(breaks(missing));
  EXPECT_EQ(reason_of(missing), "refused");
  EXPECT_THAT(missing.down().detail, HasSubstr("listens there"));
}

TEST_F(RealConnection, TriesTheNextHostOfAList) {
  const std::string port = std::to_string(server_->port());
  Connection connection(parameters("host=/no/such/folder," + server_->socket_folder().string() + " port=" + port +
                                   " user=postgres dbname=postgres"));
  ASSERT_TRUE(connect(connection));
  EXPECT_EQ(connection.host_address(), server_->socket_folder());
}

TEST_F(RealConnection, SessionIsOursAndResetValuesStayTheServers) {
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
  rows_of(ask(connection, {{1, lock_timeout_statement(20ms)}}).at(1));
  EXPECT_EQ(setting("lock_timeout"), "20ms");
  EXPECT_EQ(ask_one(connection, "CREATE TABLE t ()"), "[25006]");
  EXPECT_EQ(ask_one(connection, "SELECT reset_val FROM pg_settings WHERE name = 'statement_timeout'"), "0");
}

TEST_F(RealConnection, PooledTransactionsLeaveNothingBehind) {
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

TEST_F(RealConnection, SettingsOfAPooledTransactionEndWithIt) {
  // The second lead-in only shows what the first transaction would have left.
  Transaction transaction = pooled_transaction({.statement_timeout = 7s});
  transaction.lead_in.insert(transaction.lead_in.begin(), "CREATE TEMPORARY TABLE IF NOT EXISTS seen (value text)");
  transaction.lead_in.insert(transaction.lead_in.begin() + 1,
                             "INSERT INTO seen SELECT current_setting('statement_timeout')");
  transaction.lead_in.insert(transaction.lead_in.begin() + 2, "COMMIT");
  Connection connection(parameters(server_->conninfo()), transaction);
  ASSERT_TRUE(connect(connection));
  const auto answers = ask(connection, {{1, "SELECT 1"}, {2, "SELECT string_agg(value, ' ') FROM seen"}});
  EXPECT_EQ(shown(answers.at(2)), "0 0");
}

TEST_F(RealConnection, FailedLeadInFailsItsTaskAlone) {
  Connection connection(parameters(server_->conninfo()), Transaction{{"BEGIN READ ONLY", "SELECT 1 / 0"}});
  ASSERT_TRUE(connect(connection));
  const auto answers = ask(connection, {{1, "SELECT 1"}, {2, "SELECT 2"}});
  EXPECT_EQ(shown(answers.at(1)), "[22012]");
  EXPECT_EQ(shown(answers.at(2)), "[22012]");
  EXPECT_EQ(connection.state(), Connection::State::kIdle);
}

TEST_F(RealConnection, FactsOfAPrimaryForAnyRole) {
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

TEST_F(RealConnection, FactsDoNotCareForTheSearchPath) {
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

TEST_F(RealConnection, FactsSurviveFunctionsTakenAway) {
  server_->sql("REVOKE EXECUTE ON FUNCTION pg_control_system(), pg_control_checkpoint() FROM public", "sales");
  const Facts facts = read_facts_of(server_->socket_conninfo("nobody", "sales"));
  EXPECT_EQ(facts.system_identifier, "");
  EXPECT_EQ(facts.timeline, 1u);
  server_->sql("GRANT EXECUTE ON FUNCTION pg_control_system(), pg_control_checkpoint() TO public", "sales");
}

TEST_F(RealConnection, FindsWhichNeedsAreThere) {
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

TEST_F(RealConnection, ListsTheDatabasesOneCanVisit) {
  for (const char* name : {"closed", "rdsadmin", "private"}) server_->sql(std::string("CREATE DATABASE ") + name);
  server_->sql("ALTER DATABASE closed ALLOW_CONNECTIONS false");
  server_->sql("REVOKE CONNECT ON DATABASE private FROM public");
  Connection connection(parameters(server_->socket_conninfo("nobody")));
  ASSERT_TRUE(connect(connection));
  EXPECT_THAT(read_databases(read_rows(connection, databases_statement())), ElementsAre("postgres", "sales"));
}

TEST_F(RealConnection, RecognisesABackendByItsStart) {
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

TEST_F(RealConnection, TerminatedWhileIdleSaysWhy) {
  Connection connection(parameters(server_->conninfo()));
  ASSERT_TRUE(connect(connection));
  server_->sql("SELECT pg_terminate_backend(" + std::to_string(connection.backend_pid()) + ")");
  ASSERT_TRUE(breaks(connection));
  EXPECT_EQ(reason_of(connection), "stopping");
  EXPECT_THAT(connection.down().detail, HasSubstr("57P01: terminating connection due to administrator command"));
}

TEST(RealServer, FactsOfAStandbyAndOfItsPromotion) {
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

TEST(RealServer, DyingInAPipelineBreaksTheConnection) {
  PostgresServer server;
  Connection connection(parameters(server.conninfo()));
  ASSERT_TRUE(connect(connection));
  connection.send({{1, "SELECT 1"}, {2, "SELECT pg_sleep(60)"}, {3, "SELECT 3"}});
  ASSERT_TRUE(server.wait_until("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'", "1"));
  server.kill();
  ASSERT_TRUE(breaks(connection));
  const auto finished = connection.take_finished();
  ASSERT_EQ(finished.size(), 1u);
  EXPECT_EQ(shown(finished[0].answer), "1");
  Connection next(parameters(server.conninfo()));
  ASSERT_TRUE(breaks(next));
  EXPECT_EQ(reason_of(next), "refused");
}

TEST(RealServer, StoppingIsNamed) {
  PostgresServer server;
  Connection connection(parameters(server.conninfo()));
  ASSERT_TRUE(connect(connection));
  server.stop();
  ASSERT_TRUE(breaks(connection));
  EXPECT_EQ(reason_of(connection), "stopping") << connection.down().detail;
}

TEST(RealServer, FullIsNamed) {
  const PostgresServer server({.settings = {"max_connections = 4", "superuser_reserved_connections = 3"}});
  Connection first(parameters(server.conninfo()));
  ASSERT_TRUE(connect(first));
  Connection second(parameters(server.conninfo()));
  ASSERT_TRUE(breaks(second));
  EXPECT_EQ(reason_of(second), "too_many_connections") << second.down().detail;
}

// A record of TLS holds what no poll announces.
TEST(RealServer, LargeTextsOverTlsDoNotStall) {
  const TemporaryFolder folder(pgwatch::test::server_user());
  const std::string key = folder.path() / "key.pem";
  const std::string certificate = folder.path() / "certificate.pem";
  pgwatch::test::run({.arguments = {"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj",
                                    "/CN=localhost", "-keyout", key, "-out", certificate},
                      .user = pgwatch::test::server_user()});
  const PostgresServer server(
      {.settings = {"ssl = on", "ssl_key_file = '" + key + "'", "ssl_cert_file = '" + certificate + "'"}});
  Connection connection(parameters(server.conninfo() + " sslmode=require"));
  ASSERT_TRUE(connect(connection)) << connection.down().detail;
  EXPECT_EQ(ask_one(connection, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"), "t");
  for (const std::size_t size : {8'000u, 16'383u, 16'500u, 70'000u, 5'000'000u})
    EXPECT_EQ(ask_one(connection, "SELECT repeat('x', " + std::to_string(size) + ")"), std::string(size, 'x'));
  Connection strict(parameters(server.conninfo() + " sslmode=verify-full sslrootcert=/no/such/file"));
  ASSERT_TRUE(breaks(strict));
  EXPECT_EQ(reason_of(strict), "tls") << strict.down().detail;
}

}  // namespace
}  // namespace pgwatch::postgres
