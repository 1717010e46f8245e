#include "exporter/host/child.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "exporter/util/file.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/wait.h"

namespace pgwatch {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

std::vector<std::string> shell(const std::string& text) { return {"/bin/sh", "-c", text}; }

std::string complaint_of(const std::string& text, const ChildLimits& limits) {
  try {
    (void)run_child(shell(text), limits);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

TEST(Child, SaysWhatItSaidAndHowItEnded) {
  const ChildEnd end = run_child(shell("echo out; echo err >&2; exit 3")).value();
  EXPECT_EQ(end.output, "out\n");
  EXPECT_EQ(end.errors, "err\n");
  EXPECT_EQ(WEXITSTATUS(end.status), 3);
}

TEST(Child, IsFoundOnThePathAndHasNothingToRead) {
  EXPECT_EQ(run_child({"cat"})->output, "");
  EXPECT_FALSE(run_child({"no-such-program-anywhere"}));
}

class ChildOnAPath : public testing::Test {
 protected:
  ~ChildOnAPath() override {
    setenv("PATH", before_.c_str(), 1);
    if (was_root_) EXPECT_EQ(seteuid(0), 0);
  }

  // Root may enter every folder.
  void become_nobody() {
    was_root_ = geteuid() == 0;
    if (was_root_ && seteuid(65'534) != 0) GTEST_SKIP() << "root cannot be left here";
  }

  const std::string before_ = std::getenv("PATH");
  bool was_root_ = false;
  const test::TemporaryFolder folder_;
};

TEST_F(ChildOnAPath, IsNotThereWhereAFolderMayNotBeEntered) {
  const auto closed = folder_.path() / "closed";
  std::filesystem::create_directory(closed);
  std::filesystem::permissions(closed, std::filesystem::perms::none);
  setenv("PATH", (closed.string() + ":/usr/bin").c_str(), 1);
  ASSERT_NO_FATAL_FAILURE(become_nobody());
  if (IsSkipped()) return;
  EXPECT_FALSE(run_child({"no-such-program-anywhere"}));
}

TEST_F(ChildOnAPath, ThatMayNotBeRunIsAFailure) {
  folder_.write("not-to-be-run", "#!/bin/sh\n");
  setenv("PATH", folder_.path().c_str(), 1);
  EXPECT_THROW((void)run_child({"not-to-be-run"}), std::runtime_error);
}

TEST(Child, HasACleanEnvironment) {
  EXPECT_EQ(run_child({"/usr/bin/env"})->output,
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nLC_ALL=C\n");
}

TEST(Child, MaySayALot) {
  EXPECT_EQ(run_child(shell("head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2"))->output.size(), 1'000'000U);
}

TEST(Child, ThatSaysTooMuchIsEnded) {
  EXPECT_THAT(complaint_of("while :; do echo more; done", {.time = test::kPatience, .output = 100'000}),
              HasSubstr("says more than it should"));
}

TEST(Child, ThatHangsIsEndedWithAllItStartedAndReaped) {
  const test::TemporaryFolder folder;
  const std::string pid = folder.path() / "pid";
  EXPECT_THAT(complaint_of("sleep 1000 & echo $! >" + pid + "; wait", {.time = 2s}),
              HasSubstr("did not answer within 2000 ms; it was ended"));
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "none is left to reap";
  EXPECT_EQ(errno, ECHILD);
  const pid_t grandchild = std::stoi(read_word(pid));
  const auto is_gone = [&] {
    const std::string stat = "/proc/" + std::to_string(grandchild) + "/stat";
    return !std::filesystem::exists(stat) || read_file(stat).find(") Z ") != std::string::npos;
  };
  EXPECT_TRUE(test::eventually(is_gone));
}

TEST(Child, ThatClosesItsPipesAndRunsOnIsEnded) {
  EXPECT_THAT(complaint_of("exec >&- 2>&-; sleep 1000", {.time = 300ms}), HasSubstr("did not answer"));
}

}  // namespace
}  // namespace pgwatch
