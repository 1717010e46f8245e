#include "tests/integration/live.h"

#include <algorithm>
#include <stdexcept>

#include "collectors/catalogue.h"

namespace pgwatch::test {

using std::chrono::milliseconds;

namespace {

HttpHeaders scrape_headers(milliseconds timeout) {
  return {{"X-Prometheus-Scrape-Timeout-Seconds", std::to_string(std::chrono::duration<double>(timeout).count())}};
}

}  // namespace

std::string config_of(const std::vector<Watched>& targets, const std::string& more) {
  std::string config = more + "\ntargets:\n";
  for (const Watched& target : targets) {
    config += "  - name: " + target.name + "\n    conninfo: \"" + target.conninfo + "\"\n";
    if (!target.more.empty()) config += "    " + target.more + "\n";
  }
  return config;
}

std::string scrapes_alone() {
  std::string off;
  for (const Collector& collector : collectors::catalogue())
    if (collector.lane == Lane::kSlow && collector.scope != Scope::kHost)
      off += (off.empty() ? "" : ", ") + collector.name + ": false";
  return "collectors: {" + off + "}";
}

std::string in_milliseconds(milliseconds time) { return std::to_string(time.count()) + "ms"; }

std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TimedPage scrape(const Pgwatch& pgwatch, milliseconds timeout) {
  const auto begun = std::chrono::steady_clock::now();
  Exposition page = pgwatch.metrics("/metrics", scrape_headers(timeout));
  const auto took = std::chrono::steady_clock::now() - begun;
  return {std::move(page), std::chrono::duration_cast<milliseconds>(took)};
}

testing::AssertionResult is_whole(const Exposition& page, const std::string& server) {
  const Labels labels = {{"server", server}};
  if (page.value("pg_up", labels) != 1) return testing::AssertionFailure() << server << " is not up";
  for (const Sample& down : page.all("pgwatch_target_down", labels))
    return testing::AssertionFailure() << server << " is up and down for " << down.labels.at("reason");
  for (const Sample& one : page.all("pgwatch_collector_success", labels))
    if (one.value != 1) return testing::AssertionFailure() << one.labels.at("collector") << " failed on " << server;
  if (!page.value("pg_replication_is_replica", labels)) return testing::AssertionFailure() << server << " has no data";
  return testing::AssertionSuccess();
}

testing::AssertionResult is_down(const Exposition& page, const std::string& server, const std::string& reason) {
  const Labels labels = {{"server", server}};
  if (page.value("pg_up", labels) != 0) return testing::AssertionFailure() << server << " does not say pg_up 0";
  const std::vector<Sample> down = page.all("pgwatch_target_down", labels);
  if (down.size() != 1) return testing::AssertionFailure() << server << " is down for " << down.size() << " reasons";
  if (down[0].labels.at("reason") != reason || down[0].value != 1)
    return testing::AssertionFailure() << server << " is down for " << down[0].labels.at("reason");
  if (page.value("pg_replication_is_replica", labels))
    return testing::AssertionFailure() << server << " is down and has data";
  return testing::AssertionSuccess();
}

testing::AssertionResult becomes_whole(const Pgwatch& pgwatch, const std::string& server) {
  testing::AssertionResult last = testing::AssertionFailure();
  const auto holds = [&] {
    last = is_whole(scrape(pgwatch).page, server);
    return static_cast<bool>(last);
  };
  return eventually(holds) ? testing::AssertionSuccess() : last;
}

testing::AssertionResult has_no_backend(const PostgresServer& server) {
  return server.wait_until("SELECT count(*) FROM pg_stat_activity WHERE usename = 'pgwatch'", "0");
}

std::string kept_backend(const PostgresServer& server) {
  return server.value("SELECT pid FROM pg_stat_activity WHERE usename = 'pgwatch' ORDER BY backend_start LIMIT 1");
}

// Few places, so that they can be filled; and it says every statement it has run, so that they can be counted.
void BesideWell::SetUpTestSuite() {
  SharedServer::SetUpTestSuite();
  faulty_ = std::make_unique<PostgresServer>(
      PostgresOptions{.settings = {"max_connections = 10", "log_min_duration_statement = 0"}});
  faulty_->sql("CREATE ROLE guest LOGIN PASSWORD 'guest-password'");
}

void BesideWell::TearDownTestSuite() {
  faulty_.reset();
  SharedServer::TearDownTestSuite();
}

void BesideWell::SetUp() {
  ASSERT_TRUE(has_no_backend(*faulty_));
  census_ = std::make_unique<Census>(*faulty_);
}

// A stopped server would not end the census.
void BesideWell::TearDown() {
  faulty_->thaw();
  EXPECT_LE(census_->most(), cap_);
  census_.reset();
}

Exposition BesideWell::scrape_beside_well(const Pgwatch& pgwatch, milliseconds timeout) {
  TimedPage one = scrape(pgwatch, timeout);
  EXPECT_LT(one.took, timeout + kSlack);
  EXPECT_TRUE(is_whole(one.page, "well"));
  return std::move(one.page);
}

void BesideWell::expect_down(const Pgwatch& pgwatch, const std::string& reason, milliseconds timeout) {
  EXPECT_TRUE(is_down(scrape_beside_well(pgwatch, timeout), "faulty", reason));
}

Census::Census(const PostgresServer& server) {
  thread_ = std::thread([this, conninfo = server.socket_conninfo()] {
    while (!over_) count(conninfo);
  });
}

// Until its end or the server's.
void Census::count(const std::string& conninfo) try {
  SqlSession session(conninfo);
  while (!over_) {
    const auto rows = session.run("SELECT count(*) FROM pg_stat_activity WHERE usename = 'pgwatch'");
    most_ = std::max(most_.load(), std::stoi(rows.at(0).at(0).value_or("0")));
    std::this_thread::sleep_for(milliseconds(10));
  }
} catch (const std::runtime_error&) {
  std::this_thread::sleep_for(milliseconds(10));
}

Census::~Census() {
  over_ = true;
  thread_.join();
}

}  // namespace pgwatch::test
