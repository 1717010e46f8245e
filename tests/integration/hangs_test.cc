// Servers, networks and name servers that say nothing: a scrape waits its time and no longer, and nobody else waits.
#include <gtest/gtest.h>
#include <signal.h>

#include "tests/integration/live.h"
#include "tests/support/proc.h"
#include "tests/support/silent_resolver.h"

namespace pgwatch::test {
namespace {

using namespace std::chrono_literals;

class Hang : public BesideWell {};

double own(const Exposition& page, const std::string& name, Labels labels = {}) {
  labels["server"] = "faulty";
  return page.value(name, labels).value_or(-1);
}

TEST_F(Hang, ServerThatAcceptsAndNeverAnswersIsATimeout) {
  Proxy proxy(faulty_->port());
  proxy.black_hole();
  const Pgwatch pgwatch(config(through(proxy), kShortConnect));
  expect_down(pgwatch, "timeout", 3s);
  expect_down(pgwatch, "timeout", 3s);
  EXPECT_LE(proxy.counts().open, 3u);
  proxy.accept();
  EXPECT_TRUE(becomes_whole(pgwatch, "faulty"));
}

TEST_F(Hang, StoppedPostmasterHarmsNobodyWhoIsIn) {
  const Pgwatch inside(config(faulty_->conninfo()));
  ASSERT_TRUE(is_whole(scrape_beside_well(inside), "faulty"));
  faulty_->freeze_postmaster();
  cap_ = 6;  // of two programs
  EXPECT_TRUE(is_whole(scrape_beside_well(inside), "faulty"));
  const Pgwatch outside(config(faulty_->conninfo(), kShortConnect));
  expect_down(outside, "timeout", 3s);
  faulty_->thaw();
  EXPECT_TRUE(becomes_whole(outside, "faulty"));
}

TEST_F(Hang, StoppedServerCostsOneDeadlineAndThenASecond) {
  const Pgwatch pgwatch(config(faulty_->conninfo(), "timeouts: {connect: 20s}"));
  ASSERT_TRUE(is_whole(scrape_beside_well(pgwatch), "faulty"));
  faulty_->freeze();
  expect_down(pgwatch, "timeout", 3s);
  const TimedPage second = scrape(pgwatch, 20s);
  EXPECT_TRUE(is_down(second.page, "faulty", "timeout"));
  EXPECT_TRUE(is_whole(second.page, "well"));
  EXPECT_LT(second.took, 4s);
  faulty_->thaw();
  EXPECT_TRUE(becomes_whole(pgwatch, "faulty"));
}

// On a busy machine the next scrape, which waits for a second only, may not get all.
TEST_F(Hang, StoppedBackendIsReplacedAndTheNextScrapeAnswered) {
  const Pgwatch pgwatch(config(faulty_->conninfo(), scrapes_alone()));
  ASSERT_TRUE(is_whole(scrape_beside_well(pgwatch), "faulty"));
  // One that is at work could hold what the next one needs.
  const std::string at_work = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'pgwatch' AND state <> 'idle'";
  ASSERT_TRUE(faulty_->wait_until(at_work, "0"));
  faulty_->freeze_backends();
  expect_down(pgwatch, "timeout", 3s);
  const Exposition page = scrape_beside_well(pgwatch);
  EXPECT_EQ(own(page, "pg_up"), 1);
  EXPECT_EQ(own(page, "pgwatch_connections", {{"state", "abandoned"}}), 1);
  EXPECT_EQ(own(page, "pgwatch_reconnects_total"), 1);
  EXPECT_TRUE(becomes_whole(pgwatch, "faulty"));
  faulty_->thaw();
  EXPECT_TRUE(eventually([&] {
    return own(scrape(pgwatch).page, "pgwatch_connections", {{"state", "abandoned"}}) == 0;
  }));
}

// Stops the eldest backend that still runs, the kept connection's, unless it is at work: it could hold what all others
// need.
void freeze_kept(const PostgresServer& server) {
  for (const Row& row :
       server.sql("SELECT pid, state FROM pg_stat_activity WHERE usename = 'pgwatch' ORDER BY backend_start")) {
    const pid_t pid = std::stoi(row.at(0).value());
    if (state_of(pid) == 'T') continue;
    if (row.at(1) != "idle") return;
    ::kill(pid, SIGSTOP);
    ASSERT_TRUE(eventually([&] { return state_of(pid) == 'T'; }));
    return;
  }
}

// Each stopped backend takes a place until it is known to be gone or, where nobody is left to ask, until its time is
// up. Each is missed at once, by a scrape that waits for it: what runs while nobody waits may take a statement's time,
// in which a place becomes free again; and then they are stopped anew.
TEST_F(Hang, StoppedBackendsFillTheCapAndNoMore) {
  const Pgwatch pgwatch(config(faulty_->conninfo(), "timeouts: {statement: 10s}"));  // longer than three scrapes
  ASSERT_TRUE(becomes_whole(pgwatch, "faulty"));
  Exposition page("");
  ASSERT_TRUE(eventually([&] {
    if (is_whole(page, "faulty")) freeze_kept(*faulty_);
    page = scrape_beside_well(pgwatch, 2s);
    return page.value("pgwatch_target_down", {{"server", "faulty"}, {"reason", "no_place"}}) == 1;
  }));
  EXPECT_LE(census_->most(), 3 + own(page, "pgwatch_abandoned_connections_expired_total"));
  EXPECT_TRUE(becomes_whole(pgwatch, "faulty"));
  page = scrape_beside_well(pgwatch);
  EXPECT_GE(own(page, "pgwatch_abandoned_connections_expired_total"), 1);
  cap_ = 3 + static_cast<int>(own(page, "pgwatch_abandoned_connections_expired_total"));
  faulty_->thaw();
  EXPECT_TRUE(eventually([] { return faulty_->backends().size() == 1; }));
  EXPECT_TRUE(is_whole(scrape_beside_well(pgwatch), "faulty"));
}

// A login that waits for a lock on the catalog has no timeout, and closing its connection would not end it.
// Nor where the server has several addresses, each with its share of the time.
class LoginThatHangs : public Hang, public testing::WithParamInterface<const char*> {};
INSTANTIATE_TEST_SUITE_P(, LoginThatHangs,
                         testing::Values("host=127.0.0.1", "host=localhost", "host=127.0.0.1,localhost,127.0.0.2"),
                         [](const auto& one) { return std::to_string(one.index + 1); });

TEST_P(LoginThatHangs, KeepsItsPlaceAndNoOthersFollow) {
  SqlSession lock(faulty_->socket_conninfo());
  lock.run("BEGIN; LOCK pg_database IN ACCESS EXCLUSIVE MODE");
  const Pgwatch pgwatch(config(faulty_->conninfo() + " " + GetParam(), "timeouts: {connect: 500ms}"));
  ASSERT_TRUE(eventually([&] { return own(scrape(pgwatch).page, "pgwatch_connections", {{"state", "open"}}) == 3; }));
  const auto end = std::chrono::steady_clock::now() + 3s;  // time enough for more tries
  while (std::chrono::steady_clock::now() < end) {
    expect_down(pgwatch, "timeout", 2s);
    EXPECT_LE(faulty_->backends().size(), 3u);
  }
  lock.run("COMMIT");
  EXPECT_TRUE(becomes_whole(pgwatch, "faulty"));
  EXPECT_TRUE(eventually([] { return faulty_->backends().size() == 1; }))
      << faulty_->value(
             "SELECT string_agg(concat_ws(' ', pid, backend_start, state, wait_event, left(query, 60)), E'\\n') "
             "FROM pg_stat_activity WHERE usename = 'pgwatch'")
      << pgwatch.log();
}

// Whom the server lets in after all, when another try has got through, is sent away: it would stay for as long as that
// one does.
TEST_F(Hang, LoginThatHungIsEndedWhenTheNextAddressGetsThrough) {
  SqlSession lock(faulty_->socket_conninfo());
  lock.run("BEGIN; LOCK pg_database IN ACCESS EXCLUSIVE MODE");
  const Pgwatch pgwatch(config(faulty_->conninfo() + " host=127.0.0.1,localhost", "timeouts: {connect: 4s}"));
  ASSERT_TRUE(eventually([] { return faulty_->backends().size() == 2; }));
  lock.run("COMMIT");
  EXPECT_TRUE(becomes_whole(pgwatch, "faulty"));
  EXPECT_TRUE(eventually([] { return faulty_->backends().size() == 1; }));
}

TEST_F(Hang, ResolverThatNeverAnswersIsToldAsDns) {
  if (const std::string why = SilentResolver::unavailable(); !why.empty()) GTEST_SKIP() << why;
  SilentResolver resolver;
  const Pgwatch pgwatch(config("host=database.example user=pgwatch dbname=postgres"), {.mounts = resolver.mounts()});
  expect_down(pgwatch, "dns", 3s);
  expect_down(pgwatch, "dns", 3s);
  EXPECT_GT(resolver.questions(), 0u);
  pgwatch.signal(SIGINT);
  EXPECT_EQ(pgwatch.wait(1s + kSlack), 0);
}

TEST_F(Hang, ResolverThatNeverAnswersHoldsUpNoEndEvenAtTheStart) {
  if (const std::string why = SilentResolver::unavailable(); !why.empty()) GTEST_SKIP() << why;
  SilentResolver resolver;
  Command command = pgwatch_command({"--web.listen-address", "database.example:0"});
  command.mounts = resolver.mounts();
  const Process pgwatch(command);
  ASSERT_TRUE(eventually([&] { return resolver.questions() > 0; }));
  pgwatch.signal(SIGTERM);
  EXPECT_EQ(pgwatch.wait(1s + kSlack), 0);
}

// -- The end ----------------------------------------------------------------------------------------------------------

TEST_F(Hang, ProgramEndsWithinASecondWhileAServerIsStopped) {
  const Pgwatch pgwatch(config(faulty_->conninfo()));
  ASSERT_TRUE(is_whole(scrape_beside_well(pgwatch), "faulty"));
  faulty_->freeze();
  expect_down(pgwatch, "timeout", 3s);  // by now a cancel hangs
  pgwatch.signal(SIGTERM);
  EXPECT_EQ(pgwatch.wait(1s + kSlack), 0);
}

TEST_F(Hang, ProgramEndsWithinASecondWhileAScrapeWaits) {
  Proxy proxy(faulty_->port());
  const Pgwatch pgwatch(config(through(proxy)));
  ASSERT_TRUE(is_whole(scrape_beside_well(pgwatch), "faulty"));
  proxy.withhold();
  const std::size_t before = proxy.counts().from_server;
  HttpConnection waiting(pgwatch.port());
  waiting.send("GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return proxy.counts().from_server > before; }));
  pgwatch.signal(SIGTERM);
  EXPECT_EQ(pgwatch.wait(1s + kSlack), 0);
}

}  // namespace
}  // namespace pgwatch::test
