#include "exporter/service/manager.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <map>

#include "tests/support/notify_socket.h"

namespace pgwatch::service {
namespace {

using namespace std::chrono_literals;
using test::NotifySocket;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::chrono::milliseconds kNothingComes{50};

Environment variables(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const std::string& name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  };
}

Environment telling(const NotifySocket& socket) { return variables({{"NOTIFY_SOCKET", socket.name()}}); }

TEST(Manager, HearsEachStage) {
  for (const auto kind : {NotifySocket::Kind::kPath, NotifySocket::Kind::kAbstract}) {
    NotifySocket socket(kind);
    Manager manager(telling(socket));
    manager.ready();
    EXPECT_EQ(socket.next(), "READY=1");
    manager.stopping();
    EXPECT_EQ(socket.next(), "STOPPING=1");
    manager.alive();
    EXPECT_EQ(socket.next(), "WATCHDOG=1");
  }
}

// systemd takes it for the answer to its own signal by this time.
TEST(Manager, HearsWhenAReloadBegan) {
  NotifySocket socket;
  Manager manager(telling(socket));
  const auto now = [] {
    timespec time = {};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1'000'000LL + time.tv_nsec / 1000;
  };
  const long long before = now();
  manager.reloading();
  const std::string message = socket.next().value_or("");
  const std::string beginning = "RELOADING=1\nMONOTONIC_USEC=";
  ASSERT_THAT(message, testing::StartsWith(beginning));
  const long long said = std::stoll(message.substr(beginning.size()));
  EXPECT_GE(said, before);
  EXPECT_LE(said, now());
}

TEST(Manager, HearsTheStatusWhenItChanges) {
  NotifySocket socket;
  Manager manager(telling(socket));
  manager.state("1 target, 0 up");
  manager.state("1 target, 0 up");
  manager.remark("and a remark");
  manager.remark("");
  manager.state("1 target, 1 up");
  while (socket.next(kNothingComes)) {
  }
  EXPECT_THAT(socket.heard(), ElementsAre("STATUS=1 target, 0 up", "STATUS=1 target, 0 up; and a remark",
                                          "STATUS=1 target, 0 up", "STATUS=1 target, 1 up"));
}

// A line of its own would be an order of its own.
TEST(Manager, HearsOneLineWhateverAnErrorSays) {
  NotifySocket socket;
  Manager manager(telling(socket));
  manager.failed("bad\nREADY=1");
  EXPECT_EQ(socket.next(), "STATUS=bad READY=1");
  manager.remark("a\nb");
  EXPECT_EQ(socket.next(), "STATUS=a b");
}

TEST(Manager, MakesNobodyWaitWhoGivesASignOfLife) {
  NotifySocket socket;
  Manager manager(telling(socket));
  socket.fill();
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) {
    manager.alive();
    manager.state(std::to_string(i));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 900ms) << "one that waits takes a second";
}

TEST(Manager, IsWaitedForASecondWhereItMatters) {
  NotifySocket socket;
  Manager manager(telling(socket));
  socket.fill();
  const auto begin = std::chrono::steady_clock::now();
  manager.ready();
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 900ms);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 20s);
}

TEST(Manager, HearsALineThatHadNoRoomWithTheNextSignOfLife) {
  NotifySocket socket;
  Manager manager(telling(socket));
  socket.fill();
  manager.state("lost");
  while (socket.next(0ms)) {
  }
  manager.alive();
  EXPECT_EQ(socket.next(), "WATCHDOG=1");
  EXPECT_EQ(socket.next(), "STATUS=lost");
}

TEST(Manager, HearsWithTheNextSignOfLifeThatItIsReadyWhereThatHadNoRoom) {
  NotifySocket socket;
  Manager manager(telling(socket));
  socket.fill();
  manager.ready();
  while (socket.next(0ms)) {
  }
  manager.alive();
  EXPECT_EQ(socket.next(), "WATCHDOG=1");
  EXPECT_EQ(socket.next(), "READY=1");
  manager.alive();
  EXPECT_EQ(socket.next(), "WATCHDOG=1");
  EXPECT_EQ(socket.next(0ms), std::nullopt) << "once is enough";
}

TEST(Manager, IsWatchedHalfOfTheTimeItGives) {
  NotifySocket socket;
  const auto every = [&](std::map<std::string, std::string> values) {
    values.emplace("NOTIFY_SOCKET", socket.name());
    return Manager(variables(std::move(values))).alive_every();
  };
  const std::string ours = std::to_string(getpid());
  EXPECT_EQ(every({{"WATCHDOG_USEC", "30000000"}}), 15s);
  EXPECT_EQ(every({{"WATCHDOG_USEC", "30000000"}, {"WATCHDOG_PID", ours}}), 15s);
  EXPECT_EQ(every({{"WATCHDOG_USEC", "30000000"}, {"WATCHDOG_PID", "1"}}), 0s) << "another process is watched";
  EXPECT_EQ(every({{"WATCHDOG_USEC", "30000000"}, {"WATCHDOG_PID", "x"}}), 0s);
  EXPECT_EQ(every({{"WATCHDOG_USEC", "0"}}), 0s);
  EXPECT_EQ(every({{"WATCHDOG_USEC", "-5"}}), 0s);
  EXPECT_EQ(every({{"WATCHDOG_USEC", "soon"}}), 0s);
  EXPECT_EQ(every({{"WATCHDOG_USEC", "1"}}), 1us) << "and not: never";
  EXPECT_EQ(every({}), 0s);
}

TEST(Manager, MayBeNobody) {
  Manager nobody(variables({{"WATCHDOG_USEC", "30000000"}}));
  nobody.ready();
  nobody.state("x");
  nobody.alive();
  EXPECT_EQ(nobody.alive_every(), 0s);
}

TEST(Manager, ThatCannotBeReachedEndsNothing) {
  for (const std::string& name :
       std::vector<std::string>{"/nonexistent", "vsock:2:1234", "@", "/" + std::string(200, 'x')}) {
    Manager manager(variables({{"NOTIFY_SOCKET", name}}));
    manager.ready();
    manager.alive();
    manager.state("x");
  }
}

}  // namespace
}  // namespace pgwatch::service
