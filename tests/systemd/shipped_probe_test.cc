// What asks once by a timer, as we ship it: for somebody to be told, and for node_exporter.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/live.h"
#include "tests/support/exposition.h"
#include "tests/support/wait.h"
#include "tests/systemd/shipped.h"

namespace pgwatch::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr const char* kAlert = "pgwatch-alert@pgwatch-once.service.service";
constexpr const char* kHook = "/etc/pgwatch-exporter/alert";

// A timer that elapses as soon as it is started, and its service.
template <typename Suite>
class ShippedTimer : public ShippedBesideServer<Suite> {
 protected:
  explicit ShippedTimer(std::string name) : timer_(name + ".timer"), service_(name + ".service") {}

  // Once, to its end: how it ended, and with which exit status.
  std::string run_by_timer() {
    already_said_ = this->machine().journal(service_).size();
    const std::string before = shown("InvocationID");
    this->machine().systemctl({"restart", timer_});
    const auto has_ended = [&] {
      const std::string now = shown("InvocationID");
      const std::string state = shown("ActiveState");
      return !now.empty() && now != before && (state == "inactive" || state == "failed");
    };
    if (!eventually(has_ended)) return "not at all: " + shown("ActiveState");
    return shown("Result") + " " + shown("ExecMainStatus");
  }

  // What it said when it last ran, and what systemd said of it.
  std::string said() const { return this->machine().journal(service_).substr(already_said_); }

  void fail_feed() const {
    this->machine().systemctl({"kill", "--signal=KILL", kFeed});
    ASSERT_TRUE(this->machine().becomes(kFeed, "ActiveState", "failed"));
  }

  std::string shown(const std::string& property) const { return this->machine().show(service_, property); }

 private:
  const std::string timer_;
  const std::string service_;
  std::size_t already_said_ = 0;  // in the journal
};

// -- pgwatch-once -----------------------------------------------------------------------------------------------------

class ShippedProbe : public ShippedTimer<ShippedProbe> {
 protected:
  ShippedProbe() : ShippedTimer("pgwatch-once") {}

  void SetUp() override {
    ShippedTimer::SetUp();
    if (!IsSkipped()) told_before_ = told();
  }
  void TearDown() override {
    if (!IsSkipped()) machine().run({"rm", "-f", kHook});
    ShippedTimer::TearDown();
  }

  bool somebody_is_told() const {
    return eventually([this] { return told() == told_before_ + 1; }) &&
           machine().becomes(kAlert, "ActiveState", "inactive");
  }
  bool nobody_is_told() const { return told() == told_before_; }

  void install_hook(const std::string& script) const {
    machine().write(kHook, "#!/bin/sh\n" + script);
    machine().run({"chmod", "755", kHook});
  }

 private:
  std::size_t told() const {
    const std::string log = machine().journal(kAlert);
    const std::string line = "pgwatch-once.service has failed: exit-code";
    int count = 0;
    for (std::size_t at = log.find(line); at != std::string::npos; at = log.find(line, at + 1)) ++count;
    return count;
  }

  std::size_t told_before_ = 0;
};

INSTANTIATE_TEST_SUITE_P(, ShippedProbe, every_systemd(), systemd_name);

TEST_P(ShippedProbe, EndsWellWhereAllIsWell) {
  EXPECT_EQ(run_by_timer(), "success 0");
  EXPECT_THAT(said(), HasSubstr(": OK - "));
  EXPECT_TRUE(nobody_is_told());
}

// There are more units than may be looked at.
TEST_P(ShippedProbe, EndsWellWithAWarning) {
  machine().write(kConfiguration, std::string(kConfigured) + "systemd: {max_units: 1}\n");
  EXPECT_EQ(run_by_timer(), "success 1");
  EXPECT_THAT(said(), AllOf(HasSubstr(": WARNING - "), HasSubstr("max_units")));
  EXPECT_TRUE(nobody_is_told());
}

// Its own failure is a failed unit, and one with a name such as is watched. It must not be held against it.
TEST_P(ShippedProbe, FailsWhileAUnitHasFailedAndTellsSomebodyAndEndsWellAgain) {
  fail_feed();
  EXPECT_EQ(run_by_timer(), "exit-code 2");
  EXPECT_THAT(said(),
              AllOf(HasSubstr(": CRITICAL - 1 critical"), HasSubstr("postgresql-feed.service  failed: signal")));
  EXPECT_TRUE(somebody_is_told());
  machine().systemctl({"start", kFeed});
  EXPECT_EQ(run_by_timer(), "success 0") << said();
}

TEST_P(ShippedProbe, LogsInWithItsCredential) {
  machine().write(kPassword, kWrong);
  EXPECT_EQ(run_by_timer(), "exit-code 2");
  EXPECT_THAT(said(), HasSubstr("password authentication failed"));
  machine().write(kPassword, password_of("pgwatch"));
  EXPECT_EQ(run_by_timer(), "success 0") << said();
}

TEST_P(ShippedProbe, FailsWhereItsConfigurationIsNoGood) {
  machine().write(kConfiguration, "tragets: []\n");
  EXPECT_EQ(run_by_timer(), "exit-code 3");
  EXPECT_TRUE(somebody_is_told());
}

// Who could not be told is told when that works again, though the cause may be gone by then.
TEST_P(ShippedProbe, FailsUntilAHookThatFailedHasDoneItsPart) {
  install_hook("exit 7\n");
  fail_feed();
  EXPECT_EQ(run_by_timer(), "exit-code 2");
  ASSERT_TRUE(machine().becomes(kAlert, "ActiveState", "failed"));
  machine().systemctl({"start", kFeed});
  install_hook("exit 0\n");
  EXPECT_EQ(run_by_timer(), "exit-code 2");
  EXPECT_THAT(said(), AllOf(HasSubstr(": CRITICAL - 1 critical"), HasSubstr(kAlert)));
  ASSERT_TRUE(machine().becomes(kAlert, "ActiveState", "inactive"));
  EXPECT_EQ(run_by_timer(), "success 0") << said();
}

// Of two that look at each other each would fail since the other has, for ever.
TEST_P(ShippedProbe, IsNotFailedByAnotherThatIsExcluded) {
  machine().install_unit("pgwatch-once-too.service", "[Service]\nExecStart=/bin/false\n");
  machine().systemctl({"start", "pgwatch-once-too.service"});
  ASSERT_TRUE(machine().becomes("pgwatch-once-too.service", "ActiveState", "failed"));
  EXPECT_EQ(run_by_timer(), "exit-code 2");
  machine().write(kConfiguration, std::string(kConfigured) + "systemd: {exclude: [\"pgwatch-once*\"]}\n");
  EXPECT_EQ(run_by_timer(), "success 0") << said();
}

// Its sandbox closes the folders of users to it, where it has no manager of its own.
TEST_P(ShippedProbe, MissesAUnitThatIsNamedAndIsNotThere) {
  machine().run({"mkdir", "-p", "/run/user"});  // as everywhere, by systemd-tmpfiles
  machine().write(kConfiguration, std::string(kConfigured) + "systemd: {units: [nosuch]}\n");
  EXPECT_EQ(run_by_timer(), "exit-code 2");
  EXPECT_THAT(said(), AllOf(HasSubstr("nosuch.service"), HasSubstr("there is no such unit"),
                            testing::Not(HasSubstr("does not let us in"))));
}

// -- pgwatch-textfile -------------------------------------------------------------------------------------------------

class ShippedTextfile : public ShippedTimer<ShippedTextfile> {
 public:
  static void prepare(const SystemdMachine& machine) {
    ShippedTimer::prepare(machine);
    machine.run({"mkdir", "-p", kFolder});
  }

 protected:
  static constexpr const char* kFolder = "/var/lib/prometheus/node-exporter";
  static constexpr const char* kFile = "/var/lib/prometheus/node-exporter/pgwatch.prom";

  ShippedTextfile() : ShippedTimer("pgwatch-textfile") {}

  void SetUp() override {
    ShippedTimer::SetUp();
    if (!IsSkipped()) machine().run({"chown", "prometheus:", kFolder});
  }

  // As somebody who owns nothing.
  Exposition page() const {
    return Exposition(machine().run({"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "cat", kFile}));
  }
};

INSTANTIATE_TEST_SUITE_P(, ShippedTextfile, every_systemd(), systemd_name);

TEST_P(ShippedTextfile, HasServersAndUnitsForAll) {
  EXPECT_EQ(run_by_timer(), "success 0") << said();
  EXPECT_EQ(machine().run({"stat", "--format=%U %a", kFile}), "prometheus 644\n");
  EXPECT_EQ(page().value("pg_up", {{"server", "main"}}), 1);
  EXPECT_EQ(page().value("systemd_unit_healthy", {{"name", kFeed}}), 1);
}

// What is wrong stands in the file.
TEST_P(ShippedTextfile, TellsOfAFailedUnitAndEndsWell) {
  fail_feed();
  EXPECT_EQ(run_by_timer(), "success 0");
  EXPECT_EQ(page().value("systemd_unit_healthy", {{"name", kFeed}}), 0);
  EXPECT_EQ(page().value("pgwatch_once_status"), 2);
}

// Who has opened the file before reads all that was in it, and nothing else.
TEST_P(ShippedTextfile, IsReplacedWholeAndNothingIsLeftBeside) {
  EXPECT_EQ(run_by_timer(), "success 0");
  const std::string before = machine().run({"cat", kFile});
  EXPECT_EQ(machine().run({"bash", "-ec", "exec 3<$0; systemctl start pgwatch-textfile.service; cat <&3", kFile}),
            before);
  EXPECT_NE(machine().run({"cat", kFile}), before);
  EXPECT_EQ(machine().run({"ls", "--almost-all", kFolder}), "pgwatch.prom\n");
}

TEST_P(ShippedTextfile, IsMissedWhereItCannotBeWritten) {
  machine().run({"chown", "root:", kFolder});
  EXPECT_EQ(run_by_timer(), "exit-code 3");
  EXPECT_THAT(said(), HasSubstr("cannot write"));
}

}  // namespace
}  // namespace pgwatch::test
