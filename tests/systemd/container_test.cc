#include "tests/systemd/container.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "tests/systemd/on_each_systemd.h"

namespace pgwatch::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;

class Container : public OnEachSystemd<Container> {
 public:
  static SystemdOptions options() { return with_container(); }

 protected:
  void SetUp() override {
    OnEachSystemd::SetUp();
    if (IsSkipped()) return;
    if (const std::string why = why_no_containers(machine()); !why.empty()) GTEST_SKIP() << why;
    machine().systemctl({"start", "web.service"});
  }
};

INSTANTIATE_TEST_SUITE_P(, Container, testing::Values("trixie"), systemd_name);

TEST_P(Container, IsAUnitThatSaysWhereItComesFrom) {
  EXPECT_EQ(machine().show("web.service", "SourcePath"), "/etc/containers/systemd/web.container");
  EXPECT_THAT(machine().show("web.service", "ExecStart"),
              AllOf(HasSubstr(" --name web "), HasSubstr(" --cidfile=/run/web.cid ")));
}

TEST_P(Container, IsKnownByItsCidFileAndByItsMainProcess) {
  const std::string id = container_id(machine());
  EXPECT_THAT(id, MatchesRegex("[0-9a-f]{64}"));
  const std::string main = "/proc/" + machine().show("web.service", "MainPID") + "/cmdline";
  EXPECT_THAT(machine().run({"sh", "-c", "tr '\\0' ' ' <" + main}), HasSubstr(" -c " + id + " "));
  EXPECT_THAT(health_unit(machine()), MatchesRegex(id + "-[0-9a-f]+\\.service"));
}

// The unit goes on as if nothing were wrong.
TEST_P(Container, TellsItsHealthInAnotherUnit) {
  const std::string health = health_unit(machine());
  EXPECT_TRUE(machine().becomes(health, "ActiveState", "inactive"));
  make_sick(machine());
  EXPECT_TRUE(machine().becomes(health, "ActiveState", "failed"));
  EXPECT_EQ(machine().show("web.service", "ActiveState"), "active");
  EXPECT_THAT(machine().run({"podman", "ps"}), HasSubstr("(unhealthy)"));
  make_well(machine());
  EXPECT_TRUE(machine().becomes(health, "ActiveState", "inactive"));
}

}  // namespace
}  // namespace pgwatch::test
