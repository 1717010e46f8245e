#include "exporter/http/connections.h"

#include <gtest/gtest.h>

namespace pgwatch::http {
namespace {

using namespace std::chrono_literals;

constexpr Limits kLimits{.header_time = 5s, .answer_time = 300s, .idle_time = 75s};
constexpr int kNoSocket = -1;

// How far away the next deadline is, to the second.
std::optional<std::chrono::seconds> time_left(const Connections& connections) {
  const auto next = connections.next_deadline();
  if (!next) return std::nullopt;
  return std::chrono::round<std::chrono::seconds>(*next - Connections::Clock::now());
}

TEST(Connections, GiveANewClientTheTimeOfAHeader) {
  Connections connections(kLimits);
  EXPECT_EQ(time_left(connections), std::nullopt);
  connections.opened(kNoSocket);
  EXPECT_EQ(time_left(connections), 5s);
}

TEST(Connections, GiveNoMoreForTheFirstRequestLine) {
  Connections connections(kLimits);
  Connections::Visit& visit = connections.opened(kNoSocket);
  const auto before = connections.next_deadline();
  connections.request_line(visit);
  EXPECT_EQ(connections.next_deadline(), before);
}

TEST(Connections, GiveTheNextHeaderItsOwnTime) {
  Connections connections(kLimits);
  Connections::Visit& visit = connections.opened(kNoSocket);
  connections.header_complete(visit);
  EXPECT_EQ(time_left(connections), std::nullopt);
  connections.answering(visit);
  EXPECT_EQ(time_left(connections), 300s);
  connections.answered(visit);
  EXPECT_EQ(time_left(connections), 75s);
  connections.request_line(visit);
  EXPECT_EQ(time_left(connections), 5s);
  const auto before = connections.next_deadline();
  connections.request_line(visit);
  EXPECT_EQ(connections.next_deadline(), before);
}

TEST(Connections, EndEachOverdueOneOnce) {
  Connections connections(kLimits);
  connections.opened(kNoSocket);
  connections.end_overdue(Connections::Clock::now());
  EXPECT_EQ(time_left(connections), 5s);
  connections.end_overdue(Connections::Clock::now() + 6s);
  EXPECT_EQ(time_left(connections), std::nullopt);
  EXPECT_EQ(connections.size(), 1u) << "until its socket is closed";
}

TEST(Connections, ForgetTheClosed) {
  Connections connections(kLimits);
  Connections::Visit& one = connections.opened(kNoSocket);
  Connections::Visit& two = connections.opened(kNoSocket);
  connections.closed(one);
  EXPECT_EQ(connections.size(), 1u);
  connections.closed(two);
  EXPECT_EQ(time_left(connections), std::nullopt);
}

}  // namespace
}  // namespace pgwatch::http
