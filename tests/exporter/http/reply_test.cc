#include <gtest/gtest.h>

#include <thread>

#include "exporter/http/server.h"

namespace pgwatch::http {
namespace {

struct Delivered {
  std::vector<Response> responses;
  std::function<void(Response)> keep = [this](Response response) { responses.push_back(std::move(response)); };
};

TEST(Reply, AnswersOnce) {
  Delivered delivered;
  {
    const Reply reply(delivered.keep);
    const Reply copy = reply;
    reply(Response::text(200, "first"));
    copy(Response::text(200, "second"));
  }
  ASSERT_EQ(delivered.responses.size(), 1u);
  EXPECT_EQ(delivered.responses[0].body(), "first");
}

TEST(Reply, DroppedByAllIsA500) {
  Delivered delivered;
  {
    const Reply reply(delivered.keep);
    { const Reply copy = reply; }
    EXPECT_TRUE(delivered.responses.empty());
  }
  ASSERT_EQ(delivered.responses.size(), 1u);
  EXPECT_EQ(delivered.responses[0].status, 500);
}

TEST(Reply, OfManyThreadsOneWins) {
  std::atomic<int> answers = 0;
  {
    const Reply reply([&](Response) { ++answers; });
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) threads.emplace_back([reply] { reply(Response::text(200, "mine")); });
    for (std::thread& thread : threads) thread.join();
  }
  EXPECT_EQ(answers, 1);
}

}  // namespace
}  // namespace pgwatch::http
