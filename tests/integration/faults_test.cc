// Servers that cannot be reached or do not let us in: each costs its own data, says why, and comes back.
#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/integration/live.h"
#include "tests/support/ports.h"
#include "tests/support/postgres_template.h"
#include "tests/support/scripted_postgres.h"

namespace pgwatch::test {
namespace {

using namespace std::chrono_literals;

class Fault : public BesideWell {};

std::string with_password(std::string conninfo, const std::string& password) {
  return conninfo.substr(0, conninfo.find(" password=")) + " password=" + password;
}

ScriptedPostgres refusing(const std::string& sqlstate, const std::string& message) {
  return ScriptedPostgres({.greeting = Script::Act::kError, .sqlstate = sqlstate, .message = message});
}

TEST_F(Fault, EveryServerThatIsDownHasItsOwnReason) {
  const ScriptedPostgres starting = refusing("57P03", "the database system is starting up");
  const ScriptedPostgres stopping = refusing("57P03", "the database system is shutting down");
  const ScriptedPostgres silent({.greeting = Script::Act::kSilence});
  const ScriptedPostgres garbage({.greeting = Script::Act::kGarbage});
  const std::map<std::string, std::string> targets = {
      {"refused", "host=127.0.0.1 port=" + std::to_string(free_port()) + " user=pgwatch dbname=postgres"},
      {"auth", with_password(server_->conninfo(), "wrong")},
      {"tls", server_->conninfo() + " sslmode=require"},
      {"starting", starting.conninfo()},
      {"stopping", stopping.conninfo()},
      {"timeout", silent.conninfo()},
      {"other", garbage.conninfo()},
  };
  std::vector<Watched> watched = {{"well", server_->conninfo()}};
  for (const auto& [reason, conninfo] : targets) watched.push_back({reason, conninfo});
  const Pgwatch pgwatch(config_of(watched));
  const Exposition page = scrape_beside_well(pgwatch, 3s);
  for (const auto& [reason, conninfo] : targets) EXPECT_TRUE(is_down(page, reason, reason));
}

TEST_F(Fault, ServerDownAtStartAndLaterIsBackWithTheNextTry) {
  faulty_->stop();
  const Pgwatch pgwatch(config(faulty_->conninfo()));
  expect_down(pgwatch, "refused");
  faulty_->start();
  EXPECT_TRUE(becomes_whole(pgwatch, "faulty"));
  faulty_->stop();
  EXPECT_TRUE(eventually([&] { return is_down(scrape(pgwatch).page, "faulty", "refused"); }));
  expect_down(pgwatch, "refused");
  faulty_->start();
  EXPECT_TRUE(becomes_whole(pgwatch, "faulty"));
}

TEST_F(Fault, RestartBetweenScrapesIsNotSeenByTheNext) {
  const Pgwatch pgwatch(config(faulty_->conninfo(), scrapes_alone()));
  ASSERT_TRUE(is_whole(scrape_beside_well(pgwatch), "faulty"));
  const std::string before = kept_backend(*faulty_);
  faulty_->restart();
  const Exposition page = scrape_beside_well(pgwatch);
  EXPECT_TRUE(is_whole(page, "faulty"));
  EXPECT_NE(kept_backend(*faulty_), before);
  EXPECT_EQ(page.value("pgwatch_reconnects_total", {{"server", "faulty"}}), 1);
  EXPECT_EQ(page.value("pgwatch_reconnects_total", {{"server", "well"}}), 0);
}

TEST_F(Fault, CrashBetweenScrapesIsNotSeenByTheNext) {
  const Pgwatch pgwatch(config(faulty_->conninfo(), scrapes_alone()));
  ASSERT_TRUE(is_whole(scrape_beside_well(pgwatch), "faulty"));
  faulty_->kill();
  faulty_->start();
  EXPECT_TRUE(is_whole(scrape_beside_well(pgwatch), "faulty"));
}

TEST_F(Fault, WrongPasswordIsReadAgainAtTheNextTry) {
  const TemporaryFolder folder;
  const std::string file = folder.write("password", "wrong\n").string();
  const std::string conninfo = with_password(faulty_->conninfo(), "unused");
  const Pgwatch pgwatch(config_of({{"faulty", conninfo, "password_file: " + file}, {"well", server_->conninfo()}}));
  expect_down(pgwatch, "auth");
  EXPECT_EQ(pgwatch.log().find("wrong"), std::string::npos);
  folder.write("password", password_of("pgwatch") + "\n");
  EXPECT_TRUE(becomes_whole(pgwatch, "faulty"));
}

// Takes every place that is left for a role without privileges.
std::vector<SqlSession> fill(const PostgresServer& server) {
  std::vector<SqlSession> guests;
  try {
    for (;;) guests.emplace_back(server.conninfo("guest"));
  } catch (const std::runtime_error&) {
    return guests;
  }
}

TEST_F(Fault, FullServerLetsUsInWhenAPlaceIsFree) {
  std::vector<SqlSession> guests = fill(*faulty_);
  ASSERT_FALSE(guests.empty());
  const Pgwatch pgwatch(config(faulty_->conninfo()));
  expect_down(pgwatch, "too_many_connections");
  guests.clear();
  ASSERT_TRUE(becomes_whole(pgwatch, "faulty"));
  const std::string backend = kept_backend(*faulty_);
  guests = fill(*faulty_);
  EXPECT_EQ(scrape_beside_well(pgwatch).value("pg_up", {{"server", "faulty"}}), 1);
  EXPECT_EQ(kept_backend(*faulty_), backend);
}

TEST_F(Fault, CutMidPipelineIsAskedAgainWithinTheScrape) {
  Proxy proxy(faulty_->port());
  const Pgwatch pgwatch(config(through(proxy), kShortConnect + ("\n    " + scrapes_alone())));
  ASSERT_TRUE(is_whole(scrape_beside_well(pgwatch), "faulty"));
  const std::size_t before = proxy.counts().to_client;
  ASSERT_TRUE(is_whole(scrape_beside_well(pgwatch), "faulty"));
  const std::size_t answer = proxy.counts().to_client - before;
  for (const std::size_t bytes : {std::size_t{1}, answer / 2, answer * 3 / 4}) {
    const std::string backend = kept_backend(*faulty_);
    proxy.cut_after(bytes);
    EXPECT_TRUE(is_whole(scrape_beside_well(pgwatch), "faulty")) << "cut after " << bytes;
    EXPECT_NE(kept_backend(*faulty_), backend);
  }
}

TEST_F(Fault, BrokenConnectionsLeaveNoFileOpen) {
  Proxy proxy(faulty_->port());
  const Pgwatch pgwatch(config(through(proxy)));
  ASSERT_TRUE(becomes_whole(pgwatch, "faulty"));
  const std::size_t before = pgwatch.open_files();
  for (int i = 0; i < 5; ++i) {
    proxy.cut();
    ASSERT_TRUE(becomes_whole(pgwatch, "faulty"));
  }
  EXPECT_TRUE(eventually([&] { return pgwatch.open_files() <= before; })) << pgwatch.open_files();
}

TEST_F(Fault, CutForGoodIsToldAtOnce) {
  Proxy proxy(faulty_->port());
  const Pgwatch pgwatch(config(through(proxy)));
  ASSERT_TRUE(is_whole(scrape_beside_well(pgwatch), "faulty"));
  proxy.refuse();
  proxy.cut_after(1);
  const TimedPage one = scrape(pgwatch, 10s);
  EXPECT_TRUE(is_down(one.page, "faulty", "refused"));
  EXPECT_TRUE(is_whole(one.page, "well"));
  EXPECT_LT(one.took, 5s);
  proxy.accept();
  EXPECT_TRUE(becomes_whole(pgwatch, "faulty"));
}

}  // namespace
}  // namespace pgwatch::test
