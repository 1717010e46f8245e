// What systemd itself says of a unit of each kind, so that what pgwatch says of it can be judged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>

#include "tests/support/descriptor.h"
#include "tests/support/wait.h"
#include "tests/systemd/on_each_systemd.h"
#include "tests/systemd/unit_set.h"

namespace pgwatch::test {
namespace {

class UnitSet : public OnEachSystemd<UnitSet> {
 public:
  static SystemdOptions options() { return {.units = unit_set()}; }
  static void prepare(const SystemdMachine& machine) { start_unit_set(machine); }

 protected:
  std::string show(const std::string& unit, const std::string& property) const {
    return machine().show(unit, property);
  }
};

INSTANTIATE_TEST_SUITE_P(, UnitSet, every_systemd(), systemd_name);

TEST_P(UnitSet, FailsInSeveralWays) {
  EXPECT_EQ(show("failed.service", "Result") + show("failed.service", "ExecMainStatus"), "exit-code3");
  EXPECT_EQ(show("segv.service", "Result") + show("segv.service", "ExecMainStatus"), "signal11");
  EXPECT_EQ(show("unwatched.service", "Result"), "watchdog");
  EXPECT_EQ(show("tired.service", "NRestarts"), "2");
  EXPECT_EQ(show("conditional.service", "ConditionResult"), "no");
}

TEST_P(UnitSet, FlapsOnAndOn) {
  const auto restarts = [&] { return std::stoi(show("flapping.service", "NRestarts")); };
  const int before = restarts();
  EXPECT_TRUE(eventually([&] { return restarts() > before + 1; }));
}

TEST_P(UnitSet, HasUnitsThatAreNotThere) {
  EXPECT_EQ(show("masked.service", "LoadState"), "masked");
  EXPECT_EQ(show("absent.service", "LoadState"), "not-found");
}

TEST_P(UnitSet, HasTimersThatAreArmedAndSuchThatAreNot) {
  for (const char* timer : {"armed.timer", "broken.timer"}) EXPECT_NE(show(timer, "NextElapseUSecRealtime"), "");
  for (const char* timer : {"past.timer", "lost.timer"}) {
    EXPECT_EQ(show(timer, "NextElapseUSecRealtime"), "") << timer;
    EXPECT_EQ(show(timer, "NextElapseUSecMonotonic"), "infinity") << timer;
  }
  EXPECT_EQ(show("broken.timer", "Result") + show("broken.service", "Result"), "successexit-code");
}

// From here: the socket is a file.
TEST_P(UnitSet, AcceptsConnections) {
  const Descriptor one(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  std::strcpy(address.sun_path, (machine().run_folder() / "echo").c_str());
  ASSERT_EQ(::connect(one.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0) << std::strerror(errno);
  EXPECT_TRUE(machine().becomes("echo.socket", "NAccepted", "1"));
  EXPECT_EQ(show("echo.socket", "NConnections"), "1");
}

}  // namespace
}  // namespace pgwatch::test
