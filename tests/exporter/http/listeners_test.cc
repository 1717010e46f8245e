#include "exporter/http/listeners.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netdb.h>
#include <sys/socket.h>

#include <cerrno>
#include <stdexcept>

#include "tests/exporter/http/greet.h"
#include "tests/exporter/http/refusing_kernel.h"
#include "tests/support/http_client.h"

namespace pgwatch::http {
namespace {

using ::testing::HasSubstr;

std::string error_of(const Address& address) {
  try {
    listen_on({address});
    return "";
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

void without_ipv6(const std::function<void()>& body) {
  test::with({.call = SYS_socket, .first_argument = AF_INET6, .error = EAFNOSUPPORT}, body);
}

std::vector<std::string> addresses_of(const char* name) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* first = nullptr;
  EXPECT_EQ(::getaddrinfo(name, nullptr, &hints, &first), 0);
  std::vector<std::string> addresses;
  for (const addrinfo* one = first; one != nullptr; one = one->ai_next) {
    char text[NI_MAXHOST];
    ::getnameinfo(one->ai_addr, one->ai_addrlen, text, sizeof(text), nullptr, 0, NI_NUMERICHOST);
    addresses.emplace_back(text);
  }
  ::freeaddrinfo(first);
  return addresses;
}

TEST(Listeners, OnAllAddressesAnswerIPv4AndIPv6OnOnePort) {
  Server server({{"", 0}}, {}, greet);
  EXPECT_FALSE(server.ipv4_only());
  EXPECT_EQ(test::http_get(server.ports().at(0), "/", {}, "127.0.0.1").body, "hello");
  EXPECT_EQ(test::http_get(server.ports().at(0), "/", {}, "::1").body, "hello");
}

TEST(Listeners, OnAllAddressesAreIPv4AloneAndSaySoWhereTheKernelHasNoIPv6) {
  without_ipv6([] {
    Server server({{"", 0}}, {}, greet);
    EXPECT_TRUE(server.ipv4_only());
    EXPECT_EQ(test::http_get(server.ports().at(0), "/").body, "hello");
  });
}

TEST(Listeners, OnLocalhostAnswerOnEveryAddressItHas) {
  Server server({{"localhost", 0}}, {}, greet);
  for (const std::string& host : addresses_of("localhost"))
    EXPECT_EQ(test::http_get(server.ports().at(0), "/", {}, host).body, "hello") << host;
}

TEST(Listeners, OnLocalhostPassOverTheIPv6AddressWhereTheKernelHasNoIPv6) {
  without_ipv6([] {
    Server server({{"localhost", 0}}, {}, greet);
    EXPECT_EQ(test::http_get(server.ports().at(0), "/").body, "hello");
  });
}

TEST(Listeners, OnOneAddressLeaveTheOthersAlone) {
  Server server({{"127.0.0.1", 0}}, {}, greet);
  EXPECT_EQ(test::http_get(server.ports().at(0), "/").body, "hello");
  EXPECT_THROW(test::http_get(server.ports().at(0), "/", {}, "::1"), std::runtime_error);
}

TEST(Listeners, SeveralHaveTheirPortsInTheOrderOfTheAddresses) {
  Server server({{"127.0.0.1", 0}, {"::1", 0}}, {}, greet);
  ASSERT_EQ(server.ports().size(), 2u);
  EXPECT_EQ(test::http_get(server.ports().at(0), "/", {}, "127.0.0.1").body, "hello");
  EXPECT_EQ(test::http_get(server.ports().at(1), "/", {}, "::1").body, "hello");
}

TEST(Listeners, NameTheAddressThatIsTakenAndTheCure) {
  const Listeners first = listen_on({{"127.0.0.1", 0}});
  const std::string port = std::to_string(first.ports.at(0));
  EXPECT_EQ(error_of({"127.0.0.1", first.ports.at(0)}),
            "cannot listen on 127.0.0.1:" + port +
                ": Address already in use; stop the program that listens there, or choose another port");
}

TEST(Listeners, NameTheAddressThisMachineDoesNotHave) {
  EXPECT_EQ(error_of({"192.0.2.1", 9187}),
            "cannot listen on 192.0.2.1:9187: Cannot assign requested address; listen on an address this machine has, "
            "or name none to listen on all");
  EXPECT_THAT(error_of({"2001:db8::1", 9187}), HasSubstr("cannot listen on [2001:db8::1]:9187: "));
}

TEST(Listeners, NameTheHostNobodyKnows) {
  EXPECT_THAT(error_of({"no-such-host.invalid", 9187}), HasSubstr("cannot listen on no-such-host.invalid:9187: "));
}

TEST(Listeners, ThatAnotherMadeAreServedOn) {
  Listeners made = listen_on({{"127.0.0.1", 0}, {"127.0.0.1", 0}});
  std::vector<int> sockets;
  for (Descriptor& socket : made.sockets) sockets.push_back(socket.release());
  Server server(adopt(sockets), {}, greet);
  EXPECT_EQ(server.ports(), made.ports);
  for (const std::uint16_t port : server.ports()) EXPECT_EQ(test::http_get(port, "/").body, "hello");
}

TEST(Listeners, MayTakeAPortAgainAtOnce) {
  std::uint16_t port = 0;
  {
    Server server({{"127.0.0.1", 0}}, {}, greet);
    port = server.ports().at(0);
    test::HttpConnection kept(port);
    EXPECT_EQ(kept.get("/").body, "hello");
  }
  Server again({{"127.0.0.1", port}}, {}, greet);
  EXPECT_EQ(test::http_get(port, "/").body, "hello");
}

}  // namespace
}  // namespace pgwatch::http
