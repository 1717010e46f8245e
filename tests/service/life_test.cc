// What a service manager hears in the program's life.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "tests/service/managed.h"
#include "tests/support/postgres_server.h"

namespace pgwatch::test {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr const char* kReady = "READY=1";

bool answers(std::uint16_t port) try {
  return http_get(port, "/-/healthy").status == 200;
} catch (const std::runtime_error&) {
  return false;
}

// The engine's thread tells of targets and main of the rest: neither waits for the other.
bool says_in_any_order(Managed& pgwatch, std::vector<std::string> beginnings) {
  while (!beginnings.empty()) {
    const std::optional<std::string> said = pgwatch.manager().next();
    if (!said) return false;
    const auto is_it = [&](const std::string& beginning) { return said->starts_with(beginning); };
    std::erase_if(beginnings, is_it);
  }
  return true;
}

constexpr const char* kOneDown = "STATUS=1 target, 0 up";
constexpr const char* kRefused = "STATUS=1 target, 0 up; the new configuration is no good, and the old one in force";

TEST(ServiceLife, IsReadyWhenItListensAndNotBefore) {
  const std::uint16_t port = free_port();
  Managed pgwatch(listen_on(port) + nobody());
  ASSERT_EQ(pgwatch.manager().next_with(kReady), kReady) << pgwatch.process().errors();
  EXPECT_TRUE(answers(port));
}

// Whatever its databases do: they are what it is there to tell of.
TEST(ServiceLife, IsReadyWithoutAnyDatabase) {
  Managed pgwatch(listen_on(free_port()) + nobody());
  EXPECT_TRUE(says_in_any_order(pgwatch, {kReady, kOneDown}));
  EXPECT_EQ(pgwatch.stop(), 0);
}

TEST(ServiceLife, SaysHowManyTargetsAreUpWhenThatChanges) {
  PostgresServer server;
  Managed pgwatch(listen_on(free_port()) + "targets:\n  - {name: here, conninfo: \"" + server.conninfo() +
                  "\"}\n  - {name: gone, conninfo: \"host=127.0.0.1 port=1\"}\n");
  EXPECT_TRUE(pgwatch.manager().next_with("STATUS=2 targets, 1 up"));
  server.stop(PostgresServer::Stop::kImmediate);
  EXPECT_TRUE(pgwatch.manager().next_with("STATUS=2 targets, 0 up"));
  server.start();
  EXPECT_TRUE(pgwatch.manager().next_with("STATUS=2 targets, 1 up"));
}

TEST(ServiceLife, IsNoLongerReadyWhileItReloads) {
  Managed pgwatch(listen_on(free_port()) + nobody());
  ASSERT_TRUE(says_in_any_order(pgwatch, {kReady, kOneDown}));
  pgwatch.write_config(listen_on(free_port()) +
                       "targets: [{name: a, conninfo: \"host=127.0.0.1 port=1\"},"
                       " {name: b, conninfo: \"host=127.0.0.1 port=1\"}]\n");
  pgwatch.process().signal(SIGHUP);
  EXPECT_THAT(pgwatch.manager().next_with("RELOADING=1").value_or(""), StartsWith("RELOADING=1\nMONOTONIC_USEC="));
  EXPECT_TRUE(says_in_any_order(pgwatch, {kReady, "STATUS=2 targets, 0 up"}));
}

TEST(ServiceLife, IsReadyAgainAndSaysSoWhereTheNewConfigurationIsNoGood) {
  const std::string good = listen_on(free_port()) + nobody();
  Managed pgwatch(good);
  ASSERT_TRUE(says_in_any_order(pgwatch, {kReady, kOneDown}));
  pgwatch.write_config("tragets: []\n");
  pgwatch.process().signal(SIGHUP);
  ASSERT_TRUE(pgwatch.manager().next_with("RELOADING=1"));
  EXPECT_TRUE(says_in_any_order(pgwatch, {kRefused, kReady}));
  pgwatch.write_config(good);
  pgwatch.process().signal(SIGHUP);
  ASSERT_TRUE(pgwatch.manager().next_with("RELOADING=1"));
  EXPECT_TRUE(says_in_any_order(pgwatch, {kOneDown, kReady}));
}

TEST(ServiceLife, SaysThatItStops) {
  for (const int signal : {SIGTERM, SIGINT}) {
    Managed pgwatch(listen_on(free_port()) + nobody());
    ASSERT_TRUE(pgwatch.manager().next_with(kReady));
    pgwatch.process().signal(signal);
    EXPECT_EQ(pgwatch.manager().next_with("STOPPING=1"), "STOPPING=1");
    EXPECT_EQ(pgwatch.process().wait(), 0);
  }
}

TEST(ServiceLife, SaysWhyItCannotStart) {
  for (const std::string config : {"tragets: []\n", "listen: [\"192.0.2.1:9187\"]\ntargets: [{name: a}]\n"}) {
    Managed pgwatch(config);
    EXPECT_EQ(pgwatch.process().wait(), 1);
    const std::string status = pgwatch.manager().next_with("STATUS=").value_or("");
    EXPECT_THAT(status, testing::AnyOf(HasSubstr("tragets"), HasSubstr("192.0.2.1")));
    while (pgwatch.manager().next(0ms)) {
    }
    EXPECT_THAT(pgwatch.manager().heard(), Not(Contains(kReady)));
  }
}

TEST(ServiceLife, AProbeSaysNothing) {
  for (const std::string mode : {"--once", "--check-config", "--describe"}) {
    Managed pgwatch(listen_on(free_port()) + nobody(), {.arguments = {mode}});
    EXPECT_TRUE(pgwatch.process().wait());
    EXPECT_EQ(pgwatch.manager().next(0ms), std::nullopt) << mode;
  }
}

TEST(ServiceLife, IsNotHeldUpByAManagerThatDoesNotListen) {
  const TemporaryFolder folder;
  const std::uint16_t port = free_port();
  NotifySocket deaf;
  deaf.fill();
  Managed pgwatch(listen_on(port) + nobody(),
                  {.environment = {{"NOTIFY_SOCKET", deaf.name()}, {"WATCHDOG_USEC", "2000"}}});
  ASSERT_TRUE(eventually([port] { return answers(port); }));
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(http_get(port, "/metrics").status, 200);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 15s) << "a second each, if the engine waited";
  EXPECT_EQ(pgwatch.stop(), 0);
}

// As systemd connects the stream to its journal: the device and inode of stderr are in JOURNAL_STREAM.
TEST(ServiceLife, TellsTheJournalThatAStartFailed) {
  const TemporaryFolder folder;
  Command command = pgwatch_command({"--config", folder.write("pgwatch.yaml", "tragets: []\n").string()});
  command.arguments.insert(command.arguments.begin(),
                           {"sh", "-c", "JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2) exec \"$0\" \"$@\""});
  const Process process(command);
  EXPECT_EQ(process.wait(), 1);
  EXPECT_THAT(process.errors(), StartsWith("<3>pgwatch: "));
}

}  // namespace
}  // namespace pgwatch::test
