// What a real server cannot be made to do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/exporter/postgres/drive.h"
#include "tests/support/ports.h"
#include "tests/support/scripted_postgres.h"
#include "tests/support/temporary_folder.h"

namespace pgwatch::postgres {
namespace {

using namespace std::chrono_literals;
using namespace test;
using pgwatch::test::Script;
using pgwatch::test::ScriptedPostgres;
using testing::HasSubstr;
using Act = Script::Act;

TEST(ScriptedConnection, AnswersThroughTheScriptedServer) {
  const ScriptedPostgres server({});
  Connection connection(parameters(server.conninfo()));
  ASSERT_TRUE(connect(connection));
  EXPECT_EQ(ask_one(connection, "SELECT 1"), "1");
  EXPECT_EQ(connection.backend_pid(), 4711);
  EXPECT_EQ(connection.host_address(), "127.0.0.1");
  EXPECT_EQ(connection.host_port(), std::to_string(server.port()));
}

TEST(ScriptedConnection, NobodyListeningIsRefused) {
  Connection connection(parameters("host=127.0.0.1 port=" + std::to_string(pgwatch::test::free_port())));
  ASSERT_TRUE(breaks(connection));
  EXPECT_EQ(reason_of(connection), "refused");
  EXPECT_EQ(connection.socket(), -1);
  EXPECT_EQ(connection.events(), 0);
  EXPECT_TRUE(connection.take_finished().empty());
}

TEST(ScriptedConnection, BadParametersAreABrokenConnection) {
  for (const auto& [keyword, value] : std::vector<std::pair<std::string, std::string>>{
           {"no_such_keyword", "1"}, {"port", "x"}, {"host", "/no/such/folder"}, {"sslmode", "maybe"}}) {
    Connection connection({{keyword, value}});
    EXPECT_TRUE(breaks(connection)) << keyword;
  }
}

TEST(ScriptedConnection, SilenceNeverBlocks) {
  const ScriptedPostgres server({.greeting = Act::kSilence});
  Connection connection(parameters(server.conninfo()));
  EXPECT_FALSE(drive(
      connection, [&] { return connection.state() != Connection::State::kConnecting; }, 100ms));
  EXPECT_EQ(connection.state(), Connection::State::kConnecting);
}

TEST(ScriptedConnection, ReadsTheSqlstateOfARefusedStart) {
  for (const auto& [sqlstate, reason] : std::vector<std::pair<std::string, std::string>>{
           {"57P03", "starting"}, {"53300", "too_many_connections"}, {"28000", "auth"}, {"3D000", "no_database"}}) {
    const ScriptedPostgres server({.greeting = Act::kError, .sqlstate = sqlstate, .message = "in any language"});
    Connection connection(parameters(server.conninfo()));
    ASSERT_TRUE(breaks(connection));
    EXPECT_EQ(reason_of(connection), reason);
    EXPECT_THAT(connection.down().detail, HasSubstr("in any language"));
  }
}

TEST(ScriptedConnection, AnotherProtocolIsABrokenConnection) {
  const ScriptedPostgres server({.greeting = Act::kGarbage});
  Connection connection(parameters(server.conninfo()));
  ASSERT_TRUE(breaks(connection));
  EXPECT_EQ(reason_of(connection), "other") << connection.down().detail;
}

TEST(ScriptedConnection, WhatWasAnsweredBeforeTheEndCounts) {
  for (const Act ending : {Act::kClose, Act::kGarbage, Act::kError}) {
    const ScriptedPostgres server({.statements = 2, .ending = ending, .sqlstate = "57P01"});
    Connection connection(parameters(server.conninfo()));
    ASSERT_TRUE(connect(connection));
    const auto answers = ask(connection, {{1, "SELECT 1"}, {2, "SELECT 2"}, {3, "SELECT 3"}, {4, "SELECT 4"}});
    EXPECT_EQ(connection.state(), Connection::State::kBroken);
    EXPECT_EQ(answers.size(), 2u);
    EXPECT_TRUE(answers.contains(1) && answers.contains(2));
    EXPECT_EQ(reason_of(connection), ending == Act::kError ? "stopping" : "other") << connection.down().detail;
    EXPECT_EQ(connection.backend_pid(), 4711) << "still known, to ask others for it";
  }
}

TEST(ScriptedConnection, SilenceInAPipelineLeavesItBusy) {
  const ScriptedPostgres server({.statements = 1, .ending = Act::kSilence});
  Connection connection(parameters(server.conninfo()));
  ASSERT_TRUE(connect(connection));
  connection.send({{1, "SELECT 1"}, {2, "SELECT 2"}});
  std::vector<Finished> finished;
  EXPECT_TRUE(drive(connection, [&] {
    for (Finished& one : connection.take_finished()) finished.push_back(std::move(one));
    return !finished.empty();
  })) << "the first answer does not wait for the second";
  EXPECT_EQ(connection.state(), Connection::State::kBusy);
  connection.cancel().run();
  EXPECT_TRUE(pgwatch::test::eventually([&] { return server.cancels() == 1; }));
}

TEST(ScriptedConnection, SendingToAServerThatDoesNotReadNeverBlocks) {
  const ScriptedPostgres server({.ending = Act::kSilence});
  Connection connection(parameters(server.conninfo()));
  ASSERT_TRUE(connect(connection));
  const std::string large = "SELECT '" + std::string(32'000'000, 'x') + "'";  // more than sockets hold
  connection.send({{1, large}, {2, large}});
  EXPECT_EQ(connection.state(), Connection::State::kBusy);
  EXPECT_TRUE(connection.events() & POLLOUT);
}

TEST(ScriptedConnection, BytesThatComeOneByOneMakeAnAnswer) {
  const ScriptedPostgres server({.pause = 1ms});
  Connection connection(parameters(server.conninfo()));
  ASSERT_TRUE(connect(connection));
  EXPECT_EQ(ask_one(connection, "SELECT 1", Prepare::kYes), "1");
  EXPECT_EQ(ask_one(connection, "SELECT 1", Prepare::kYes), "1");
}

TEST(ScriptedConnection, SendingNothingLeavesItIdle) {
  const ScriptedPostgres server({});
  Connection connection(parameters(server.conninfo()));
  ASSERT_TRUE(connect(connection));
  connection.send({});
  EXPECT_EQ(connection.state(), Connection::State::kIdle);
}

// -- Secrets ----------------------------------------------------------------------------------------------------------

TEST(ScriptedConnection, WhatTheServerRepeatsIsNoSecretAnyMore) {
  const ScriptedPostgres refuses({.greeting = Act::kError, .sqlstate = "28P01", .message = "no S3cretPw for you"});
  Connection refused(parameters(refuses.conninfo() + " password=S3cretPw"));
  ASSERT_TRUE(breaks(refused));
  EXPECT_THAT(refused.down().detail, HasSubstr("no *** for you"));

  const ScriptedPostgres dies({.statements = 1, .ending = Act::kError, .message = "S3cretPw ends it"});
  Connection let_in(parameters(dies.conninfo() + " password=S3cretPw"));
  ASSERT_TRUE(connect(let_in));
  ask(let_in, {{1, "SELECT 1"}, {2, "SELECT 2"}});
  ASSERT_EQ(let_in.state(), Connection::State::kBroken);
  EXPECT_THAT(let_in.down().detail, HasSubstr("*** ends it"));
}

// libpq finds it and tells nobody but the server.
TEST(ScriptedConnection, WhatTheServerRepeatsOfAPasswordFileIsNoSecretEither) {
  const pgwatch::test::TemporaryFolder folder;
  const std::filesystem::path file = folder.write("pgpass", "*:*:*:*:S3cretPw\n");
  std::filesystem::permissions(file, std::filesystem::perms{0600});
  const ScriptedPostgres refuses({.greeting = Act::kError, .sqlstate = "28P01", .message = "no S3cretPw for you"});
  Connection refused(parameters(refuses.conninfo() + " passfile=" + file.string()));
  ASSERT_TRUE(breaks(refused));
  EXPECT_THAT(refused.down().detail, HasSubstr("no *** for you"));
}

}  // namespace
}  // namespace pgwatch::postgres
