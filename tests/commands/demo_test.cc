// demo/run, which `make run` runs: a data lake of its own, watched, and nothing left behind.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <regex>

#include "tests/support/descriptor.h"
#include "tests/support/exposition.h"
#include "tests/support/http_client.h"
#include "tests/support/own_network.h"
#include "tests/support/pgwatch.h"
#include "tests/support/ports.h"
#include "tests/support/proc.h"

namespace pgwatch::test {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

constexpr std::uint16_t kPort = 9187;

// The port is the demo's by its nature, so each test has a network of its own.
class Demo : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string why = enter_own_network(); !why.empty()) GTEST_SKIP() << why;
  }

  Command demo(std::vector<std::string> arguments = {}) const {
    Command command{.arguments = {PGWATCH_SOURCE_FOLDER "/demo/run"}};
    std::ranges::copy(arguments, std::back_inserter(command.arguments));
    command.environment["PGWATCH_BINARY"] = PGWATCH_BINARY;
    command.environment["TMPDIR"] = folder_.path();
    return command;
  }

  static bool is_ready(const Process& demo) {
    return eventually([&] { return !demo.running() || demo.output().find("Ctrl-C ends") != std::string::npos; },
                      std::chrono::seconds(60)) &&
           demo.running();
  }

  // As the terminal does on Ctrl-C: everybody in the foreground hears it.
  static void interrupt(const Process& demo) { ::kill(-demo.pid(), SIGINT); }

  bool nothing_is_left() const { return std::filesystem::is_empty(folder_.path()) && processes().empty(); }

  // Whoever works in our folder.
  std::vector<pid_t> processes() const {
    std::vector<pid_t> found;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      const pid_t pid = std::atoi(entry.path().filename().c_str());
      if (pid > 0 && title_of(pid).find(folder_.path()) != std::string::npos) found.push_back(pid);
    }
    return found;
  }

  TemporaryFolder folder_;
};

Exposition page_at(const std::string& host) { return Exposition(http_get(kPort, "/metrics", {}, host).body); }

TEST_F(Demo, WatchesAPrimaryAndItsStandbyUntilCtrlC) {
  const Process demo(this->demo());
  ASSERT_TRUE(is_ready(demo)) << demo.errors();
  for (const std::string host : {"127.0.0.1", "::1"}) {
    const Exposition page = page_at(host);
    EXPECT_EQ(page.value("pg_up", {{"server", "primary"}}), 1);
    EXPECT_EQ(page.value("pg_up", {{"server", "standby"}}), 1);
    EXPECT_THAT(page.all("pgwatch_collector_success", {{"server", "standby"}}), testing::Not(testing::IsEmpty()));
  }
  const auto written = [] { return page_at("127.0.0.1").value("pg_stat_replication_pg_current_wal_lsn_bytes"); };
  const auto before = written();
  EXPECT_TRUE(eventually([&] { return written() > before; })) << "the feed writes";
  interrupt(demo);
  EXPECT_EQ(demo.wait(), 0);
  EXPECT_TRUE(nothing_is_left()) << demo.errors();
}

TEST_F(Demo, TheCommandsItPrintsSayWhatTheyPromise) {
  const Process demo(this->demo());
  ASSERT_TRUE(is_ready(demo)) << demo.errors();
  const std::string text = demo.output();
  const std::regex command("^  (curl .*)$", std::regex::multiline);
  std::vector<std::string> commands;
  for (std::sregex_iterator at(text.begin(), text.end(), command), end; at != end; ++at) commands.push_back((*at)[1]);
  EXPECT_THAT(commands, SizeIs(3));
  for (const std::string& one : commands) EXPECT_THAT(run({{"sh", "-c", one}}), HasSubstr("pg_")) << one;
}

TEST_F(Demo, ATerminationTakesAllOfItDown) {
  const Process demo(this->demo());
  ASSERT_TRUE(is_ready(demo)) << demo.errors();
  demo.signal(SIGTERM);
  EXPECT_EQ(demo.wait(), 0);
  EXPECT_TRUE(nothing_is_left());
}

TEST_F(Demo, PgwatchsOwnEndTakesAllOfItDown) {
  const Process demo(this->demo());
  ASSERT_TRUE(is_ready(demo)) << demo.errors();
  for (const pid_t pid : processes())
    if (title_of(pid).find("/pgwatch ") != std::string::npos) ::kill(pid, SIGKILL);
  EXPECT_EQ(demo.wait(), 1);
  EXPECT_THAT(demo.errors(), HasSubstr("pgwatch ended with status 137"));
  EXPECT_TRUE(nothing_is_left());
}

TEST_F(Demo, SaysWhoHoldsThePort) {
  const Descriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(kPort);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(listener.get(), 1), 0);
  const Process demo(this->demo());
  EXPECT_EQ(demo.wait(), 1);
  EXPECT_THAT(demo.errors(), HasSubstr("port 9187 is taken by process " + std::to_string(::getpid()) + ": "));
  EXPECT_TRUE(nothing_is_left());
}

TEST_F(Demo, WatchesWhatAConfigurationSays) {
  const std::uint16_t port = free_port();
  const auto config = folder_.write("pgwatch.yaml", "listen: [\"127.0.0.1:" + std::to_string(port) + "\"]\n" +
                                                        "targets: [{name: absent, conninfo: host=127.0.0.1 port=1}]\n");
  const Process demo(this->demo({config}));
  ASSERT_TRUE(eventually([&] { return demo.errors().find("listening") != std::string::npos || !demo.running(); }));
  ASSERT_TRUE(demo.running()) << demo.errors();
  EXPECT_EQ(Exposition(http_get(port, "/metrics").body).value("pg_up", {{"server", "absent"}}), 0);
  interrupt(demo);
  EXPECT_EQ(demo.wait(), 0);
}

}  // namespace
}  // namespace pgwatch::test
