// Managers of users, as pgwatch sees them from within the machine: their own, and another's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/postgres_programs.h"
#include "tests/support/user_manager.h"
#include "tests/systemd/on_each_systemd.h"
#include "tests/systemd/watching.h"

namespace pgwatch::test {
namespace {

using testing::HasSubstr;

constexpr const char* kMineAlone = ", units: [mine]";

class WatchedUsers : public OnEachSystemd<WatchedUsers> {
 public:
  static SystemdOptions options() {
    return with_pgwatch({.user = server_user()}, std::string("managers: [user]") + kMineAlone);
  }

 protected:
  void SetUp() override {
    OnEachSystemd::SetUp();
    if (IsSkipped()) return;
    manager_.emplace(machine(), server_user());
    manager_->install_unit("mine.service", "[Service]\nExecStart=/bin/sleep infinity\n");
    manager_->systemctl({"restart", "mine.service"});
  }

  void watch(const std::string& manager) const {
    machine().write(kConfig, watching("managers: [\"" + manager + "\"]" + kMineAlone));
  }

  std::string uid() const { return std::to_string(manager_->uid()); }

  std::optional<UserManager> manager_;
};

INSTANTIATE_TEST_SUITE_P(, WatchedUsers, every_systemd(), systemd_name);

TEST_P(WatchedUsers, SeeTheirOwnUnits) {
  watch("user");
  const Exposition told = told_within(machine(), uid());
  EXPECT_EQ(told.value("systemd_unit_healthy", {{"manager", "user"}, {"name", "mine.service"}}), 1);
  manager_->systemctl({"stop", "mine.service"});
  const Exposition later = told_within(machine(), uid());
  EXPECT_EQ(later.value("systemd_unit_healthy", {{"manager", "user"}, {"name", "mine.service"}}), 0);
}

TEST_P(WatchedUsers, AreSeenByRoot) {
  watch("user@" + uid());
  const Exposition told = told_within(machine());
  EXPECT_EQ(told.value("systemd_unit_healthy", {{"manager", "user@" + uid()}, {"name", "mine.service"}}), 1);
}

// A unit that is named is looked for in each manager. One that has it is enough, and what none has is missed once.
TEST_P(WatchedUsers, AreSeenBesideTheSystem) {
  const std::string user = "user@" + uid();
  machine().write(kConfig, watching("managers: [system, \"" + user + "\"], units: [mine, dbus, nowhere]"));
  const Exposition told = told_within(machine());
  const auto healthy = [&](const std::string& unit) { return told.all("systemd_unit_healthy", {{"name", unit}}); };
  ASSERT_EQ(healthy("mine.service").size(), 1U);
  EXPECT_EQ(told.value("systemd_unit_healthy", {{"manager", user}, {"name", "mine.service"}}), 1);
  EXPECT_EQ(told.value("systemd_unit_healthy", {{"manager", "system"}, {"name", "dbus.service"}}), 1);
  ASSERT_EQ(healthy("nowhere.service").size(), 1U);
  EXPECT_EQ(healthy("nowhere.service").front().value, 0);
}

// As from a container that has their folder.
TEST_P(WatchedUsers, AreSeenFromAmongOtherProcesses) {
  const TemporaryFolder folder;
  const std::filesystem::path program = folder.path() / "pgwatch";
  std::filesystem::copy_file(PGWATCH_BINARY, program);
  const std::string config = folder.write("pgwatch.yaml", watching(std::string("managers: [user]") + kMineAlone));
  const std::string told =
      run({.arguments = {program, "--once", "--config", config, "--check", "systemd_units", "--format", "prometheus"},
           .environment = {{"XDG_RUNTIME_DIR", manager_->runtime_folder()}},
           .user = server_user()});
  EXPECT_EQ(Exposition(told).value("systemd_unit_healthy", {{"name", "mine.service"}}), 1);
}

TEST_P(WatchedUsers, AreNotSeenByOthers) {
  watch("user@" + uid());
  const Process refused(probe_within(machine(), "human", "65534"));
  EXPECT_EQ(refused.wait(), 3) << refused.output();
  EXPECT_THAT(refused.output(), HasSubstr("run a pgwatch in that user's manager"));
}

}  // namespace
}  // namespace pgwatch::test
