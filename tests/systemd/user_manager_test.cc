#include "tests/support/user_manager.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/postgres_programs.h"
#include "tests/systemd/on_each_systemd.h"

namespace pgwatch::test {
namespace {

class UserManagers : public OnEachSystemd<UserManagers> {
 public:
  static SystemdOptions options() { return {.user = server_user()}; }

 protected:
  Command ask(const UserManager& manager, const std::string& user) const {
    return {.arguments = {"busctl", "--address=" + manager.bus_address(), "get-property", "org.freedesktop.systemd1",
                          "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager", "SystemState"},
            .user = user};
  }
};

INSTANTIATE_TEST_SUITE_P(, UserManagers, every_systemd(), systemd_name);

TEST_P(UserManagers, HaveUnitsOfTheirOwn) {
  const UserManager manager(machine(), server_user());
  manager.install_unit("mine.service", "[Service]\nExecStart=/bin/sleep infinity\n");
  manager.systemctl({"start", "mine.service"});
  EXPECT_EQ(manager.systemctl({"is-active", "mine.service"}), "active\n");
  EXPECT_EQ(machine().show("mine.service", "LoadState"), "not-found");
}

TEST_P(UserManagers, ServeTheirUserAndNotEvenRoot) {
  const UserManager manager(machine(), server_user());
  EXPECT_EQ(run(ask(manager, server_user())), "s \"running\"\n");
  EXPECT_NE(Process(ask(manager, "")).wait(), 0);
}

}  // namespace
}  // namespace pgwatch::test
