#include "tests/support/pgwatch.h"

#include <gtest/gtest.h>

#include <cstdlib>

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

}  // namespace
}  // namespace pgwatch::test
