#include "exporter/config/values.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/exporter/config/fixture.h"

namespace pgwatch::config {
namespace {

std::string expand_with_x(const std::string& text) {
  return expand(text, fake_context({{"X", "value"}, {"EMPTY", ""}}).environment);
}

std::string expand_error(const std::string& text) {
  try {
    expand_with_x(text);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST(Durations, AreANumberAndItsUnit) {
  EXPECT_EQ(read_duration("500ms"), Milliseconds(500));
  EXPECT_EQ(read_duration("3s"), Milliseconds(3'000));
  EXPECT_EQ(read_duration("5m"), Milliseconds(300'000));
  EXPECT_EQ(read_duration("1h"), Milliseconds(3'600'000));
  EXPECT_EQ(read_duration("1d"), Milliseconds(86'400'000));
}

TEST(Durations, AreNothingElse) {
  for (const char* text : {"", "3", "s", "3 s", "-3s", "+3s", "3.5s", "3S", "1h30m", "99999999999d", "3sec"}) {
    EXPECT_FALSE(read_duration(text)) << text;
  }
}

TEST(Durations, PrintInTheLargestUnitThatIsExact) {
  EXPECT_EQ(to_text(Milliseconds(1'500)), "1500ms");
  EXPECT_EQ(to_text(Milliseconds(90'000)), "90s");
  EXPECT_EQ(to_text(Milliseconds(7'200'000)), "2h");
  EXPECT_EQ(to_text(Milliseconds(0)), "0s");
}

TEST(Durations, AreSecondsToo) {
  EXPECT_EQ(read_seconds("500ms"), 0.5);
  EXPECT_EQ(read_seconds("5m"), 300);
  EXPECT_FALSE(read_seconds("5"));
}

TEST(Sizes, AreANumberAndItsUnit) {
  EXPECT_EQ(read_size("512B"), 512);
  EXPECT_EQ(read_size("256MiB"), 268'435'456);
  EXPECT_EQ(read_size("2GiB"), 2'147'483'648);
  EXPECT_EQ(read_size("100TiB"), 109'951'162'777'600);
  for (const char* text : {"", "1", "GiB", "1GB", "1 GiB", "-1B", "1.5GiB", "1gib", "99999999999GiB"})
    EXPECT_FALSE(read_size(text)) << text;
}

TEST(Expand, ReplacesVariablesOnce) {
  EXPECT_EQ(expand_with_x("a${X}b${X}"), "avaluebvalue");
  EXPECT_EQ(expand("${A}", fake_context({{"A", "${B}"}}).environment), "${B}");
}

TEST(Expand, GivesTheDefaultForAVariableThatIsUnsetOrEmpty) {
  EXPECT_EQ(expand_with_x("${Y:-other}"), "other");
  EXPECT_EQ(expand_with_x("${EMPTY:-other}"), "other");
  EXPECT_EQ(expand_with_x("${X:-other}"), "value");
  EXPECT_EQ(expand_with_x("${Y:-}"), "");
  EXPECT_EQ(expand_with_x("${EMPTY}"), "");
}

TEST(Expand, LeavesOtherDollarsAlone) {
  EXPECT_EQ(expand_with_x("$X $ 5$"), "$X $ 5$");
  EXPECT_EQ(expand_with_x("$${X} $$"), "${X} $");
}

TEST(Expand, SaysWhatIsWrong) {
  EXPECT_EQ(expand_error("${Y}"), "variable Y is not set; ${Y:-default} gives a default");
  EXPECT_EQ(expand_error("a${X"), "${ without }; a literal dollar is written $$");
  EXPECT_EQ(expand_error("${}"), "${…} holds no variable's name; a literal dollar is written $$");
  EXPECT_NE(expand_error("${1X}"), "");
}

TEST(ListenAddresses, AreHostAndPort) {
  for (const char* address : {":9187", "127.0.0.1:9187", "[::1]:9187", "localhost:0", "db.example:65535"}) {
    EXPECT_EQ(listen_problem(address), "") << address;
  }
  for (const char* address :
       {"", "9187", "host", "host:", ":65536", "::1:9187", "[::1]", "[]:1", "a b:1", ":-1", ":1x"}) {
    EXPECT_NE(listen_problem(address), "") << address;
  }
}

TEST(TelemetryPaths, LeavePgwatchItsOwn) {
  for (const char* path : {"/metrics", "/m/n"}) EXPECT_EQ(telemetry_path_problem(path), "") << path;
  for (const char* path : {"", "metrics", "/", "/probe", "/sd", "/-/healthy", "/api/v1/status", "/a b", "/a?b"}) {
    EXPECT_NE(telemetry_path_problem(path), "") << path;
  }
}

}  // namespace
}  // namespace pgwatch::config
