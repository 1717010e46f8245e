#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/systemd/catalogue.h"
#include "tests/collectors/looking.h"

namespace pgwatch::collectors {
namespace {

using test::seen;
using testing::HasSubstr;
using testing::Not;

std::string lines(Properties properties) {
  const auto systemd = std::make_shared<const Systemd>(Systemd{.managers = {{}}});
  return test::Looking(manager(systemd)).lines({seen({}, {}, std::move(properties))});
}

TEST(Manager, TellsItsStateAndWhatFailed) {
  const std::string told = lines(
      {{"Version", "252.39"}, {"SystemState", "degraded"}, {"NFailedUnits", "2"}, {"NJobs", "1"}, {"NNames", "300"}});
  for (const char* line :
       {R"(systemd_version_info{manager="system",version="252.39"} 1)",
        R"(systemd_manager_state{manager="system",state="degraded"} 1)",
        R"(systemd_manager_state{manager="system",state="running"} 0)",
        R"(systemd_manager_failed_units{manager="system"} 2)", R"(systemd_manager_jobs{manager="system"} 1)",
        R"(systemd_manager_units{manager="system"} 300)", R"(systemd_watchdog_enabled{manager="system"} 0)"})
    EXPECT_THAT(told, HasSubstr(std::string(line) + "\n"));
}

TEST(Manager, TellsTheStagesOfTheBootThatCame) {
  const std::string told = lines({{"KernelTimestamp", "1700000000000000"},
                                  {"KernelTimestampMonotonic", "0"},
                                  {"FinishTimestamp", "1700000004000000"},
                                  {"FinishTimestampMonotonic", "4000000"},
                                  {"FirmwareTimestamp", "0"}});
  EXPECT_THAT(told, HasSubstr("systemd_boot_time_seconds{manager=\"system\",stage=\"Kernel\"} 1700000000\n"));
  EXPECT_THAT(told, HasSubstr("systemd_boot_monotonic_seconds{manager=\"system\",stage=\"Finish\"} 4\n"));
  EXPECT_THAT(told, Not(HasSubstr("Firmware")));
}

TEST(Manager, TellsOfTheMachinesWatchdog) {
  const std::string told = lines({{"WatchdogDevice", "/dev/watchdog0"},
                                  {"RuntimeWatchdogUSec", "30000000"},
                                  {"WatchdogLastPingTimestamp", "1700000000000000"}});
  EXPECT_THAT(told, HasSubstr("systemd_watchdog_enabled{manager=\"system\"} 1\n"));
  EXPECT_THAT(told, HasSubstr("systemd_watchdog_runtime_seconds{manager=\"system\",device=\"/dev/watchdog0\"} 30\n"));
  EXPECT_THAT(told, HasSubstr("systemd_watchdog_last_ping_time_seconds{manager=\"system\","
                              "device=\"/dev/watchdog0\"} 1700000000\n"));
}

}  // namespace
}  // namespace pgwatch::collectors
