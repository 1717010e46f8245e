// What the program finds where it is started: streams that are closed, files that others may read.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/integration/live.h"
#include "tests/support/ports.h"

namespace pgwatch::test {
namespace {

namespace fs = std::filesystem;

std::string open_at(pid_t pid, int stream) {
  std::error_code error;
  return fs::read_symlink("/proc/" + std::to_string(pid) + "/fd/" + std::to_string(stream), error).string();
}

bool serves(std::uint16_t port) try {
  return http_get(port, "/-/healthy").status == 200;
} catch (const std::runtime_error&) {
  return false;
}

// Or its log lines would go to whoever has the number of stderr: a client, or a server.
TEST(Start, WithClosedStreamsGivesTheirNumbersToNobody) {
  const TemporaryFolder folder;
  const std::uint16_t port = free_port();
  const std::string config = "listen: [\"127.0.0.1:" + std::to_string(port) +
                             "\"]\ntargets: [{name: a, conninfo: \"host=127.0.0.1 port=1\"}]\n";
  Command command = pgwatch_command({"--config", folder.write("pgwatch.yaml", config).string()});
  command.arguments.insert(command.arguments.begin(), {"sh", "-c", "exec \"$0\" \"$@\" 0<&- 1>&- 2>&-"});
  const Process process(command);
  ASSERT_TRUE(eventually([port] { return serves(port); }));
  for (const int stream : {0, 1, 2}) EXPECT_EQ(open_at(process.pid(), stream), "/dev/null");
}

// libpq itself would warn at each connect, with a line that is none of ours.
TEST(Start, WarnsOnceOfAPasswordFileThatOthersMayRead) {
  const TemporaryFolder folder;
  const fs::path file = folder.write("pgpass", "*:*:*:*:Gehe1m\n");
  fs::permissions(file, fs::perms(0644));
  const std::string nobody = "host=127.0.0.1 port=" + std::to_string(free_port());
  const Pgwatch pgwatch(config_of({{"a", nobody}, {"b", nobody}}), {.environment = {{"PGPASSFILE", file.string()}}});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(is_down(scrape(pgwatch).page, "a", "refused"));
  const std::string log = pgwatch.log();
  EXPECT_EQ(occurrences(log, file.string()), 1U) << log;
  EXPECT_NE(log.find("level=warn msg=\"password file " + file.string() + " is not used: "), std::string::npos) << log;
  EXPECT_EQ(occurrences(log, "WARNING"), 0U) << log;
}

TEST(Start, WhatCannotBePrintedIsNoSuccess) {
  for (const std::string question : {"--grants", "--help", "--version", "--describe"})
    for (const std::string nowhere : {">/dev/full", ">&-"}) {
      Command command = pgwatch_command({question});
      command.arguments.insert(command.arguments.begin(), {"sh", "-c", "exec \"$0\" \"$@\" " + nowhere});
      EXPECT_EQ(Process(command).wait(), 1) << question << nowhere;
    }
}

}  // namespace
}  // namespace pgwatch::test
