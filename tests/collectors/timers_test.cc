#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/systemd/catalogue.h"
#include "tests/collectors/looking.h"

namespace pgwatch::collectors {
namespace {

using test::managed;
using test::seen;
using testing::HasSubstr;
using testing::Not;

std::string lines(std::vector<ManagedUnit> units, std::vector<ManagedUnit> others = {}) {
  const auto systemd = std::make_shared<const Systemd>(Systemd{.managers = {{}}});
  return test::Looking(timers(systemd)).lines({seen(std::move(units), std::move(others))});
}

TEST(Timers, TellWhenTheyElapse) {
  EXPECT_EQ(lines({managed("a.timer",
                           {{"LastTriggerUSec", "1700000000000000"}, {"NextElapseUSecRealtime", "1800000000500000"}}),
                   managed("a.service", {})}),
            "systemd_timer_armed{manager=\"system\",name=\"a.timer\"} 1\n"
            "systemd_timer_last_trigger_seconds{manager=\"system\",name=\"a.timer\"} 1700000000\n"
            "systemd_timer_next_elapse_seconds{manager=\"system\",name=\"a.timer\"} 1800000000.5\n");
}

TEST(Timers, ThatNeverDidAndNeverWillAreNotArmed) {
  EXPECT_EQ(lines({managed("a.timer", {{"LastTriggerUSec", "0"},
                                       {"NextElapseUSecRealtime", "18446744073709551615"},
                                       {"NextElapseUSecMonotonic", "0"}})}),
            "systemd_timer_armed{manager=\"system\",name=\"a.timer\"} 0\n");
}

TEST(Timers, TellHowWhatTheyStartEnded) {
  const ManagedUnit timer = managed("a.timer", {{"Triggers", "dump.service"}});
  EXPECT_THAT(lines({timer}, {managed("dump.service", {{"Result", "exit-code"}})}),
              HasSubstr(R"(systemd_timer_last_result_success{manager="system",name="a.timer",unit="dump.service"} 0)"));
  EXPECT_THAT(lines({timer, managed("dump.service", {{"Result", "success"}})}), HasSubstr(R"(unit="dump.service"} 1)"));
  EXPECT_THAT(lines({timer, managed("dump.service", {{"Result", "exec-condition"}})}),
              HasSubstr(R"(unit="dump.service"} 1)"))
      << "its own condition kept it from running";
  EXPECT_THAT(lines({timer}), Not(HasSubstr("last_result"))) << "it is not known";
}

TEST(Timers, OfWhatRemainsAfterItsExitAreNotArmed) {
  const ManagedUnit timer = managed("a.timer", {{"Triggers", "dump.service"}, {"SubState", "running"}});
  EXPECT_THAT(lines({timer, managed("dump.service", {{"SubState", "exited"}})}),
              HasSubstr(R"(systemd_timer_armed{manager="system",name="a.timer"} 0)"));
  EXPECT_THAT(lines({timer, managed("dump.service", {{"SubState", "start"}})}),
              HasSubstr(R"(systemd_timer_armed{manager="system",name="a.timer"} 1)"));
}

}  // namespace
}  // namespace pgwatch::collectors
