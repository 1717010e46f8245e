#include "exporter/service/passed_sockets.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <map>
#include <stdexcept>

#include "tests/support/temporary_folder.h"

namespace pgwatch::service {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr int kFirst = 300;  // where no other descriptor of the test's is

int listening(int family) {
  const int made = ::socket(family, SOCK_STREAM, 0);
  if (family == AF_INET6) {
    sockaddr_in6 address = {};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_loopback;
    ::bind(made, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  } else {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(made, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  }
  ::listen(made, 1);
  return made;
}

int listening_at(const std::string& path) {
  const int made = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  ::bind(made, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  ::listen(made, 1);
  return made;
}

// Puts them where systemd would, and takes them away again.
class PassedSockets : public testing::Test {
 protected:
  void TearDown() override {
    for (int i = 0; i < passed_; ++i) ::close(kFirst + i);
  }

  void pass(int descriptor) {
    ::dup2(descriptor, kFirst + passed_++);
    ::close(descriptor);
  }

  std::vector<PassedSocket> take(std::map<std::string, std::string> more = {}) const {
    more.emplace("LISTEN_PID", std::to_string(::getpid()));
    more.emplace("LISTEN_FDS", std::to_string(passed_));
    const auto environment = [&more](const std::string& name) -> std::optional<std::string> {
      const auto found = more.find(name);
      if (found == more.end()) return std::nullopt;
      return found->second;
    };
    return passed_sockets(environment, kFirst);
  }

  std::string complaint(std::map<std::string, std::string> more = {}) const {
    try {
      take(std::move(more));
      return "";
    } catch (const std::runtime_error& error) {
      return error.what();
    }
  }

  int passed_ = 0;
};

TEST_F(PassedSockets, AreTakenInTheirOrderWithNamesAndAddresses) {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() / "socket";
  pass(listening(AF_INET));
  pass(listening(AF_INET6));
  pass(listening_at(path));
  const auto sockets = take({{"LISTEN_FDNAMES", "http::local"}});
  ASSERT_THAT(sockets, SizeIs(3));
  EXPECT_EQ(sockets[0].descriptor, kFirst);
  EXPECT_EQ(sockets[0].name, "http");
  EXPECT_THAT(sockets[0].address, testing::MatchesRegex("127\\.0\\.0\\.1:[1-9][0-9]+"));
  EXPECT_EQ(sockets[1].name, "unnamed");
  EXPECT_THAT(sockets[1].address, testing::MatchesRegex("\\[::1\\]:[1-9][0-9]+"));
  EXPECT_EQ(sockets[2].name, "local");
  EXPECT_EQ(sockets[2].address, path);
}

TEST_F(PassedSockets, HaveNamesWithoutAnyGiven) {
  pass(listening(AF_INET));
  EXPECT_EQ(take().at(0).name, "unnamed");
}

TEST_F(PassedSockets, DoNotBlockAndAreNotForChildren) {
  pass(listening(AF_INET));
  ASSERT_EQ(::fcntl(kFirst, F_GETFD) & FD_CLOEXEC, 0);
  take();
  EXPECT_NE(::fcntl(kFirst, F_GETFL) & O_NONBLOCK, 0);
  EXPECT_NE(::fcntl(kFirst, F_GETFD) & FD_CLOEXEC, 0);
}

TEST_F(PassedSockets, ForAnotherProcessAreNotTouched) {
  pass(listening(AF_INET));
  EXPECT_THAT(take({{"LISTEN_PID", "1"}}), IsEmpty());
  EXPECT_THAT(take({{"LISTEN_PID", ""}}), IsEmpty());
  EXPECT_THAT(take({{"LISTEN_FDS", ""}}), IsEmpty());
  EXPECT_THAT(take({{"LISTEN_FDS", "0"}}), IsEmpty());
  EXPECT_EQ(::fcntl(kFirst, F_GETFD) & FD_CLOEXEC, 0);
}

TEST_F(PassedSockets, MustBeANumberOfSockets) {
  for (const std::string count : {"two", "-1", "100000"})
    EXPECT_EQ(complaint({{"LISTEN_FDS", count}}),
              "LISTEN_FDS \"" + count + "\" is not the number of sockets that systemd passed");
}

TEST_F(PassedSockets, MustBeOpen) {
  EXPECT_EQ(complaint({{"LISTEN_FDS", "1"}, {"LISTEN_FDNAMES", "http"}}),
            "systemd passed descriptor 300 (http), which is not open");
}

TEST_F(PassedSockets, MustListenForStreams) {
  const std::string cure = "is no stream socket that listens: its unit needs ListenStream= and Accept=no";
  pass(::socket(AF_INET, SOCK_DGRAM, 0));
  EXPECT_THAT(complaint(), HasSubstr(cure));
  pass(::socket(AF_INET, SOCK_STREAM, 0));
  ::close(kFirst);
  ::dup2(kFirst + 1, kFirst);
  EXPECT_THAT(complaint(), HasSubstr(cure)) << "a connection, as Accept=yes passes one";
  ::dup2(::open("/dev/null", O_RDONLY | O_CLOEXEC), kFirst);
  EXPECT_THAT(complaint(), HasSubstr(cure));
}

}  // namespace
}  // namespace pgwatch::service
