#include "tests/support/pgwatch.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <stdexcept>

#include "tests/support/postgres_server.h"

namespace pgwatch::test {
namespace {

TEST(PgwatchCommand, HidesTheServersOfTheEnvironment) {
  ::setenv("PGHOST", "production.example", 1);
  ::setenv("DATA_SOURCE_NAME", "host=production.example", 1);
  const Command command = pgwatch_command({"--version"});
  ::unsetenv("PGHOST");
  ::unsetenv("DATA_SOURCE_NAME");
  EXPECT_FALSE(command.environment.contains("PGHOST"));
  EXPECT_FALSE(command.environment.contains("DATA_SOURCE_NAME"));
  EXPECT_TRUE(command.environment.contains("PATH"));
  EXPECT_EQ(command.arguments.back(), "--version");
}

TEST(Pgwatch, WatchesAServerUntilToldToStop) {
  const PostgresServer server;
  const Pgwatch pgwatch("targets: [{name: here, conninfo: \"" + server.conninfo() + "\"}]\n");
  EXPECT_TRUE(eventually([&] { return pgwatch.metrics().value("pg_up", {{"server", "here"}}) == 1; }));
  EXPECT_EQ(pgwatch.get("/no-such-page").status, 404);
  EXPECT_GT(pgwatch.open_files(), 4U);
  EXPECT_GT(pgwatch.resident_bytes(), 1'000'000U);
  EXPECT_EQ(pgwatch.stop(), 0);
}

TEST(Pgwatch, ThatDoesNotListenSaysWhy) {
  try {
    const Pgwatch pgwatch("no_such_key: 1\n");
    FAIL() << "it listens";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("no_such_key"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace pgwatch::test
