// What every page says of pgwatch itself.
#include <gtest/gtest.h>

#include "tests/integration/live.h"

namespace pgwatch::test {
namespace {

using namespace std::chrono_literals;

class Page : public BesideWell {};

TEST_F(Page, CountsStatementsAndBytesPerServer) {
  const Pgwatch pgwatch(config_of({{"well", server_->conninfo(), scrapes_alone()}}));
  ASSERT_TRUE(becomes_whole(pgwatch, "well"));
  const Labels well = {{"server", "well"}};
  const Exposition first = scrape(pgwatch).page;
  const Exposition second = scrape(pgwatch).page;
  for (const char* name : {"pgwatch_statements_total", "pgwatch_received_bytes_total"}) {
    EXPECT_EQ(first.type(name), "counter");
    EXPECT_GT(first.value(name, well).value_or(0), 0) << name;
    EXPECT_GT(second.value(name, well).value_or(0), first.value(name, well).value_or(0)) << name;
  }
  EXPECT_EQ(second.value("pgwatch_reconnects_total", well), 0);
  EXPECT_EQ(second.value("pgwatch_connections", {{"server", "well"}, {"state", "busy"}}), 0);
  EXPECT_EQ(second.value("pgwatch_connections", {{"server", "well"}, {"state", "abandoned"}}), 0);
  EXPECT_GE(second.value("pgwatch_connections", {{"server", "well"}, {"state", "open"}}).value_or(0), 1);
  EXPECT_EQ(second.value("pgwatch_scrapes_total").value_or(0), first.value("pgwatch_scrapes_total").value_or(0) + 1);
}

TEST_F(Page, TellsWhatTheProcessUses) {
  const Pgwatch pgwatch(config_of({{"well", server_->conninfo()}}));
  const Exposition page = scrape(pgwatch).page;
  EXPECT_EQ(page.type("process_cpu_seconds_total"), "counter");
  const double now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  EXPECT_NEAR(page.value("process_start_time_seconds").value_or(0), now, 60);
  EXPECT_NEAR(page.value("process_open_fds").value_or(0), static_cast<double>(pgwatch.open_files()), 5);
  EXPECT_GT(page.value("process_resident_memory_bytes").value_or(0), 1e6);
  EXPECT_GT(page.value("process_threads").value_or(0), 1);
}

TEST_F(Page, SaysOfEveryCollectorHowItFared) {
  const Pgwatch pgwatch(config_of({{"well", server_->conninfo()}}));
  ASSERT_TRUE(becomes_whole(pgwatch, "well"));
  const Exposition page = scrape(pgwatch).page;
  const Labels replication = {{"server", "well"}, {"collector", "replication"}};
  EXPECT_EQ(page.value("pgwatch_collector_success", replication), 1);
  EXPECT_EQ(page.value("pg_scrape_collector_success", replication), 1);
  EXPECT_GT(page.value("pgwatch_collector_duration_seconds", replication).value_or(0), 0);
  EXPECT_LT(page.value("pgwatch_collector_age_seconds", replication).value_or(60), 10);
}

TEST_F(Page, FailuresOfAServerThatHangsAreCountedByClass) {
  Proxy proxy(faulty_->port());
  const Pgwatch pgwatch(config(through(proxy)));
  ASSERT_TRUE(becomes_whole(pgwatch, "faulty"));
  proxy.withhold();
  const Labels failure = {{"server", "faulty"}, {"collector", "replication"}, {"class", "timeout"}};
  expect_down(pgwatch, "timeout", 2s);
  const auto failures = [&] { return scrape(pgwatch, 2s).page.value("pgwatch_collector_failures_total", failure); };
  EXPECT_TRUE(eventually([&] { return failures() == 1; }));
  proxy.release();
  ASSERT_TRUE(becomes_whole(pgwatch, "faulty"));
  EXPECT_EQ(failures(), 1);
}

TEST_F(Page, UpIsToldWhateverIsCollected) {
  const Pgwatch pgwatch(config_of({{"well", server_->conninfo()}}));
  ASSERT_TRUE(becomes_whole(pgwatch, "well"));
  const Exposition page = pgwatch.metrics("/metrics?collect[]=replication_slot");  // as postgres_exporter calls it
  EXPECT_EQ(page.value("pg_up", {{"server", "well"}}), 1);
  EXPECT_FALSE(page.value("pg_replication_is_replica", {{"server", "well"}}));
  EXPECT_EQ(page.value("pgwatch_collector_success", {{"server", "well"}, {"collector", "replication_slots"}}), 1);
}

// A failure is said when it begins and when it ends, not with every scrape.
TEST_F(Page, LogTellsABeginningAndAnEndOnce) {
  Proxy proxy(faulty_->port());
  const Pgwatch pgwatch(config(through(proxy)));
  ASSERT_TRUE(becomes_whole(pgwatch, "faulty"));
  proxy.refuse();
  proxy.cut();
  ASSERT_TRUE(eventually([&] { return is_down(scrape(pgwatch).page, "faulty", "refused"); }));
  const std::string begun = pgwatch.log();
  for (int i = 0; i < 5; ++i) expect_down(pgwatch, "refused");
  EXPECT_EQ(pgwatch.log(), begun);
  proxy.accept();
  ASSERT_TRUE(becomes_whole(pgwatch, "faulty"));
  const std::string ended = pgwatch.log().substr(begun.size());
  EXPECT_NE(ended.find("msg=connected server=faulty address="), std::string::npos) << ended;
  EXPECT_EQ(ended.find("reason="), std::string::npos) << "what is well has none: " << ended;
}

}  // namespace
}  // namespace pgwatch::test
