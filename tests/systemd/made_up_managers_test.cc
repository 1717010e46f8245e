// The whole program before managers that are made up, for what no real one can be made to do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/integration/live.h"
#include "tests/support/fake_manager.h"
#include "tests/support/postgres_server.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/wait.h"
#include "tests/systemd/watching.h"

namespace pgwatch::test {
namespace {

using testing::HasSubstr;

// The folder a user's bus is in, named as a session names it.
std::string runtime_folder(const FakeManager& manager) {
  const std::string address = manager.address();
  return std::filesystem::path(address.substr(address.find('/'))).parent_path();
}

TEST(MadeUpManagers, OneThatHangsCostsTheProbeNothingOfTheOther) {
  FakeManager system;
  FakeManager own;
  system.set("feed.service", {{"ActiveState", "active"}, {"SubState", "running"}});
  own.be(FakeManager::Manner::kHangs);
  const TemporaryFolder folder;
  const std::string config = folder.write("pgwatch.yaml", watching("managers: [system, user], units: [feed]"));
  Command probe = pgwatch_command({"--once", "--config", config, "--check", "systemd_units", "--timeout", "2s"});
  probe.environment["DBUS_SYSTEM_BUS_ADDRESS"] = system.address();
  probe.environment["XDG_RUNTIME_DIR"] = runtime_folder(own);
  const Process process(probe);
  EXPECT_EQ(process.wait(), 2) << process.output();
  EXPECT_THAT(process.output(), HasSubstr("1 critical, 1 ok"));
  EXPECT_THAT(process.output(), HasSubstr("systemd_units user  the manager did not answer in time"));
}

// As in a container that has a bus, and files that tell it how to start systemd.
TEST(WithoutSystemd, AllElseWorksAndThatIsSaid) {
  const PostgresServer server;
  const TemporaryFolder folder;
  const std::string config = folder.write("pgwatch.yaml", config_of({{"well", server.conninfo()}}));
  FakeManager bus;
  for (const auto manner : {FakeManager::Manner::kIsGone, FakeManager::Manner::kCannotStart}) {
    bus.be(manner);
    Command probe = pgwatch_command({"--once", "--config", config, "--format", "json"});
    probe.environment["DBUS_SYSTEM_BUS_ADDRESS"] = bus.address();
    probe.environment["XDG_RUNTIME_DIR"] = folder.path();
    const Process process(probe);
    EXPECT_EQ(process.wait(), 0) << process.output();
    EXPECT_THAT(process.output(), HasSubstr("there is a bus and no service manager on it"));
  }
}

TEST(WithoutSystemd, ServersAreServedAndThatIsSaid) {
  const PostgresServer server;
  const TemporaryFolder folder;
  const Pgwatch pgwatch(
      config_of({{"well", server.conninfo()}}),
      {.environment = {{"DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere"}, {"XDG_RUNTIME_DIR", folder.path()}}});
  EXPECT_TRUE(becomes_whole(pgwatch, "well"));
  EXPECT_TRUE(eventually([&] {
    return pgwatch.metrics().value("pgwatch_collector_skipped", {{"collector", "units"}, {"reason", "absent"}}) == 1;
  }));
  EXPECT_THAT(pgwatch.log(), testing::AllOf(HasSubstr("no systemd runs here"), testing::Not(HasSubstr("level=error"))));
}

}  // namespace
}  // namespace pgwatch::test
