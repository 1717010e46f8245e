// SIGHUP: a good file is swapped in, a bad one keeps the old.
#include <gtest/gtest.h>
#include <signal.h>

#include "tests/integration/live.h"
#include "tests/support/postgres_template.h"

namespace pgwatch::test {
namespace {

using namespace std::chrono_literals;

class Reload : public SharedServer {
 protected:
  static void SetUpTestSuite() {
    SharedServer::SetUpTestSuite();
    other_ = std::make_unique<PostgresServer>();
  }
  static void TearDownTestSuite() {
    other_.reset();
    SharedServer::TearDownTestSuite();
  }

  void SetUp() override { ASSERT_TRUE(has_no_backend(*server_)); }

  static std::string one() { return config_of({{"main", server_->conninfo()}}); }
  static std::string both() { return config_of({{"main", server_->conninfo()}, {"other", other_->conninfo()}}); }

  inline static std::unique_ptr<PostgresServer> other_;
};

// Gives it a new file and waits until it has said what came of it.
void reload(const Pgwatch& pgwatch, const std::string& config) {
  const auto said = [&] {
    return occurrences(pgwatch.log(), "configuration reloaded") + occurrences(pgwatch.log(), "not reloaded");
  };
  const std::size_t before = said();
  pgwatch.write_config(config);
  pgwatch.signal(SIGHUP);
  ASSERT_TRUE(eventually([&] { return said() > before; })) << pgwatch.log();
}

double successful(const Exposition& page) { return page.value("pgwatch_config_last_reload_successful").value_or(-1); }

TEST_F(Reload, NewTargetComesAndTheOldKeepsItsConnection) {
  const Pgwatch pgwatch(one());
  ASSERT_TRUE(becomes_whole(pgwatch, "main"));
  const std::string backend = kept_backend(*server_);
  reload(pgwatch, both());
  const Exposition page = scrape(pgwatch).page;
  EXPECT_TRUE(is_whole(page, "main"));
  EXPECT_TRUE(is_whole(page, "other"));
  EXPECT_EQ(successful(page), 1);
  EXPECT_EQ(kept_backend(*server_), backend);
  EXPECT_EQ(page.value("pgwatch_reconnects_total", {{"server", "main"}}), 0);
}

TEST_F(Reload, TargetThatIsGoneLeavesNothingBehind) {
  const Pgwatch pgwatch(both());
  ASSERT_TRUE(becomes_whole(pgwatch, "other"));
  reload(pgwatch, one());
  const Exposition page = scrape(pgwatch).page;
  EXPECT_TRUE(is_whole(page, "main"));
  for (const Sample& sample : page.samples())
    EXPECT_TRUE(!sample.labels.contains("server") || sample.labels.at("server") != "other") << sample.name;
  EXPECT_TRUE(has_no_backend(*other_));
}

TEST_F(Reload, BadFileKeepsTheOldAndSaysSo) {
  const Pgwatch pgwatch(one());
  ASSERT_TRUE(becomes_whole(pgwatch, "main"));
  const std::string backend = kept_backend(*server_);
  reload(pgwatch, both() + "targetts: []\n");
  EXPECT_NE(pgwatch.log().find("targetts"), std::string::npos);
  Exposition page = scrape(pgwatch).page;
  EXPECT_EQ(successful(page), 0);
  EXPECT_TRUE(is_whole(page, "main"));
  EXPECT_FALSE(page.value("pg_up", {{"server", "other"}}));
  EXPECT_EQ(kept_backend(*server_), backend);
  reload(pgwatch, both());
  page = scrape(pgwatch).page;
  EXPECT_EQ(successful(page), 1);
  EXPECT_TRUE(is_whole(page, "other"));
}

TEST_F(Reload, RequestUnderWayEndsWithTheTargetsItBeganWith) {
  Proxy proxy(other_->port());
  const Pgwatch pgwatch(config_of({{"main", server_->conninfo()},
                                   {"other", other_->conninfo("pgwatch", "postgres", proxy.port()), scrapes_alone()}}));
  ASSERT_TRUE(becomes_whole(pgwatch, "other"));
  proxy.withhold();
  const std::size_t before = proxy.counts().from_server;
  HttpConnection waiting(pgwatch.port());
  waiting.send("GET /metrics HTTP/1.1\r\nHost: test\r\nX-Prometheus-Scrape-Timeout-Seconds: 30\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return proxy.counts().from_server > before; }));
  reload(pgwatch, one());
  EXPECT_FALSE(scrape(pgwatch).page.value("pg_up", {{"server", "other"}}));
  proxy.release();
  const Exposition page(waiting.receive().body);
  EXPECT_TRUE(is_whole(page, "main"));
  EXPECT_TRUE(is_whole(page, "other"));
  EXPECT_TRUE(has_no_backend(*other_));
}

TEST_F(Reload, LabelsAndCollectorsChangeWithoutANewConnection) {
  const Pgwatch pgwatch(one());
  ASSERT_TRUE(becomes_whole(pgwatch, "main"));
  const std::string backend = kept_backend(*server_);
  reload(pgwatch,
         config_of({{"main", server_->conninfo(), "cluster: lake"}}, "collectors: {replication_slots: false}"));
  const Exposition page = scrape(pgwatch).page;
  EXPECT_TRUE(is_whole(page, "main"));
  EXPECT_EQ(page.value("pg_up", {{"server", "main"}, {"cluster", "lake"}}), 1);
  EXPECT_EQ(page.value("pg_replication_is_replica", {{"cluster", "lake"}}), 0);
  EXPECT_FALSE(page.value("pgwatch_collector_success", {{"collector", "replication_slots"}}));
  EXPECT_EQ(kept_backend(*server_), backend);
}

TEST_F(Reload, OtherAccessMakesANewConnection) {
  const Pgwatch pgwatch(one());
  ASSERT_TRUE(becomes_whole(pgwatch, "main"));
  reload(pgwatch, config_of({{"main", other_->conninfo()}}));
  const Exposition page = scrape(pgwatch).page;
  EXPECT_TRUE(is_whole(page, "main"));
  const std::string address = "127.0.0.1:" + std::to_string(other_->port());
  EXPECT_EQ(page.value("pg_server_info", {{"server", "main"}, {"address", address}}), 1);
  EXPECT_TRUE(has_no_backend(*server_));
}

TEST_F(Reload, AChangedServiceFileIsOtherAccess) {
  const TemporaryFolder folder;
  const auto service = [&](const std::string& password) {
    return folder.write("services", "[lake]\nhost=127.0.0.1\nport=" + std::to_string(server_->port()) +
                                        "\ndbname=postgres\nuser=pgwatch\npassword=" + password + "\n");
  };
  const std::string file = service("wrong");
  const Pgwatch pgwatch(config_of({{"main", "service=lake"}}), {.environment = {{"PGSERVICEFILE", file}}});
  EXPECT_TRUE(is_down(scrape(pgwatch).page, "main", "auth"));
  service(password_of("pgwatch"));
  reload(pgwatch, config_of({{"main", "service=lake"}}));
  EXPECT_TRUE(is_whole(scrape(pgwatch).page, "main"));
}

// The backends that hang still count, whatever we call ourselves from now on.
TEST_F(Reload, OtherAccessForgetsNoBackend) {
  const std::string timeouts = "timeouts: {statement: 10s}\n    " + scrapes_alone();  // longer than this takes
  const Pgwatch pgwatch(config_of({{"main", server_->conninfo(), timeouts}}));
  ASSERT_TRUE(becomes_whole(pgwatch, "main"));
  for (int change = 0; change < 5; ++change) {
    server_->freeze_backends();
    scrape(pgwatch, 500ms);
    reload(pgwatch,
           config_of({{"main", server_->conninfo() + " application_name=w" + std::to_string(change), timeouts}}));
    scrape(pgwatch, 500ms);
    EXPECT_LE(server_->backends().size(), 3u);
  }
  EXPECT_TRUE(is_down(scrape(pgwatch, 500ms).page, "main", "no_place"));
  server_->thaw();
  EXPECT_TRUE(becomes_whole(pgwatch, "main"));
}

}  // namespace
}  // namespace pgwatch::test
