// Sockets that a service manager listens on and passes.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstring>

#include "tests/service/managed.h"

namespace pgwatch::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

struct Listener {
  Descriptor socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  std::uint16_t port = 0;

  Listener() {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), size);
    ::listen(socket.get(), 8);
    ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(port); }
};

bool becomes_ready(Managed& pgwatch) { return pgwatch.manager().next_with("READY=1").has_value(); }

// All that it said. REQUIRES: it has become ready.
std::string log_of(Managed& pgwatch) {
  EXPECT_EQ(pgwatch.stop(), 0);
  return pgwatch.process().errors();
}

TEST(ServiceSockets, TakeThePlaceOfListen) {
  const Listener first;
  const Listener second;
  const std::uint16_t unused = free_port();
  Managed pgwatch(listen_on(unused) + nobody(),
                  {.passed = {first.socket.get(), second.socket.get()}, .names = "http:other"});
  ASSERT_TRUE(becomes_ready(pgwatch)) << pgwatch.process().errors();
  EXPECT_EQ(http_get(first.port, "/-/healthy").status, 200);
  EXPECT_EQ(http_get(second.port, "/metrics").status, 200);
  EXPECT_THROW(http_get(unused, "/-/healthy"), std::runtime_error);
  EXPECT_THAT(log_of(pgwatch), AllOf(HasSubstr("msg=listening address=" + first.address() + " socket=http\n"),
                                     HasSubstr("msg=listening address=" + second.address() + " socket=other\n"),
                                     HasSubstr("systemd passed the sockets, so listen is not used\" listen=127.0.0.1:" +
                                               std::to_string(unused))));
}

TEST(ServiceSockets, AreNotComplainedOfWhereListenSaysTheSameOrNothing) {
  const Listener listener;
  for (const std::string& listen : {listen_on(listener.port), std::string()}) {
    Managed pgwatch(listen + nobody(), {.passed = {listener.socket.get()}, .names = "http"});
    ASSERT_TRUE(becomes_ready(pgwatch));
    EXPECT_THAT(log_of(pgwatch), Not(HasSubstr("is not used")));
  }
}

// Whoever came while nobody was there is answered by the next one.
TEST(ServiceSockets, KeepTheirClientsFromOneLifeToTheNext) {
  const Listener listener;
  const ManagedOptions options{.passed = {listener.socket.get()}, .names = "http"};
  Managed first(nobody(), options);
  ASSERT_TRUE(becomes_ready(first));
  EXPECT_EQ(first.stop(), 0);
  HttpConnection early(listener.port);
  early.send("GET /-/healthy HTTP/1.1\r\nHost: test\r\n\r\n");
  const Managed second(nobody(), options);
  EXPECT_EQ(early.receive().status, 200);
}

TEST(ServiceSockets, MayBeUnixSockets) {
  const TemporaryFolder folder;
  const std::string path = folder.path() / "http";
  const Descriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  ASSERT_EQ(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  ASSERT_EQ(::listen(listener.get(), 8), 0);
  Managed pgwatch(nobody(), {.passed = {listener.get()}, .names = "local"});
  ASSERT_TRUE(becomes_ready(pgwatch));
  const Descriptor client(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  const std::string request = "GET /-/healthy HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n";
  ASSERT_EQ(::send(client.get(), request.data(), request.size(), 0), static_cast<ssize_t>(request.size()));
  std::array<char, 256> answer{};
  ASSERT_GT(::recv(client.get(), answer.data(), answer.size() - 1, 0), 0);
  EXPECT_THAT(answer.data(), testing::StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(log_of(pgwatch), HasSubstr("address=" + path + " socket=local"));
}

TEST(ServiceSockets, ForAnotherProcessAreLeftAlone) {
  const Listener listener;
  const std::uint16_t port = free_port();
  Managed pgwatch(listen_on(port) + nobody(),
                  {.environment = {{"LISTEN_PID", "1"}}, .passed = {listener.socket.get()}});
  ASSERT_TRUE(becomes_ready(pgwatch));
  EXPECT_EQ(http_get(port, "/-/healthy").status, 200);
  EXPECT_THAT(log_of(pgwatch), Not(HasSubstr(listener.address())));
}

TEST(ServiceSockets, ThatDoNotListenAreRefused) {
  const Descriptor datagrams(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  Managed pgwatch(nobody(), {.passed = {datagrams.get()}, .names = "http"});
  EXPECT_EQ(pgwatch.process().wait(), 1);
  const std::string error =
      "systemd passed descriptor 3 (http), which is no stream socket that listens: its unit needs ListenStream= and "
      "Accept=no";
  EXPECT_THAT(pgwatch.process().errors(), HasSubstr(error));
  EXPECT_EQ(pgwatch.manager().next_with("STATUS="), "STATUS=" + error);
}

}  // namespace
}  // namespace pgwatch::test
