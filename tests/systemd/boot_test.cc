// The machine itself: that it is a real one, and that it leaves nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>

#include "tests/support/proc.h"
#include "tests/support/process.h"
#include "tests/support/wait.h"
#include "tests/systemd/on_each_systemd.h"

namespace pgwatch::test {
namespace {

namespace fs = std::filesystem;

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

// Its control groups have the name of its folder.
std::vector<fs::path> groups_named(const std::string& name) {
  std::vector<fs::path> found;
  std::error_code gone;
  for (fs::recursive_directory_iterator entry("/sys/fs/cgroup", gone); entry != fs::recursive_directory_iterator();
       entry.increment(gone))
    if (entry->path().filename() == name) found.push_back(entry->path());
  return found;
}

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Boot : public OnEachSystemd<Boot> {};

INSTANTIATE_TEST_SUITE_P(, Boot, every_systemd(), systemd_name);

TEST_P(Boot, MakesSystemdTheFirstProcess) {
  EXPECT_EQ(machine().run({"cat", "/proc/1/comm"}), "systemd\n");
  EXPECT_THAT(machine().systemctl({"--version"}), StartsWith(GetParam() == "trixie" ? "systemd 257" : "systemd "));
  EXPECT_EQ(machine().systemctl({"is-system-running"}), "running\n");
}

TEST_P(Boot, GivesItsBusToAnybodyHere) {
  const std::string answer =
      run({.arguments = {"busctl", "--address=" + machine().bus_address(), "get-property", "org.freedesktop.systemd1",
                         "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager", "SystemState"},
           .user = "nobody"});
  EXPECT_EQ(answer, "s \"running\"\n");
}

TEST_P(Boot, IsCutOffFromTheNetworkAndFromOurMounts) {
  const fs::path there = "/proc/" + std::to_string(machine().pid());
  for (const char* space : {"ns/net", "ns/mnt", "ns/pid", "ns/uts", "ns/ipc", "ns/cgroup"})
    EXPECT_NE(fs::read_symlink(there / space), fs::read_symlink(fs::path("/proc/self") / space)) << space;
  EXPECT_THAT(text_of("/proc/self/mounts"), Not(HasSubstr(machine().run_folder().parent_path())));
  EXPECT_THAT(machine().run({"cat", "/proc/1/mounts"}), HasSubstr(" /proc/sys proc ro,"));
}

TEST_P(Boot, HasTheUnitsThatATestInstallsLater) {
  machine().install_unit("later.service", "[Service]\nExecStart=/bin/echo so late\n");
  machine().systemctl({"start", "later.service"});
  EXPECT_TRUE(machine().becomes("later.service", "ActiveState", "inactive"));
  EXPECT_THAT(machine().journal("later.service"), HasSubstr("so late"));
}

class Machine : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string why = SystemdMachine::why_not(); !why.empty()) GTEST_SKIP() << why;
  }

  static void expect_nothing_of(const fs::path& folder) {
    EXPECT_FALSE(fs::exists(folder));
    EXPECT_THAT(groups_named(folder.filename()), IsEmpty());
  }
};

TEST_F(Machine, LeavesNothingWhenItIsPoweredOff) {
  SystemdMachine machine;
  const fs::path folder = machine.run_folder().parent_path();
  EXPECT_THAT(groups_named(folder.filename()), Not(IsEmpty()));
  EXPECT_TRUE(machine.stop());
  EXPECT_EQ(state_of(machine.pid()), '\0');
  expect_nothing_of(folder);
}

TEST_F(Machine, LeavesNothingWhenItsTestIsOver) {
  fs::path folder;
  {
    const SystemdMachine machine({.units = {{"ok.service", "[Service]\nExecStart=/bin/sleep infinity\n"}}});
    folder = machine.run_folder().parent_path();
    machine.systemctl({"start", "ok.service"});
  }
  expect_nothing_of(folder);
}

// Tells where its machine is, and waits to be killed.
[[noreturn]] void boot_and_wait(int report) {
  const SystemdMachine machine;
  const std::string folder = machine.run_folder().parent_path();
  [[maybe_unused]] const ssize_t written = ::write(report, folder.data(), folder.size());
  for (;;) ::pause();
}

TEST_F(Machine, LeavesNothingWhenItsTestIsKilled) {
  std::array<int, 2> report{};
  ASSERT_EQ(::pipe(report.data()), 0);
  const pid_t test = ::fork();
  if (test == 0) boot_and_wait(report[1]);
  std::array<char, 4096> text{};
  const ssize_t count = ::read(report[0], text.data(), text.size());
  ::kill(test, SIGKILL);
  ::waitpid(test, nullptr, 0);
  for (const int end : report) ::close(end);
  ASSERT_GT(count, 0);
  const fs::path folder = std::string(text.data(), static_cast<std::size_t>(count));
  EXPECT_TRUE(eventually([&] { return !fs::exists(folder); }));
  expect_nothing_of(folder);
}

TEST_F(Machine, CountsProcessorTimeInUnifiedGroups) {
  const SystemdMachine machine({.units = {{"ok.service", "[Service]\nExecStart=/bin/sleep infinity\n"}}});
  machine.systemctl({"start", "ok.service"});
  EXPECT_GT(std::stoull(machine.show("ok.service", "CPUUsageNSec")), 0U);
}

TEST_F(Machine, CountsMemoryAndTasksInLegacyGroups) {
  const SystemdOptions options{.groups = ControlGroups::kLegacy,
                               .units = {{"ok.service", "[Service]\nExecStart=/bin/sleep infinity\n"}}};
  if (const std::string why = SystemdMachine::why_not(options); !why.empty()) GTEST_SKIP() << why;
  const SystemdMachine machine(options);
  machine.systemctl({"start", "ok.service"});
  EXPECT_EQ(machine.show("ok.service", "TasksCurrent"), "1");
  EXPECT_GT(std::stoull(machine.show("ok.service", "MemoryCurrent")), 0U);
}

TEST_F(Machine, SaysWhyItCannotBe) {
  const TemporaryFolder empty;
  EXPECT_THAT(SystemdMachine::why_not({.root = empty.path()}), HasSubstr("there is no /usr/lib/systemd/systemd: run "));
  if (fs::exists(trixie())) return;
  EXPECT_THAT(SystemdMachine::why_not({.root = trixie()}), HasSubstr("run scripts/trixie"));
}

// What it has of ours, and with the libraries that its own root may lack.
TEST_P(Boot, RunsProgramsOfOurs) {
  SystemdOptions options{.programs = {{PGWATCH_BINARY, "/usr/bin/pgwatch"}}};
  if (GetParam() == "trixie") options.root = trixie();
  const SystemdMachine machine(options);
  EXPECT_THAT(machine.run({"pgwatch", "--version"}), HasSubstr("pgwatch"));
}

}  // namespace
}  // namespace pgwatch::test
