// A container that does not feel well, as pgwatch says it from within the machine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/wait.h"
#include "tests/systemd/container.h"
#include "tests/systemd/on_each_systemd.h"
#include "tests/systemd/watching.h"

namespace pgwatch::test {
namespace {

constexpr const char* kNobody = "65534";

class WatchedContainer : public OnEachSystemd<WatchedContainer> {
 public:
  static SystemdOptions options() { return with_pgwatch(with_container(), "managers: [system], units: [web]"); }

 protected:
  void SetUp() override {
    OnEachSystemd::SetUp();
    if (IsSkipped()) return;
    if (const std::string why = why_no_containers(machine()); !why.empty()) GTEST_SKIP() << why;
    machine().systemctl({"start", "web.service"});
  }

  // The check runs each second, and what it finds is not known meanwhile.
  bool becomes(double healthy) const {
    const Labels web = {{"name", "web.service"}, {"container", "web"}};
    return eventually([&] { return told_within(machine()).value("systemd_container_healthy", web) == healthy; });
  }
};

INSTANTIATE_TEST_SUITE_P(, WatchedContainer, testing::Values("trixie"), systemd_name);

TEST_P(WatchedContainer, IsSickInMetricsAndVerdictsWhileItsUnitIsActive) {
  EXPECT_TRUE(becomes(1));
  make_sick(machine());
  EXPECT_TRUE(becomes(0));
  const auto is_told = [&] {
    const Process probe(probe_within(machine(), "human"));
    return probe.wait() == 2 && probe.output().find("podman's check of its health failed") != std::string::npos;
  };
  EXPECT_TRUE(eventually(is_told));
  EXPECT_EQ(machine().show("web.service", "ActiveState"), "active");
  const auto others_know = [&] {
    return told_within(machine(), kNobody).value("systemd_container_healthy", {{"name", "web.service"}}) == 0;
  };
  EXPECT_TRUE(eventually(others_know)) << "it takes no right";
  make_well(machine());
  EXPECT_TRUE(becomes(1));
}

}  // namespace
}  // namespace pgwatch::test
