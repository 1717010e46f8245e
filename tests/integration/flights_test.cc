// One flight for all who ask meanwhile: what a crowd of scrapes costs the server.
#include <gtest/gtest.h>

#include <list>

#include "tests/integration/live.h"

namespace pgwatch::test {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kCrowd = 50;

class Flight : public BesideWell {
 protected:
  std::string conninfo() const { return through(proxy_); }

  Proxy proxy_{faulty_->port()};
};

// What this backend of ours has run so far.
std::size_t statements(const PostgresServer& server, const std::string& backend) {
  return occurrences(server.log(), "[" + backend + "] pgwatch@postgres LOG:  duration:");
}

// The backend waits for more, and all that it has logged has come: another session's line comes after it.
void settle(const PostgresServer& server, const std::string& backend, const std::string& mark) {
  ASSERT_TRUE(server.wait_until("SELECT state FROM pg_stat_activity WHERE pid = " + backend, "idle"));
  server.sql("SELECT '" + mark + "'");
  ASSERT_TRUE(eventually([&] { return server.log().find("SELECT '" + mark + "'") != std::string::npos; }));
}

// A scrape that is asked now and answered later.
HttpConnection begin_scrape(const Pgwatch& pgwatch) {
  HttpConnection connection(pgwatch.port());
  connection.send("GET /metrics HTTP/1.1\r\nHost: test\r\nX-Prometheus-Scrape-Timeout-Seconds: 30\r\n\r\n");
  return connection;
}

double joined(const Exposition& page) {
  return page.value("pgwatch_joined_requests_total", {{"server", "faulty"}}).value_or(-1);
}

TEST_F(Flight, CrowdOfScrapesAddsNoStatementToTheOneUnderWay) {
  const Pgwatch pgwatch(config(conninfo(), scrapes_alone()));
  ASSERT_TRUE(becomes_whole(pgwatch, "faulty"));
  scrape_beside_well(pgwatch);  // the first asks more, and the next sets another lock_timeout
  const std::string backend = kept_backend(*faulty_);
  settle(*faulty_, backend, "before");
  const std::size_t before = statements(*faulty_, backend);
  const double joined_before = joined(scrape_beside_well(pgwatch));
  settle(*faulty_, backend, "after");
  const std::size_t per_scrape = statements(*faulty_, backend) - before;
  ASSERT_GT(per_scrape, 0u);

  proxy_.withhold();
  std::list<HttpConnection> crowd;
  crowd.push_back(begin_scrape(pgwatch));
  ASSERT_TRUE(eventually([&] { return statements(*faulty_, backend) == before + 2 * per_scrape; }));
  for (std::size_t i = 0; i < kCrowd; ++i) crowd.push_back(begin_scrape(pgwatch));
  // Who is in a hurry leaves without an answer, and says how many have come.
  std::size_t hurried = 0;
  ASSERT_TRUE(eventually([&] {
    ++hurried;
    const Exposition page = scrape_beside_well(pgwatch, 3s);
    return joined(page) - joined_before == static_cast<double>(kCrowd + hurried);
  }));
  const auto asked = std::chrono::steady_clock::now();
  EXPECT_EQ(pgwatch.get("/-/healthy").status, 200);
  EXPECT_LT(std::chrono::steady_clock::now() - asked, 1s + kSlack);
  EXPECT_EQ(statements(*faulty_, backend), before + 2 * per_scrape);

  proxy_.release();
  for (HttpConnection& one : crowd) {
    const HttpResponse response = one.receive();
    ASSERT_EQ(response.status, 200);
    EXPECT_TRUE(is_whole(Exposition(response.body), "faulty"));
  }
  EXPECT_EQ(statements(*faulty_, backend), before + 2 * per_scrape);
  EXPECT_EQ(kept_backend(*faulty_), backend);
}

TEST_F(Flight, CrowdBeforeASilentServerOpensNoMoreThanTheCap) {
  proxy_.black_hole();
  const Pgwatch pgwatch(config(conninfo(), kShortConnect));
  std::list<HttpConnection> crowd;
  for (std::size_t i = 0; i < kCrowd; ++i) {
    crowd.emplace_back(pgwatch.port())
        .send(
            "GET /metrics HTTP/1.1\r\nHost: test\r\n"
            "X-Prometheus-Scrape-Timeout-Seconds: 2\r\n\r\n");
  }
  for (HttpConnection& one : crowd) {
    const Exposition page(one.receive().body);
    EXPECT_TRUE(is_down(page, "faulty", "timeout"));
    EXPECT_TRUE(is_whole(page, "well"));
    EXPECT_LE(proxy_.counts().open, 3u);
  }
  EXPECT_LE(proxy_.counts().connections, 6u);
}

TEST_F(Flight, OneWhoIsInAHurryCutsNobodyElseShort) {
  const Pgwatch pgwatch(config(conninfo(), scrapes_alone()));
  ASSERT_TRUE(becomes_whole(pgwatch, "faulty"));
  const std::string backend = kept_backend(*faulty_);
  proxy_.withhold();
  const std::size_t before = proxy_.counts().from_server;
  HttpConnection patient = begin_scrape(pgwatch);
  ASSERT_TRUE(eventually([&] { return proxy_.counts().from_server > before; }));
  expect_down(pgwatch, "timeout", 2s);
  expect_down(pgwatch, "timeout", 2s);
  proxy_.release();
  EXPECT_TRUE(is_whole(Exposition(patient.receive().body), "faulty"));
  EXPECT_EQ(kept_backend(*faulty_), backend);
}

TEST_F(Flight, ScrapeCostsOneRoundTripHoweverFarTheServer) {
  const Pgwatch pgwatch(config(conninfo()));
  ASSERT_TRUE(becomes_whole(pgwatch, "faulty"));
  const auto there_and_back = 1s;
  proxy_.delay(there_and_back);
  const TimedPage one = scrape(pgwatch);
  EXPECT_TRUE(is_whole(one.page, "faulty"));
  EXPECT_GE(one.took, there_and_back);
  EXPECT_LT(one.took, kSanitized ? there_and_back + kSlack : 2 * there_and_back);
}

TEST_F(Flight, ConnectionIsKeptFromScrapeToScrape) {
  const Pgwatch pgwatch(config(conninfo()));
  ASSERT_TRUE(becomes_whole(pgwatch, "faulty"));
  const std::size_t connections = proxy_.counts().connections;
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(is_whole(scrape(pgwatch).page, "faulty"));
  EXPECT_EQ(proxy_.counts().connections, connections);
}

}  // namespace
}  // namespace pgwatch::test
