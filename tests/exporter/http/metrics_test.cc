#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

#include "exporter/http/routes.h"
#include "tests/support/http_client.h"

namespace pgwatch::http {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A Block that says one gauge.
BlockPtr block(const std::string& metric, int value) {
  const auto declared = std::make_shared<const Metric>(Metric{.name = metric, .help = "A metric."});
  Sink sink;
  sink.sample(declared, sink.labels({}), value);
  Block made;
  made.samples = sink.take_samples();
  return std::make_shared<const Block>(std::move(made));
}

std::string page_of(const std::string& metric, int value) {
  return "# HELP " + metric + " A metric.\n# TYPE " + metric + " gauge\n" + metric + ' ' + std::to_string(value) + '\n';
}

// A server whose engine answers from another thread with what the test put into `snapshot`.
class Metrics : public ::testing::Test {
 protected:
  Metrics() {
    world_.collector_names = {"replication", "replication_slots"};
    Backend backend;
    backend.ask = [this](const Backend::Ask& ask, const std::function<void(Snapshot)>& done) {
      asked_ = ask;
      asked_at_ = std::chrono::steady_clock::now();
      ++asks_;
      std::thread([done, snapshot = snapshot_] { done(snapshot); }).detach();
    };
    backend.aliases = {{"replication_slot", "replication_slots"}};
    backend.world = [this] { return std::make_shared<const World>(world_); };
    backend.report = [this](const Snapshot&) {
      if (report_fails_) throw std::runtime_error("oh");
      return report_;
    };
    backend.scraped = [this](const Page& page, const Snapshot& snapshot) {
      scraped_ = page.text;
      scraped_answers_ = snapshot.answers.size();
    };
    backend.ready = [] { return true; };
    server_ = std::make_unique<Server>(std::vector<Address>{{"127.0.0.1", 0}}, Limits{},
                                       make_routes(std::move(backend), {.version = "1"}));
  }

  test::HttpResponse get(const std::string& path, const test::HttpHeaders& headers = {}) {
    return test::http_get(server_->ports().at(0), path, headers);
  }

  World world_;
  Snapshot snapshot_;
  std::vector<BlockPtr> report_ = {block("pg_up", 1)};
  bool report_fails_ = false;
  Backend::Ask asked_;
  SteadyTime asked_at_;
  std::atomic<int> asks_ = 0;
  std::string scraped_;
  std::size_t scraped_answers_ = 0;
  std::unique_ptr<Server> server_;  // stops before what it uses goes
};

TEST_F(Metrics, AreTheBlocksServedAndTheReport) {
  const BlockPtr failed = std::make_shared<const Block>();
  snapshot_.answers = {{block("pg_a", 1), block("pg_a", 1)}, {failed, nullptr}, {failed, block("pg_b", 2)}};
  const test::HttpResponse response = get("/metrics");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(response.body, page_of("pg_a", 1) + page_of("pg_b", 2) + page_of("pg_up", 1));
  EXPECT_EQ(scraped_, response.body);
  EXPECT_EQ(scraped_answers_, 3u);
}

TEST_F(Metrics, AskForEverythingWhereNothingIsNamed) {
  get("/metrics?target=x&collect=replication&unknown");
  EXPECT_THAT(asked_.collectors, IsEmpty());
  EXPECT_THAT(asked_.targets, IsEmpty());
}

TEST_F(Metrics, AskForTheCollectorsNamed) {
  EXPECT_EQ(get("/metrics?collect[]=replication&collect%5B%5D=replication_slots").status, 200);
  EXPECT_THAT(asked_.collectors, ElementsAre("replication", "replication_slots"));
}

TEST_F(Metrics, AskForACollectorByItsOtherName) {
  EXPECT_EQ(get("/metrics?collect[]=replication_slot").status, 200);
  EXPECT_THAT(asked_.collectors, ElementsAre("replication_slots"));
}

TEST_F(Metrics, NameTheCollectorsThereAreWhereOneIsUnknown) {
  const test::HttpResponse response = get("/metrics?collect[]=replication&collect[]=nonsense&collect[]=");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body,
            "collect[]: there is no collector \"nonsense\", \"\".\nThere are: replication, replication_slots.\n");
  EXPECT_EQ(asks_, 0);
}

TEST_F(Metrics, AskWithTheDeadlineOfThePrometheusThatScrapes) {
  get("/metrics", {{"X-Prometheus-Scrape-Timeout-Seconds", "5"}});
  EXPECT_LE(asked_.deadline - asked_at_, 4'500ms);
  EXPECT_GT(asked_.deadline - asked_at_, 4'000ms);
}

TEST_F(Metrics, AskWithTheConfiguredDeadlineWhereTheRequestNamesNone) {
  world_.scrape_timeout = 20s;
  get("/metrics");
  EXPECT_LE(asked_.deadline - asked_at_, 19s);
  EXPECT_GT(asked_.deadline - asked_at_, 18s);
}

TEST_F(Metrics, ComeCompressedToWhoTakesThat) {
  for (int i = 100; i < 200; ++i) report_.push_back(block("pg_metric_" + std::to_string(i), i));
  const test::HttpResponse plain = get("/metrics");
  const test::HttpResponse compressed = get("/metrics", {{"Accept-Encoding", "gzip"}});
  EXPECT_EQ(plain.header("content-encoding"), "");
  EXPECT_EQ(plain.header("vary"), "Accept-Encoding");
  EXPECT_EQ(compressed.header("content-encoding"), "gzip");
  EXPECT_EQ(compressed.header("vary"), "Accept-Encoding");
  EXPECT_LT(compressed.body.size(), plain.body.size() / 4);
  EXPECT_EQ(test::gunzip(compressed.body), plain.body);
}

TEST_F(Metrics, StayTextWhateverElseIsAccepted) {
  const test::HttpResponse response = get("/metrics", {{"Accept", "application/openmetrics-text;version=1.0.0"}});
  EXPECT_EQ(response.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
}

TEST_F(Metrics, AskNothingForHead) {
  test::HttpConnection client(server_->ports().at(0));
  const test::HttpResponse response = client.head("/metrics");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(asks_, 0);
}

TEST_F(Metrics, AreA500WhereTheReportFails) {
  report_fails_ = true;
  EXPECT_EQ(get("/metrics").status, 500);
}

TEST(ScrapeBudget, IsTheTimeoutLessATenth) {
  EXPECT_EQ(scrape_budget("5", 1s), 4'500ms);
  EXPECT_EQ(scrape_budget("2.5", 1s), 2'250ms);
}

TEST(ScrapeBudget, LeavesAtLeastAFifthOfASecondAndAtMostOne) {
  EXPECT_EQ(scrape_budget("1", 10s), 800ms);
  EXPECT_EQ(scrape_budget("30", 10s), 29s);
}

TEST(ScrapeBudget, IsNeverNothingAndNeverForever) {
  EXPECT_EQ(scrape_budget("0.3", 10s), 100ms);
  EXPECT_EQ(scrape_budget("0.2", 10s), 100ms);
  EXPECT_EQ(scrape_budget("3600", 10s), 60s);
  EXPECT_EQ(scrape_budget("1e300", 10s), 60s);
}

TEST(ScrapeBudget, EndsBeforeTheClientHasGone) {
  EXPECT_EQ(scrape_budget("0.05", 10s), 25ms);
  EXPECT_EQ(scrape_budget("0.002", 10s), 1ms);
}

TEST(ScrapeBudget, IsTheFallbacksWhereTheHeaderIsNoPositiveNumber) {
  for (const char* header : {"", "0", "-5", "nan", "inf", "five", "5s", "5 5", "1e999", "0x10"})
    EXPECT_EQ(scrape_budget(header, 10s), 9s) << header;
}

}  // namespace
}  // namespace pgwatch::http
