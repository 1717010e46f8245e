#include "tests/support/process.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <thread>

#include "tests/support/postgres_programs.h"
#include "tests/support/proc.h"
#include "tests/support/silent_resolver.h"
#include "tests/support/temporary_folder.h"

namespace pgwatch::test {
namespace {

using std::chrono::milliseconds;

TEST(Process, LosesNoLineOfManyWhoWriteAtOnce) {
  const Process process(
      {.arguments = {"/bin/sh", "-c",
                     "for one in 1 2 3 4; do (for i in $(seq 2000); do echo line; done) & done; wait"}});
  ASSERT_EQ(process.wait(), 0);
  EXPECT_EQ(process.output().size(), 4U * 2000 * 5);
}

TEST(Process, KeepsOutputAndErrorsApart) {
  const Process process({.arguments = {"sh", "-c", "echo said; echo shouted >&2; exit 3"}});
  EXPECT_EQ(process.wait(), 3);
  EXPECT_EQ(process.output(), "said\n");
  EXPECT_EQ(process.errors(), "shouted\n");
}

TEST(Process, ReportsTheSignalThatEndedIt) {
  const Process process({.arguments = {"sleep", "1000"}});
  EXPECT_EQ(process.wait(milliseconds(1)), std::nullopt);
  EXPECT_TRUE(process.running());
  process.signal(SIGTERM);
  EXPECT_EQ(process.wait(), 128 + SIGTERM);
  EXPECT_EQ(process.wait(), 128 + SIGTERM) << "a second time";
}

TEST(Process, ThatDoesNotExistIsAnErrorNamingIt) {
  try {
    const Process process({.arguments = {"no-such-program"}});
    FAIL() << "it started";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("no-such-program"), std::string::npos) << error.what();
  }
}

TEST(Process, SeesOnlyTheEnvironmentItIsGiven) {
  EXPECT_EQ(run({.arguments = {"env"}, .environment = {{"NAME", "value"}}}), "NAME=value\n");
}

TEST(Process, TakesItsChildrenAlong) {
  pid_t grandchild = 0;
  {
    const Process process({.arguments = {"sh", "-c", "sleep 1000 & echo started; wait"}});
    ASSERT_TRUE(eventually([&] { return process.output() == "started\n" && !children_of(process.pid()).empty(); }));
    grandchild = children_of(process.pid()).at(0);
  }
  EXPECT_TRUE(eventually([&] { return state_of(grandchild) == '\0' || state_of(grandchild) == 'Z'; }));
}

TEST(Process, DiesWithTheThreadThatMadeIt) {
  std::optional<Process> process;
  std::thread([&] { process.emplace(Command{.arguments = {"sleep", "1000"}}); }).join();
  EXPECT_EQ(process->wait(), 128 + SIGKILL);
}

TEST(Process, RunsAsAnotherUserAndCanReadATemporaryFolder) {
  if (server_user().empty()) GTEST_SKIP() << "changing the user takes root";
  const TemporaryFolder folder;
  const std::string path = folder.write("note", "hello").string();
  EXPECT_EQ(run({.arguments = {"sh", "-c", "id -un; cat \"$0\"", path}, .user = server_user()}),
            server_user() + "\nhello");
}

TEST(Process, SaysWhatAFailedProgramSaid) {
  try {
    run({.arguments = {"sh", "-c", "echo no luck >&2; exit 1"}});
    FAIL() << "it succeeded";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("status 1: no luck"), std::string::npos) << error.what();
  }
}

TEST(TemporaryFolder, IsGoneWithItsContents) {
  std::filesystem::path path;
  {
    const TemporaryFolder folder;
    path = folder.write("file", "text").parent_path();
    EXPECT_TRUE(std::filesystem::exists(path / "file"));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(SilentResolver, IsTheOnlyNameServerOfTheProgramAndAnswersNothing) {
  if (const std::string reason = SilentResolver::unavailable(); !reason.empty()) GTEST_SKIP() << reason;
  SilentResolver resolver;
  const Process lookup({.arguments = {"getent", "hosts", "database.example"}, .mounts = resolver.mounts()});
  EXPECT_TRUE(eventually([&] { return resolver.questions() > 0; }));
  EXPECT_TRUE(lookup.running());
  EXPECT_NE(run({.arguments = {"cat", "/etc/resolv.conf"}}), "nameserver 127.0.0.1\n")
      << "the machine's own is replaced";
}

}  // namespace
}  // namespace pgwatch::test
