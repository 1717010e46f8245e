// The statements that the program sends beside those of its collectors, against what the reference says of them.
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "exporter/engine/link.h"
#include "tests/integration/interview.h"
#include "tests/integration/live.h"

namespace pgwatch::test {
namespace {

constexpr int kTables = 200;  // one full batch, and one more statement to see that it was the last

class Statements : public SharedServer {
 protected:
  static void SetUpTestSuite() {
    SharedServer::SetUpTestSuite();
    server_->sql("CREATE DATABASE lake");
    server_->sql("DO $$ BEGIN FOR i IN 1.." + std::to_string(kTables) +
                     " LOOP EXECUTE format('CREATE TABLE table_%s ()', i); END LOOP; END $$",
                 "lake");
    log_statements(*server_);
  }

  // Everything has been asked once, and the visitor has gone.
  static testing::AssertionResult settles(const Pgwatch& pgwatch) {
    std::string missing;
    const auto all_told = [&] {
      const Exposition page = scrape(pgwatch).page;
      for (const Collector& one : collectors::catalogue()) {
        const std::size_t databases = one.scope == Scope::kDatabase ? 2 : 1;
        if (!one.enabled || page.all("pgwatch_collector_success", {{"collector", one.name}}).size() == databases)
          continue;
        missing = one.name;
        return false;
      }
      missing = "its visitor's end";
      return server_->value("SELECT count(*) FROM pg_stat_activity WHERE usename = 'pgwatch'") == "1";
    };
    return eventually(all_told) ? testing::AssertionSuccess() : testing::AssertionFailure() << "lacks " << missing;
  }

  static std::string all_logged(const std::string& database) {
    std::string all;
    for (const std::string& statement : logged_statements(*server_, database)) all += statement.substr(0, 200) + '\n';
    return all;
  }
  static std::size_t logged(const std::string& database) { return logged_statements(*server_, database).size(); }
};

// All at rest: after its first visits nothing is due for a week.
constexpr const char* kOnce = "turn_interval: 7d";

TEST_F(Statements, OfAVisitAreThoseOfALoginTheFactsOfEachRoundAndTheCollectors) {
  const std::size_t before = logged("lake");
  const Pgwatch pgwatch(config_of({{"main", server_->conninfo()}}, kOnce));
  ASSERT_TRUE(settles(pgwatch));
  std::size_t expected = Link::statements_to_begin();
  expected += 2 * 2;  // two rounds: facts and a lock timeout each
  for (const Collector& one : collectors::catalogue())
    if (one.enabled && one.scope == Scope::kDatabase && one.extension.empty())
      expected += claimed_statements(one.cost, *server_, "lake");
  EXPECT_EQ(logged("lake") - before, expected) << pgwatch.log() << all_logged("lake");
}

TEST_F(Statements, OfAScrapeAreTheFactsAndOneOfEachCollector) {
  const Pgwatch pgwatch(config_of({{"main", server_->conninfo()}}, kOnce));
  ASSERT_TRUE(settles(pgwatch));
  (void)scrape(pgwatch);
  const std::size_t before = logged("postgres");
  const Exposition page = scrape(pgwatch).page;
  std::size_t expected = 1;
  for (const Collector& one : collectors::catalogue())
    if (one.enabled && one.lane == Lane::kFast &&
        page.all("pgwatch_collector_skipped", {{"collector", one.name}}).empty())
      ++expected;
  EXPECT_EQ(logged("postgres") - before, expected);
}

}  // namespace
}  // namespace pgwatch::test
