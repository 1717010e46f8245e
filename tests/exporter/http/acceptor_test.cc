#include "exporter/http/acceptor.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "tests/exporter/http/refusing_kernel.h"
#include "tests/support/http_client.h"

namespace pgwatch::http {
namespace {

TEST(Acceptor, TakesEveryoneThereIsRoomFor) {
  Acceptor acceptor(listen_on({{"127.0.0.1", 0}}));
  const std::uint16_t port = acceptor.listeners().ports.at(0);
  const test::HttpConnection one(port);
  const test::HttpConnection two(port);
  const test::HttpConnection three(port);
  std::vector<Descriptor> taken;
  const auto take = [&](int socket, const sockaddr*, socklen_t) { taken.emplace_back(socket); };
  acceptor.accept(0, take);
  EXPECT_EQ(taken.size(), 0u);
  acceptor.accept(2, take);
  EXPECT_EQ(taken.size(), 2u);
  acceptor.accept(2, take);
  EXPECT_EQ(taken.size(), 3u);
  EXPECT_LT(acceptor.paused_until(), Acceptor::Clock::now());
}

TEST(Acceptor, PausesWhereNoDescriptorIsLeft) {
  Acceptor acceptor(listen_on({{"127.0.0.1", 0}}));
  const test::HttpConnection client(acceptor.listeners().ports.at(0));
  std::vector<Descriptor> taken;
  const auto take = [&](int socket, const sockaddr*, socklen_t) { taken.emplace_back(socket); };
  test::with({.call = SYS_accept4, .error = EMFILE}, [&] { acceptor.accept(1, take); });
  EXPECT_EQ(taken.size(), 0u);
  EXPECT_GT(acceptor.paused_until(), Acceptor::Clock::now());

  acceptor.accept(1, take);
  EXPECT_EQ(taken.size(), 1u) << "nothing is lost";
}

}  // namespace
}  // namespace pgwatch::http
