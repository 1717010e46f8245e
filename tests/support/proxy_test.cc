#include "tests/support/proxy.h"

#include <gtest/gtest.h>

#include <future>
#include <stdexcept>

#include "tests/support/ports.h"
#include "tests/support/postgres_server.h"

namespace pgwatch::test {
namespace {

using std::chrono::milliseconds;

// One server for all: what a proxy does, it does to its own connections.
class ProxyTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = std::make_unique<PostgresServer>(); }
  static void TearDownTestSuite() { server_.reset(); }

  std::string conninfo() const { return server_->conninfo("pgwatch", "postgres", proxy_.port()); }

  static inline std::unique_ptr<PostgresServer> server_;
  Proxy proxy_{server_->port()};
};

std::string answer(SqlSession& session) { return session.run("SELECT repeat('x', 100000) || 'end'")[0][0].value(); }

TEST_F(ProxyTest, PassesAnswersWhole) {
  SqlSession session(conninfo());
  EXPECT_EQ(answer(session).size(), 100'003U);
  const Proxy::Counts counts = proxy_.counts();
  EXPECT_EQ(counts.connections, 1U);
  EXPECT_EQ(counts.open, 1U);
  EXPECT_GT(counts.from_server, 100'000U);
  EXPECT_EQ(counts.from_server, counts.to_client);
}

TEST_F(ProxyTest, ForgetsAClientThatLeaves) {
  { SqlSession session(conninfo()); }
  EXPECT_TRUE(eventually([&] { return proxy_.counts().open == 0; }));
  EXPECT_TRUE(server_->wait_until("SELECT count(*) FROM pg_stat_activity WHERE usename = 'pgwatch'", "0"));
}

TEST_F(ProxyTest, WithholdsAnswersAndReleasesThem) {
  SqlSession session(conninfo());
  proxy_.withhold();
  const Proxy::Counts before = proxy_.counts();
  std::future<std::string> reply = std::async(std::launch::async, [&] { return answer(session); });
  EXPECT_TRUE(eventually([&] { return proxy_.counts().from_server > before.from_server + 100'000; }));
  EXPECT_EQ(proxy_.counts().to_client, before.to_client);
  EXPECT_EQ(reply.wait_for(milliseconds(0)), std::future_status::timeout);
  proxy_.release();
  EXPECT_EQ(reply.get().size(), 100'003U);
}

TEST_F(ProxyTest, DelaysAnswers) {
  SqlSession session(conninfo());
  proxy_.delay(milliseconds(200));
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(answer(session).size(), 100'003U);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds(200));
}

TEST_F(ProxyTest, CutsEveryConnection) {
  SqlSession first(conninfo());
  SqlSession second(conninfo());
  proxy_.cut();
  EXPECT_THROW(answer(first), std::runtime_error);
  EXPECT_THROW(answer(second), std::runtime_error);
  SqlSession third(conninfo());
  EXPECT_EQ(answer(third).size(), 100'003U);
}

TEST_F(ProxyTest, CutsInTheMiddleOfAnAnswer) {
  SqlSession session(conninfo());
  const Proxy::Counts before = proxy_.counts();
  proxy_.cut_after(1'000);
  EXPECT_THROW(answer(session), std::runtime_error);
  EXPECT_EQ(proxy_.counts().to_client, before.to_client + 1'000);
  SqlSession again(conninfo());
  EXPECT_EQ(answer(again).size(), 100'003U) << "one cut only";
}

TEST_F(ProxyTest, SwallowsNewConnectionsAsABlackHole) {
  SqlSession old(conninfo());
  proxy_.black_hole();
  EXPECT_THROW(SqlSession(conninfo() + " connect_timeout=2"), std::runtime_error);
  EXPECT_EQ(proxy_.counts().connections, 2U);
  EXPECT_EQ(answer(old).size(), 100'003U);
  proxy_.accept();
  EXPECT_NO_THROW(SqlSession{conninfo()});
}

TEST_F(ProxyTest, RefusesNewConnections) {
  proxy_.refuse();
  try {
    SqlSession session(conninfo());
    FAIL() << "it connected";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("refused"), std::string::npos) << error.what();
  }
  proxy_.accept();
  EXPECT_NO_THROW(SqlSession{conninfo()});
}

TEST(Proxy, EndsTheConnectionWhereNoServerListens) {
  const Proxy proxy(free_port());
  EXPECT_THROW(SqlSession("host=127.0.0.1 connect_timeout=5 port=" + std::to_string(proxy.port())), std::runtime_error);
  EXPECT_EQ(proxy.counts().connections, 1U);
  EXPECT_TRUE(eventually([&] { return proxy.counts().open == 0; }));
}

}  // namespace
}  // namespace pgwatch::test
