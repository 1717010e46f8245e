// What a pipeline does on a real server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "exporter/postgres/session.h"
#include "tests/exporter/postgres/drive.h"
#include "tests/integration/shared_server.h"

namespace pgwatch::postgres {
namespace {

using namespace test;
using testing::HasSubstr;

using RealPipeline = pgwatch::test::SharedServer;

TEST_F(RealPipeline, OneFailureFailsOnlyItsStatement) {
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

TEST_F(RealPipeline, PreparesOnceAndRemembersOnlyWhatParsed) {
  Connection connection(parameters(server_->conninfo()));
  ASSERT_TRUE(connect(connection));
  const std::string count = "SELECT count(*) FROM pg_prepared_statements";
  EXPECT_EQ(ask_one(connection, "SELECT 'kept'", Prepare::kYes), "kept");
  EXPECT_EQ(ask_one(connection, "SELECT 'kept'", Prepare::kYes), "kept");
  EXPECT_EQ(ask_one(connection, count), "1");
  EXPECT_EQ(ask_one(connection, "SELECT * FROM appears_later", Prepare::kYes), "[42P01]");
  server_->sql("CREATE VIEW appears_later AS SELECT 'there' AS cell; GRANT SELECT ON appears_later TO public");
  const std::uint64_t sent_before = connection.statements_sent();
  EXPECT_EQ(ask_one(connection, "SELECT * FROM appears_later", Prepare::kYes), "there");
  EXPECT_EQ(connection.statements_sent(), sent_before + 1) << "it was not taken for prepared";
  server_->sql("DROP VIEW appears_later");
}

TEST_F(RealPipeline, OneTextTwiceInAPipelineIsPreparedOnce) {
  Connection connection(parameters(server_->conninfo()));
  ASSERT_TRUE(connect(connection));
  const auto good = ask(connection, {{1, "SELECT 7", Prepare::kYes}, {2, "SELECT 7", Prepare::kYes}});
  EXPECT_EQ(shown(good.at(1)) + shown(good.at(2)), "77");
  const auto bad = ask(connection, {{1, "SELECT nope", Prepare::kYes}, {2, "SELECT nope", Prepare::kYes}});
  EXPECT_EQ(shown(bad.at(1)) + shown(bad.at(2)), "[42703][42703]");
  EXPECT_EQ(ask_one(connection, "SELECT count(*) FROM pg_prepared_statements"), "1");
}

TEST_F(RealPipeline, LargeTextsBothWaysDoNotDeadlock) {
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

TEST_F(RealPipeline, ManySmallRowsComeWhole) {
  Connection connection(parameters(server_->conninfo()));
  ASSERT_TRUE(connect(connection));
  const Rows rows = read_rows(connection, "SELECT n, nullif(n, 70000) AS m FROM generate_series(1, 100000) AS n");
  ASSERT_EQ(rows.size(), 100'000u);
  EXPECT_EQ(rows.at(69'999, "n"), "70000");
  EXPECT_EQ(rows.at(69'999, "m"), std::nullopt);
}

TEST_F(RealPipeline, ReplacedViewUnderAPreparedStatementIsAnsweredAtOnce) {
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

TEST_F(RealPipeline, DeallocateAllUnderUsHeals) {
  Connection connection(parameters(server_->conninfo()));
  ASSERT_TRUE(connect(connection));
  EXPECT_EQ(ask_one(connection, "SELECT 1", Prepare::kYes), "1");
  EXPECT_EQ(ask_one(connection, "DEALLOCATE ALL"), "no rows");
  const auto answers = ask(connection, {{1, "SELECT 1", Prepare::kYes}, {2, "SELECT 1", Prepare::kYes}});
  EXPECT_EQ(shown(answers.at(1)) + shown(answers.at(2)), "11");
  EXPECT_EQ(ask_one(connection, "SELECT count(*) FROM pg_prepared_statements"), "1");
}

TEST_F(RealPipeline, WhatIsUnsupportedStaysAFailure) {
  server_->sql(
      "CREATE FUNCTION unsupported() RETURNS int LANGUAGE plpgsql AS "
      "$$BEGIN RAISE EXCEPTION 'not in this edition' USING ERRCODE = '0A000'; END$$");
  Connection connection(parameters(server_->conninfo()));
  ASSERT_TRUE(connect(connection));
  for (int time = 0; time < 3; ++time) EXPECT_EQ(ask_one(connection, "SELECT unsupported()", Prepare::kYes), "[0A000]");
  EXPECT_EQ(ask_one(connection, "SELECT count(*) FROM pg_prepared_statements"), "1");
}

TEST_F(RealPipeline, CopyIsRefusedAndDoesNotHang) {
  Connection connection(parameters(server_->conninfo()));
  ASSERT_TRUE(connect(connection));
  connection.send({{1, "COPY (SELECT 1) TO STDOUT"}});
  EXPECT_TRUE(breaks(connection));
  EXPECT_THAT(connection.down().detail, HasSubstr("write a SELECT"));
}

TEST_F(RealPipeline, CancelEndsTheRunningStatement) {
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

TEST_F(RealPipeline, FailedLeadInFailsItsTasksAndLeavesNothingOpen) {
  Connection connection(parameters(server_->conninfo()), Transaction{{"BEGIN READ ONLY", "SELECT 1 / 0"}});
  ASSERT_TRUE(connect(connection));
  const auto answers = ask(connection, {{1, "SELECT 1"}, {2, "SELECT 2"}});
  EXPECT_EQ(shown(answers.at(1)), "[22012]");
  EXPECT_EQ(shown(answers.at(2)), "[25P02]") << "the transaction is aborted";
  EXPECT_EQ(connection.state(), Connection::State::kIdle);
  const std::string state =
      "SELECT state FROM pg_stat_activity WHERE pid = " + std::to_string(connection.backend_pid());
  EXPECT_TRUE(server_->wait_until(state, "idle"));
}

}  // namespace
}  // namespace pgwatch::postgres
