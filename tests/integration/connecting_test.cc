// How connections to a real server begin and end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/exporter/postgres/drive.h"
#include "tests/integration/shared_server.h"
#include "tests/support/postgres_programs.h"
#include "tests/support/temporary_folder.h"

namespace pgwatch::postgres {
namespace {

using namespace test;
using pgwatch::test::PostgresServer;
using pgwatch::test::TemporaryFolder;
using testing::HasSubstr;
using testing::Not;

using Connecting = pgwatch::test::SharedServer;

TEST_F(Connecting, TellsWhereItArrived) {
  Connection tcp(parameters(server_->conninfo()));
  Connection socket(parameters(server_->socket_conninfo()));
  ASSERT_TRUE(connect(tcp) && connect(socket));
  EXPECT_EQ(tcp.host_address(), "127.0.0.1");
  EXPECT_EQ(tcp.host_port(), std::to_string(server_->port()));
  EXPECT_EQ(socket.host_address(), server_->socket_folder());
  EXPECT_EQ(ask_one(tcp, "SELECT pg_backend_pid()"), std::to_string(tcp.backend_pid()));
  EXPECT_EQ(ask_one(tcp, "SELECT current_setting('application_name')"), "pgwatch");
}

TEST_F(Connecting, WrongPasswordIsAuth) {
  Connection connection(parameters(server_->conninfo() + "-wrong"));
  ASSERT_TRUE(breaks(connection));
  EXPECT_EQ(reason_of(connection), "auth");
  EXPECT_THAT(connection.down().detail, HasSubstr("28P01: password authentication failed for user \"pgwatch\""));
  EXPECT_THAT(connection.down().detail, HasSubstr("check user, password and pg_hba.conf"));
  EXPECT_THAT(connection.down().detail, Not(HasSubstr("LOCATION")));
}

TEST_F(Connecting, MissingPartsAreNamed) {
  Connection database(parameters(server_->conninfo("pgwatch", "no_such_database")));
  ASSERT_TRUE(breaks(database));
  EXPECT_EQ(reason_of(database), "no_database");
  EXPECT_THAT(database.down().detail, HasSubstr("database \"no_such_database\" does not exist"));
  Connection tls(parameters(server_->conninfo() + " sslmode=require"));
  ASSERT_TRUE(breaks(tls));
  EXPECT_EQ(reason_of(tls), "tls");
  Connection missing(parameters("host=/no/such/folder user=w"));
  ASSERT_TRUE(breaks(missing));
  EXPECT_EQ(reason_of(missing), "refused");
  EXPECT_THAT(missing.down().detail, HasSubstr("listens there"));
}

TEST_F(Connecting, TriesTheNextHostOfAList) {
  const std::string port = std::to_string(server_->port());
  Connection connection(parameters("host=/no/such/folder," + server_->socket_folder().string() + " port=" + port +
                                   " user=postgres dbname=postgres"));
  ASSERT_TRUE(connect(connection));
  EXPECT_EQ(connection.host_address(), server_->socket_folder());
}

TEST_F(Connecting, TerminatedWhileIdleSaysWhy) {
  Connection connection(parameters(server_->conninfo()));
  ASSERT_TRUE(connect(connection));
  server_->sql("SELECT pg_terminate_backend(" + std::to_string(connection.backend_pid()) + ")");
  ASSERT_TRUE(breaks(connection));
  EXPECT_EQ(reason_of(connection), "stopping");
  EXPECT_THAT(connection.down().detail, HasSubstr("57P01: terminating connection due to administrator command"));
}

TEST(ConnectingAlone, DyingInAPipelineBreaksTheConnection) {
  PostgresServer server;
  Connection connection(parameters(server.conninfo()));
  ASSERT_TRUE(connect(connection));
  connection.send({{1, "SELECT 1"}, {2, "SELECT pg_sleep(60)"}, {3, "SELECT 3"}});
  ASSERT_TRUE(server.wait_until("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'", "1"));
  // Taken before the end: a reset may take back what was not read.
  std::vector<Finished> finished;
  ASSERT_TRUE(drive(connection, [&] {
    for (Finished& one : connection.take_finished()) finished.push_back(std::move(one));
    return !finished.empty();
  }));
  server.kill();
  ASSERT_TRUE(breaks(connection));
  EXPECT_EQ(shown(finished[0].answer), "1");
  EXPECT_TRUE(connection.take_finished().empty()) << "the rest stays unanswered";
  Connection next(parameters(server.conninfo()));
  ASSERT_TRUE(breaks(next));
  EXPECT_EQ(reason_of(next), "refused");
}

TEST(ConnectingAlone, StoppingIsNamed) {
  PostgresServer server;
  Connection connection(parameters(server.conninfo()));
  ASSERT_TRUE(connect(connection));
  server.stop();
  ASSERT_TRUE(breaks(connection));
  EXPECT_EQ(reason_of(connection), "stopping") << connection.down().detail;
}

TEST(ConnectingAlone, FullIsNamed) {
  const PostgresServer server;
  server.sql("ALTER ROLE pgwatch CONNECTION LIMIT 1");  // counts no session but ours
  Connection first(parameters(server.conninfo()));
  ASSERT_TRUE(connect(first));
  Connection second(parameters(server.conninfo()));
  ASSERT_TRUE(breaks(second));
  EXPECT_EQ(reason_of(second), "too_many_connections") << second.down().detail;
}

// A record of TLS holds what no poll announces.
TEST(ConnectingAlone, LargeTextsOverTlsDoNotStall) {
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
