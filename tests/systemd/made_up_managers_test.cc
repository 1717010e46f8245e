// The whole program before managers that are made up, for what no real one can be made to do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/fake_manager.h"
#include "tests/support/temporary_folder.h"
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

}  // namespace
}  // namespace pgwatch::test
