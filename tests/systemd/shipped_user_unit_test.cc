// The unit that we ship for the manager of a user, under a real one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "tests/support/exposition.h"
#include "tests/support/postgres_programs.h"
#include "tests/support/user_manager.h"
#include "tests/support/wait.h"
#include "tests/systemd/shipped.h"

namespace pgwatch::test {
namespace {

using std::chrono::steady_clock;
using testing::HasSubstr;

class ShippedUserUnit : public OnEachSystemd<ShippedUserUnit> {
 public:
  static SystemdOptions options() {
    SystemdOptions options = with_shipped("");
    options.user = server_user();
    options.files[std::string("/etc/systemd/user/") + kExporter] = shipped(std::string("user/") + kExporter);
    options.files["/etc/systemd/user/mine.service"] = "[Service]\nExecStart=/bin/sleep infinity\n";
    return options;
  }

 protected:
  // The user's home is below the folder that comes with the manager.
  void SetUp() override {
    OnEachSystemd::SetUp();
    if (IsSkipped()) return;
    manager_.emplace(machine(), server_user());
    write_configuration(kOne);
    manager_->systemctl({"start", "mine.service", kExporter});
  }
  void TearDown() override {
    if (!IsSkipped()) manager_->systemctl({"stop", "mine.service", kExporter});
  }

  void write_configuration(const std::string& targets) const {
    machine().write("/run/user/" + std::to_string(manager_->uid()) + "/.config/pgwatch-exporter/pgwatch.yaml",
                    "targets: [" + targets + "]\nsystemd: {managers: [user], enabled: true, units: [mine]}\n");
  }

  std::string shown(const std::string& property) const {
    std::string value = manager_->systemctl({"show", "--value", "--property", property, kExporter});
    while (value.ends_with('\n')) value.pop_back();
    return value;
  }
  bool becomes(const std::string& property, const std::string& value) const {
    return eventually([&] { return shown(property) == value; });
  }

  static constexpr const char* kOne = "{name: a, conninfo: \"host=127.0.0.1 port=1\"}";
  static constexpr const char* kTwo =
      "{name: a, conninfo: \"host=127.0.0.1 port=1\"}, {name: b, conninfo: \"host=127.0.0.1 port=1\"}";

  std::optional<UserManager> manager_;
};

INSTANTIATE_TEST_SUITE_P(, ShippedUserUnit, every_systemd(), systemd_name);

TEST_P(ShippedUserUnit, IsReadyAndServesAndStopsInASecond) {
  EXPECT_EQ(Exposition(page_within(machine())).value("pg_up", {{"server", "a"}}), 0);
  EXPECT_TRUE(becomes("StatusText", "1 target, 0 up"));
  const auto begin = steady_clock::now();
  manager_->systemctl({"stop", kExporter});
  EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(1) + kSlack);
  EXPECT_EQ(shown("Result"), "success");
}

TEST_P(ShippedUserUnit, SeesTheUnitsOfItsUser) {
  const Labels mine = {{"manager", "user"}, {"name", "mine.service"}};
  const auto is_seen = [&] { return Exposition(page_within(machine())).value("systemd_unit_healthy", mine) == 1; };
  EXPECT_TRUE(eventually(is_seen)) << page_within(machine());
}

TEST_P(ShippedUserUnit, TakesANewConfiguration) {
  write_configuration(kTwo);
  manager_->systemctl({"reload", kExporter});
  EXPECT_TRUE(becomes("StatusText", "2 targets, 0 up"));
}

}  // namespace
}  // namespace pgwatch::test
