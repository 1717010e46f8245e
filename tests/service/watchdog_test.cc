// The watchdog is fed by the engine's thread and by nothing else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/service/managed.h"
#include "tests/service/stopped_thread.h"
#include "tests/support/scripted_postgres.h"

namespace pgwatch::test {
namespace {

using namespace std::chrono_literals;

constexpr const char* kAlive = "WATCHDOG=1";

std::string watched(std::uint16_t port, const std::string& conninfo) {
  return listen_on(port) + "targets: [{name: a, conninfo: \"" + conninfo + "\"}]\n";
}

TEST(Watchdog, IsFedWhateverADatabaseDoes) {
  const ScriptedPostgres silent({.greeting = Script::Act::kSilence});
  Managed pgwatch(watched(free_port(), silent.conninfo()), {.environment = {{"WATCHDOG_USEC", "20000"}}});
  for (int i = 0; i < 20; ++i) EXPECT_EQ(pgwatch.manager().next_with(kAlive), kAlive);
}

TEST(Watchdog, HungersWhileTheEngineIsStuckAndIsFedAgainAfterwards) {
  const std::uint16_t port = free_port();
  Managed pgwatch(watched(port, "host=127.0.0.1 port=1"), {.environment = {{"WATCHDOG_USEC", "20000"}}});
  ASSERT_TRUE(pgwatch.manager().next_with("READY=1"));
  ASSERT_TRUE(pgwatch.manager().next_with(kAlive));
  {
    const StoppedThread engine(thread_called("engine", pgwatch.process().pid()));
    while (pgwatch.manager().next(0ms)) {
    }
    EXPECT_EQ(pgwatch.manager().next(300ms), std::nullopt) << "thirty times what it is given";
    EXPECT_EQ(http_get(port, "/-/healthy").status, 200) << "the other threads go on";
  }
  EXPECT_EQ(pgwatch.manager().next_with(kAlive), kAlive);
}

TEST(Watchdog, ThatCountsOnAnotherProcessOrOnNobodyIsNotFed) {
  for (const std::map<std::string, std::string>& environment :
       {std::map<std::string, std::string>{{"WATCHDOG_USEC", "20000"}, {"WATCHDOG_PID", "1"}}, {}}) {
    Managed pgwatch(watched(free_port(), "host=127.0.0.1 port=1"), {.environment = environment});
    ASSERT_TRUE(pgwatch.manager().next_with("READY=1"));
    EXPECT_EQ(pgwatch.manager().next_with(kAlive, 200ms), std::nullopt);
  }
}

}  // namespace
}  // namespace pgwatch::test
