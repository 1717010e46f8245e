#include <gtest/gtest.h>

#include <time.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>

#include "exporter/http/server.h"
#include "tests/exporter/http/greet.h"
#include "tests/exporter/http/refusing_kernel.h"
#include "tests/exporter/http/waiting.h"
#include "tests/support/http_client.h"

namespace pgwatch::http {
namespace {

using namespace std::chrono_literals;

class HttpLimits : public ::testing::Test {
 protected:
  void serve(Limits limits, Handler handler = greet) {
    server_ = std::make_unique<Server>(std::vector<Address>{{"127.0.0.1", 0}}, limits, std::move(handler));
  }
  std::uint16_t port() const { return server_->ports().at(0); }

  std::unique_ptr<test::HttpConnection> connect() const { return std::make_unique<test::HttpConnection>(port()); }

  // A connection that surely has been accepted.
  std::unique_ptr<test::HttpConnection> connect_and_get() const {
    auto client = connect();
    EXPECT_EQ(client->get("/").body, "hello");
    return client;
  }

  bool gets_a_place() const try { return connect()->get("/").status == 200; } catch (const std::runtime_error&) {
    return false;
  }

  Waiting waiting_;
  std::unique_ptr<Server> server_;
};

std::string request_with_header_of(std::size_t size) {
  const std::string start = "GET / HTTP/1.1\r\nHost: t\r\nX-Long: ";
  const std::string end = "\r\n\r\n";
  return start + std::string(size - start.size() - end.size(), 'x') + end;
}

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

// Whether the server ends a connection whose client goes on sending a byte now and then.
bool ends_while_dripping(test::HttpConnection& client) {
  for (int i = 0; i < 500; ++i) {
    if (client.has_data(10)) return client.closed_by_server();
    client.send("x");
  }
  return false;
}

TEST_F(HttpLimits, TakesAHeaderOfTheLimit) {
  serve({.header_bytes = 16 * 1024});
  auto client = connect();
  for (const std::size_t size : {100u, 8'000u, 12'000u, 15'000u, 16'384u}) {
    client->send(request_with_header_of(size));
    EXPECT_EQ(client->receive().status, 200) << size;
  }
}

TEST_F(HttpLimits, RefusesALongerHeader) {
  serve({.header_bytes = 16 * 1024});
  for (const std::size_t size : {18'000u, 20'000u, 33'000u, 65'536u}) {
    const auto client = connect();
    client->send(request_with_header_of(size));
    EXPECT_EQ(client->receive().status, 431) << size;
  }
}

TEST_F(HttpLimits, RefusesALongerRequestLine) {
  serve({.header_bytes = 16 * 1024});
  EXPECT_EQ(connect()->get("/" + std::string(20'000, 'x')).status, 414);
}

TEST_F(HttpLimits, CountsEveryLineOfARepeatedHeader) {
  serve({.header_bytes = 16 * 1024});
  const std::string name(40, 'A');
  EXPECT_EQ(connect()->get("/", test::HttpHeaders(300, {name, "b"})).status, 200);
  EXPECT_EQ(connect()->get("/", test::HttpHeaders(400, {name, "b"})).status, 431);
}

TEST_F(HttpLimits, RefusesAHeaderOfTooManyLines) {
  serve({.header_bytes = 16 * 1024});
  const auto client = connect();
  std::string header = "GET / HTTP/1.1\r\nHost: t\r\n";
  for (int i = 0; i < 2'000; ++i) header += "A: b\r\n";
  client->send(header);
  EXPECT_EQ(client->receive().status, 431);
}

TEST_F(HttpLimits, TakesManyArgumentsAndLines) {
  std::size_t arguments = 0;
  serve({.header_bytes = 16 * 1024}, [&](const Request& request, const Reply& reply) {
    arguments = request.query.size();
    reply(Response::text(200, "hello"));
  });
  std::string target = "/?collect[]=replication";
  for (int i = 1; i < 200; ++i) target += "&collect[]=replication";
  auto client = connect();
  EXPECT_EQ(client->get(target).status, 200);
  EXPECT_EQ(arguments, 200U);
  EXPECT_EQ(client->get("/?" + std::string(16'000, '&') + "x").status, 200);
  EXPECT_EQ(arguments, 1U);
  EXPECT_EQ(client->get("/", test::HttpHeaders(300, {"A", "b"})).status, 200);
  EXPECT_EQ(client->get("/", {{"Cookie", repeated("a;", 3'000)}}).status, 431);
}

TEST_F(HttpLimits, AnswersWhateverStandsInALineThatIsTooLong) {
  serve({.header_bytes = 16 * 1024});
  for (const char* argument : {"&", "a&", "collect[]=replication&", "%zz=&"})
    for (const std::size_t size : {16'500u, 32'000u, 64'000u, 200'000u})
      EXPECT_EQ(connect()->get("/?" + repeated(argument, size / std::strlen(argument))).status, 414)
          << argument << size;
}

TEST_F(HttpLimits, EndsAConnectionWhoseHeaderIsSlow) {
  serve({.header_time = 100ms});
  EXPECT_TRUE(ends_while_dripping(*connect()));
}

TEST_F(HttpLimits, EndsAConnectionWhoseHeaderLinesAreSlow) {
  serve({.header_time = 100ms});
  const auto client = connect();
  client->send("GET / HTTP/1.1\r\nHost: t\r\n");
  EXPECT_TRUE(ends_while_dripping(*client));
}

TEST_F(HttpLimits, EndsAConnectionThatSaysNothing) {
  serve({.header_time = 100ms});
  EXPECT_TRUE(connect()->closed_by_server());
}

TEST_F(HttpLimits, EndsAKeptConnectionWhoseNextHeaderIsSlow) {
  serve({.header_time = 100ms, .idle_time = 60s});
  const auto client = connect_and_get();
  client->send("GET / HTTP/1.1\r\n");
  EXPECT_TRUE(ends_while_dripping(*client));
}

TEST_F(HttpLimits, EndsAKeptConnectionThatIsIdle) {
  serve({.idle_time = 100ms});
  EXPECT_TRUE(connect_and_get()->closed_by_server());
}

TEST_F(HttpLimits, EndsAKeptConnectionThatNeverFinishesItsRequestLine) {
  serve({.header_time = 60s, .idle_time = 100ms});
  EXPECT_TRUE(ends_while_dripping(*connect_and_get()));
}

TEST_F(HttpLimits, KeepsAConnectionForLongerThanAHeaderMayTake) {
  serve({.header_time = 50ms, .idle_time = 60s});
  auto client = connect_and_get();
  EXPECT_FALSE(client->has_data(150));
  EXPECT_EQ(client->get("/").body, "hello");
}

TEST_F(HttpLimits, LeavesTheHandlerAllTheTimeItNeeds) {
  serve({.header_time = 50ms, .idle_time = 50ms}, waiting_.handler());
  const auto client = connect();
  client->send("GET /later HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_FALSE(client->has_data(200));
  waiting_.take(1).at(0)(Response::text(200, "at last"));
  EXPECT_EQ(client->receive().body, "at last");
}

// The next client gets the only place while the first has not read to the end.
class HttpLimitsOfAnswers : public HttpLimits {
 protected:
  void expect_the_end_of_one_that_takes_nothing(Limits limits) {
    const auto text = std::make_shared<const std::string>(50'000'000, 'x');
    limits.connections = 1;
    serve(limits, [=](const Request& request, const Reply& reply) {
      if (request.path == "/") return greet(request, reply);
      reply({.body = [=] { return *text; }});
    });
    const auto client = connect();
    client->send("GET /large HTTP/1.1\r\nHost: t\r\n\r\n");
    EXPECT_TRUE(client->has_data(10'000));
    connect_and_get();
    EXPECT_LT(client->receive_rest().size(), text->size());
  }
};

TEST_F(HttpLimitsOfAnswers, EndAConnectionThatTakesNothing) {
  expect_the_end_of_one_that_takes_nothing({.idle_time = 1s});
}

TEST_F(HttpLimitsOfAnswers, EndAConnectionThatTakesTooLong) {
  expect_the_end_of_one_that_takes_nothing({.answer_time = 200ms, .idle_time = 60s});
}

TEST_F(HttpLimits, RefusesOneClientMoreThanSixtyFourConnections) {
  serve({.header_time = 60s});  // so that what is closed is closed for being too many
  std::vector<std::unique_ptr<test::HttpConnection>> clients;
  for (int i = 0; i < 64; ++i) clients.push_back(connect_and_get());
  EXPECT_TRUE(connect()->closed_by_server());
  for (const auto& client : clients) EXPECT_EQ(client->get("/").body, "hello");

  clients.back().reset();
  while (!gets_a_place()) continue;  // until the server has seen it go
}

TEST_F(HttpLimits, CountsAClientsConnectionsOverAllAddresses) {
  Server server({{"127.0.0.1", 0}, {"127.0.0.1", 0}}, {.header_time = 60s, .connections_per_client = 2}, greet);
  test::HttpConnection one(server.ports().at(0));
  test::HttpConnection two(server.ports().at(1));
  EXPECT_EQ(one.get("/").body, "hello");
  EXPECT_EQ(two.get("/").body, "hello");
  EXPECT_TRUE(test::HttpConnection(server.ports().at(1)).closed_by_server());
}

TEST_F(HttpLimits, LetsClientsWaitForAPlaceWhereAllAreTaken) {
  serve({.connections = 2});
  auto one = connect_and_get();
  auto two = connect_and_get();
  auto third = connect();
  third->send("GET / HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_EQ(one->get("/").body, "hello");
  EXPECT_FALSE(third->has_data(50));
  two.reset();
  EXPECT_EQ(third->receive().body, "hello");
}

std::chrono::nanoseconds processor_time() {
  timespec now = {};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

TEST_F(HttpLimits, WaitsWithoutSpinningWhereNoDescriptorIsLeft) {
  test::with({.call = SYS_accept4, .error = EMFILE}, [&] { serve({}); });
  const auto client = connect();
  const auto before = processor_time();
  EXPECT_FALSE(client->has_data(500));
  EXPECT_LT(processor_time() - before, 50ms);
}

TEST_F(HttpLimits, UsesNoProcessorTimeWhileNothingHappens) {
  serve({}, waiting_.handler());
  const auto kept = connect_and_get();
  const auto partial = connect();
  partial->send("GET / HTTP/1.1\r\nHost");
  const auto waiting = connect();
  waiting->send("GET /later HTTP/1.1\r\nHost: t\r\n\r\nGET / HT");
  const auto replies = waiting_.take(1);
  const auto before = processor_time();
  EXPECT_FALSE(waiting->has_data(500));
  EXPECT_LT(processor_time() - before, 50ms);
}

}  // namespace
}  // namespace pgwatch::http
