#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exporter/health/result.h"

namespace pgwatch::health {
namespace {

using testing::HasSubstr;

Verdict verdict(Status status, const std::string& check, const std::string& subject, const std::string& summary) {
  return {.server = "db1", .check = check, .collector = "", .subject = subject, .status = status, .summary = summary};
}

Result result_for_people() {
  Result result;
  result.took = std::chrono::milliseconds(425);
  result.verdicts = {verdict(Status::kOk, "up", "", "answers"),
                     verdict(Status::kInactive, "role", "", "any role will do"),
                     verdict(Status::kWarning, "replication_lag_bytes", "paris", "1 GiB not replayed yet"),
                     verdict(Status::kCritical, "replication_receiver", "", "does not stream")};
  return result;
}

TEST(Human, ShowsWhatIsNotWellInLinesThatAlign) {
  EXPECT_EQ(to_human(result_for_people(), {}),
            "CRITICAL - 1 critical, 1 warning, 1 ok, 1 inactive (0.42 s)\n"
            "  warning  db1 replication_lag_bytes paris  1 GiB not replayed yet\n"
            "  critical db1 replication_receiver         does not stream\n");
}

TEST(Human, ShowsAllWhereAsked) {
  EXPECT_EQ(to_human(result_for_people(), {.all = true}),
            "CRITICAL - 1 critical, 1 warning, 1 ok, 1 inactive (0.42 s)\n"
            "  ok       db1 up                           answers\n"
            "  inactive db1 role                         any role will do\n"
            "  warning  db1 replication_lag_bytes paris  1 GiB not replayed yet\n"
            "  critical db1 replication_receiver         does not stream\n");
}

TEST(Human, IsOneLineWhereAllIsWell) {
  Result well = result_for_people();
  well.verdicts.resize(2);
  EXPECT_EQ(to_human(well, {}), "OK - 1 ok, 1 inactive (0.42 s)\n");
}

TEST(Human, ShowsErrorsFirst) {
  Result failed;
  failed.errors = {"pgwatch.yaml:3:5: unknown key \"rolle\""};
  EXPECT_EQ(to_human(failed, {}),
            "UNKNOWN - nothing was checked (0.00 s)\n"
            "  error: pgwatch.yaml:3:5: unknown key \"rolle\"\n");
}

TEST(Human, PaintsStatusesAndKeepsThemAligned) {
  const std::string text = to_human(result_for_people(), {.all = true, .colour = true});
  EXPECT_THAT(text, HasSubstr("\x1b[31mCRITICAL\x1b[0m - 1 critical"));
  EXPECT_THAT(text, HasSubstr("  \x1b[32mok\x1b[0m       db1 up "));
  EXPECT_THAT(text, HasSubstr("  \x1b[33mwarning\x1b[0m  db1 replication_lag_bytes paris  1 GiB"));
}

// A plugin's output ends its text at a |, and what it is told of may hold anything.
TEST(Human, MakesOneLineOfTextOfWhatItDidNotMakeItself) {
  Result odd;
  odd.errors = {"a|b\nc"};
  odd.verdicts = {
      {.server = "d|b\x1b[2J", .check = "up", .status = Status::kCritical, .summary = "\xff\xfe: x|y=1\r\n"}};
  EXPECT_EQ(to_human(odd, {}),
            "CRITICAL - 1 critical (0.00 s)\n"
            "  error: a/b c\n"
            "  critical d/b [2J up  \xEF\xBF\xBD\xEF\xBF\xBD: x/y=1  \n");
}

// The server of what is pgwatch's own has no name.
TEST(Human, NamesOnlyWhatHasAName) {
  Result own;
  own.verdicts = {{.server = "", .check = "pgwatch", .status = Status::kCritical, .summary = "timed out"}};
  EXPECT_THAT(to_human(own, {}), HasSubstr("\n  critical pgwatch  timed out\n"));
}

}  // namespace
}  // namespace pgwatch::health
