#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

#include "exporter/http/server.h"
#include "tests/exporter/http/waiting.h"
#include "tests/support/http_client.h"

namespace pgwatch::http {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

class HttpServer : public ::testing::Test {
 protected:
  void serve(Handler handler) {
    server_ = std::make_unique<Server>(std::vector<Address>{{"127.0.0.1", 0}}, Limits{}, std::move(handler));
  }
  std::uint16_t port() const { return server_->ports().at(0); }

  std::unique_ptr<test::HttpConnection> ask_later() {
    auto client = std::make_unique<test::HttpConnection>(port());
    client->send("GET /later HTTP/1.1\r\nHost: test\r\n\r\n");
    return client;
  }

  Waiting waiting_;
  std::unique_ptr<Server> server_;
};

TEST_F(HttpServer, HandsOverMethodPathQueryAndHeaders) {
  Request seen;
  serve([&](const Request& request, const Reply& reply) {
    seen = request;
    reply(Response::text(200, ""));
  });
  test::http_get(port(), "/a%20path?collect%5B%5D=one&collect[]=t+w%26o&empty=&bare",
                 {{"X-Some", "A"}, {"x-some", "b"}});
  server_->stop();
  EXPECT_EQ(seen.method, "GET");
  EXPECT_EQ(seen.path, "/a path");
  EXPECT_THAT(seen.query,
              ElementsAre(Pair("collect[]", "one"), Pair("collect[]", "t w&o"), Pair("empty", ""), Pair("bare", "")));
  EXPECT_EQ(seen.header("x-some"), "A, b");
  EXPECT_EQ(seen.header("absent"), "");
}

TEST_F(HttpServer, TakesThePathOutOfAWholeUrl) {
  serve([](const Request& request, const Reply& reply) { reply(Response::text(200, request.path)); });
  EXPECT_EQ(test::http_get(port(), "http://test:9187/metrics?a=b").body, "/metrics");
  EXPECT_EQ(test::http_get(port(), "http://test:9187").body, "/");
}

TEST_F(HttpServer, SendsStatusTypeHeadersAndBody) {
  serve([](const Request&, const Reply& reply) {
    reply({.status = 418, .content_type = "text/tea", .headers = {{"X-Pot", "small"}}, .body = [] { return "tea"; }});
  });
  const test::HttpResponse response = test::http_get(port(), "/");
  EXPECT_EQ(response.status, 418);
  EXPECT_EQ(response.header("content-type"), "text/tea");
  EXPECT_EQ(response.header("content-length"), "3");
  EXPECT_EQ(response.header("x-pot"), "small");
  EXPECT_EQ(response.body, "tea");
}

TEST_F(HttpServer, SendsABodyOfManyMegabytesWhole) {
  const std::string text(20'000'000, 'x');
  serve([&](const Request&, const Reply& reply) { reply(Response::text(200, text)); });
  EXPECT_TRUE(test::http_get(port(), "/").body == text);
}

TEST_F(HttpServer, KeepsAConnectionForManyRequests) {
  serve(waiting_.handler());
  test::HttpConnection client(port());
  for (int i = 0; i < 20; ++i) EXPECT_EQ(client.get("/").body, "hello");
}

TEST_F(HttpServer, AnswersPipelinedRequestsInTheirOrder) {
  serve([](const Request& request, const Reply& reply) {
    std::thread([reply, path = request.path] { reply(Response::text(200, path)); }).detach();
  });
  test::HttpConnection client(port());
  std::string requests;
  for (const char* path : {"/1", "/2", "/3"}) requests += std::string("GET ") + path + " HTTP/1.1\r\nHost: t\r\n\r\n";
  client.send(requests);
  for (const char* path : {"/1", "/2", "/3"}) EXPECT_EQ(client.receive().body, path);
}

TEST_F(HttpServer, ClosesWhereTheClientAsksForThat) {
  serve(waiting_.handler());
  test::HttpConnection client(port());
  EXPECT_EQ(client.get("/", {{"Connection", "close"}}).header("connection"), "close");
  EXPECT_TRUE(client.closed_by_server());
}

TEST_F(HttpServer, AnswersHttp10) {
  serve(waiting_.handler());
  test::HttpConnection client(port());
  client.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(client.receive().body, "hello");
  EXPECT_TRUE(client.closed_by_server());
}

TEST_F(HttpServer, SaysToHeadWhatItWouldSayToGet) {
  serve(waiting_.handler());
  test::HttpConnection client(port());
  const test::HttpResponse response = client.head("/");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.header("content-length"), "5");
  EXPECT_EQ(client.get("/").body, "hello") << "nothing came between the two";
}

TEST_F(HttpServer, SaysNoLengthWhereThereIsNoBodyToMeasure) {
  serve([](const Request&, const Reply& reply) { reply({.content_type = "text/tea"}); });
  test::HttpConnection client(port());
  const test::HttpResponse response = client.head("/");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.header("content-type"), "text/tea");
  EXPECT_EQ(response.header("content-length"), "");
  EXPECT_EQ(response.header("transfer-encoding"), "");
  EXPECT_TRUE(client.closed_by_server()) << "and not another word";
}

TEST_F(HttpServer, AnswersARequestWithABodyWithoutReadingIt) {
  serve([](const Request& request, const Reply& reply) { reply(Response::text(405, request.method)); });
  test::HttpConnection client(port());
  client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 1000000000\r\n\r\nsome");
  const test::HttpResponse response = client.receive();
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.body, "POST");
  EXPECT_EQ(response.header("connection"), "close");
  EXPECT_EQ(test::HttpConnection(port()).request("PUT", "/", {}, "body").body, "PUT");
}

TEST_F(HttpServer, RefusesWhatIsNoHttp) {
  serve(waiting_.handler());
  for (const char* raw : {"nonsense\r\n\r\n", "GET / HTTP/9.9\r\nHost: t\r\n\r\n", "GET / HTTP/1.1\r\nno colon\r\n\r\n",
                          "\x16\x03\x01\x02\r\n\r\n"}) {
    test::HttpConnection client(port());
    client.send(raw);
    const std::string said = client.receive_rest();
    EXPECT_TRUE(said.empty() || said.starts_with("HTTP/1.1 4") || said.starts_with("HTTP/1.1 505")) << raw << said;
  }
  EXPECT_EQ(test::http_get(port(), "/").body, "hello");
}

TEST_F(HttpServer, TurnsAnExceptionOfTheHandlerIntoA500) {
  serve([](const Request&, const Reply&) { throw std::runtime_error("oh"); });
  test::HttpConnection client(port());
  EXPECT_EQ(client.get("/").status, 500);
  EXPECT_EQ(client.get("/").body, "pgwatch could not answer this request. Its log says why.\n");
}

TEST_F(HttpServer, TurnsAnExceptionOfTheBodyIntoA500) {
  serve([](const Request&, const Reply& reply) {
    reply({.body = []() -> std::string { throw std::runtime_error("oh"); }});
  });
  test::HttpConnection client(port());
  EXPECT_EQ(client.get("/").status, 500);
  EXPECT_EQ(client.get("/").status, 500) << "the connection is still good";
}

TEST_F(HttpServer, AnswersA500WhereTheReplyIsDropped) {
  serve(waiting_.handler());
  const auto client = ask_later();
  waiting_.take(1).clear();
  EXPECT_EQ(client->receive().status, 500);
}

TEST_F(HttpServer, RendersOnOneThreadWhoeverAnswers) {
  serve(waiting_.handler());
  std::vector<std::thread::id> threads;
  const auto clients = {ask_later(), ask_later()};
  for (const Reply& reply : waiting_.take(2)) {
    std::thread([&, reply] {
      reply({.body = [&] {
        threads.push_back(std::this_thread::get_id());
        return std::string("rendered");
      }});
    }).join();
  }
  for (const auto& client : clients) EXPECT_EQ(client->receive().body, "rendered");
  server_->stop();
  ASSERT_EQ(threads.size(), 2u);
  EXPECT_EQ(threads[0], threads[1]);
}

TEST_F(HttpServer, AnswersOthersWhileFiftyWait) {
  serve(waiting_.handler());
  std::vector<std::unique_ptr<test::HttpConnection>> clients;
  for (int i = 0; i < 50; ++i) clients.push_back(ask_later());
  const std::vector<Reply> replies = waiting_.take(50);
  EXPECT_EQ(test::http_get(port(), "/-/healthy").body, "hello");
  for (const auto& client : clients) EXPECT_FALSE(client->has_data());

  std::vector<std::thread> threads;
  for (const Reply& reply : replies) threads.emplace_back([reply] { reply(Response::text(200, "at last")); });
  for (std::thread& thread : threads) thread.join();
  for (const auto& client : clients) EXPECT_EQ(client->receive().body, "at last");
  for (const auto& client : clients) EXPECT_EQ(client->get("/").body, "hello");
}

TEST_F(HttpServer, ForgetsAClientThatLeftWhileItWaited) {
  serve(waiting_.handler());
  ask_later().reset();
  const std::vector<Reply> replies = waiting_.take(1);
  replies[0](Response::text(200, std::string(1'000'000, 'x')));
  EXPECT_EQ(test::http_get(port(), "/").body, "hello");
}

TEST_F(HttpServer, StopsAtOnceWithWaitingAndKeptConnections) {
  serve(waiting_.handler());
  test::HttpConnection kept(port());
  EXPECT_EQ(kept.get("/").body, "hello");
  test::HttpConnection fresh(port());
  std::vector<std::unique_ptr<test::HttpConnection>> clients;
  for (int i = 0; i < 10; ++i) clients.push_back(ask_later());
  const std::vector<Reply> replies = waiting_.take(10);

  const auto started = std::chrono::steady_clock::now();
  server_->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds{1});
  EXPECT_TRUE(kept.closed_by_server());
  EXPECT_TRUE(fresh.closed_by_server());
  for (const auto& client : clients) EXPECT_TRUE(client->closed_by_server());
}

TEST_F(HttpServer, DropsWhatIsAnsweredAfterItStopped) {
  serve(waiting_.handler());
  const auto client = ask_later();
  const std::vector<Reply> replies = waiting_.take(1);
  server_->stop();
  server_.reset();
  const auto resource = std::make_shared<int>();
  replies[0]({.body = [resource] { return std::string(); }});
  EXPECT_EQ(resource.use_count(), 1) << "the answer is not kept";
}

TEST_F(HttpServer, StopsWhileAnswersCome) {
  for (int round = 0; round < 20; ++round) {
    serve(waiting_.handler());
    std::vector<std::unique_ptr<test::HttpConnection>> clients;
    for (int i = 0; i < 3; ++i) clients.push_back(ask_later());
    const std::vector<Reply> replies = waiting_.take(clients.size());
    std::thread answering([&] {
      for (const Reply& reply : replies) reply(Response::text(200, "late"));
    });
    server_->stop();
    answering.join();
  }
}

TEST_F(HttpServer, RefusesConnectionsOnceStopped) {
  serve(waiting_.handler());
  server_->stop();
  server_->stop();
  EXPECT_THROW(test::HttpConnection{port()}, std::runtime_error);
}

}  // namespace
}  // namespace pgwatch::http
