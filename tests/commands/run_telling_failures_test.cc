// tests/run_telling_failures, on what GoogleTest says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "tests/support/process.h"
#include "tests/support/wait.h"

namespace pgwatch::test {
namespace {

// A program that says this and ends so.
Process telling_failures(const std::string& said, const std::string& end, const std::string& seconds = "60") {
  return Process({.arguments = {PGWATCH_SOURCE_FOLDER "/tests/run_telling_failures", "/bin/sh", "-c",
                                "printf '" + said + "'; " + end},
                  .environment = {{"PGWATCH_TEST_SECONDS", seconds}}});
}

// Who reads along ends a moment later.
void expect_shown(const Process& process, const std::string& shown) {
  EXPECT_TRUE(eventually([&] { return process.output() == shown; })) << process.output();
}

constexpr const char* kPassed = "[ RUN      ] Lag.Grows\\nwords\\n[       OK ] Lag.Grows (1 ms)\\n";

TEST(TellingFailures, LeavesOutWhatPassed) {
  const Process process = telling_failures(std::string(kPassed) + "[  PASSED  ] 1 test.\\n", "exit 0");
  EXPECT_EQ(process.wait(), 0);
  expect_shown(process, "[  PASSED  ] 1 test.\n");
}

TEST(TellingFailures, ShowsWhatWasSaidInATestThatFailed) {
  const std::string failed = "[ RUN      ] Lag.Ends\\nwhy\\n[  FAILED  ] Lag.Ends (1 ms)\\n";
  const Process process = telling_failures(kPassed + failed + kPassed + "[  FAILED  ] Lag.Ends\\n", "exit 1");
  EXPECT_EQ(process.wait(), 1);
  expect_shown(process, "[ RUN      ] Lag.Ends\nwhy\n[  FAILED  ] Lag.Ends (1 ms)\n[  FAILED  ] Lag.Ends\n");
}

TEST(TellingFailures, EndsWithWhatDidNotHold) {
  const std::string complaint = "lag_test.cc:7: Failure\nValue of: lag\n  Actual: 3\n";
  const std::string log = "a\nb\nc\nd\ne\nf\n";
  const std::string failed = "[ RUN      ] Lag.Ends\n" + complaint + log + "[  FAILED  ] Lag.Ends (1 ms)\n";
  const std::string passed = "[ RUN      ] Tests.Fail\nno_test.cc:1: Failure\n[       OK ] Tests.Fail (1 ms)\n";
  const Process process = telling_failures(failed + passed + "[  FAILED  ] Lag.Ends\n", "exit 1");
  EXPECT_EQ(process.wait(), 1);
  expect_shown(process, failed + "[  FAILED  ] Lag.Ends\n" + complaint + "a\nb\nc\nd\ne\n");
}

TEST(TellingFailures, ShowsATestWhoseLastLineHadNoEnd) {
  const std::string failed = "[ RUN      ] Lag.Ends\\nwhy[  FAILED  ] Lag.Ends (1 ms)\\n";
  const Process process = telling_failures(failed + kPassed, "exit 1");
  EXPECT_EQ(process.wait(), 1);
  expect_shown(process, "[ RUN      ] Lag.Ends\nwhy[  FAILED  ] Lag.Ends (1 ms)\n");
}

TEST(TellingFailures, ShowsTheTestThatBrokeOff) {
  const Process process =
      telling_failures(std::string(kPassed) + "[ RUN      ] Lag.Waits\\nand then\\n", "kill -SEGV $$");
  EXPECT_NE(process.wait(), 0);
  expect_shown(process, "[ RUN      ] Lag.Waits\nand then\n");
}

TEST(TellingFailures, ShowsTheTestThatHangs) {
  const Process process = telling_failures("[ RUN      ] Lag.Hangs\\n", "exec sleep 60", "1");
  EXPECT_NE(process.wait(), 0);
  expect_shown(process, "[ RUN      ] Lag.Hangs\n");
}

}  // namespace
}  // namespace pgwatch::test
