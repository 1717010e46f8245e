// A server with 10,000 tables in one database and 200 databases beside it: scrapes stay within their time, and pgwatch
// within its bounds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "collectors/catalogue.h"
#include "tests/integration/interview.h"
#include "tests/integration/live.h"
#include "tests/support/proc.h"

namespace pgwatch::test {
namespace {

using namespace std::chrono_literals;

constexpr int kTables = 10'000;
constexpr int kDatabases = 200;
constexpr int kFirstNumber = 100'000;
constexpr std::size_t kMebibyte = 1024 * 1024;

void make_tables(const PostgresServer& server) {
  server.sql(R"(DO $$ BEGIN
    FOR i IN 1..)" +
             std::to_string(kTables) + R"( LOOP
      EXECUTE format('CREATE TABLE table_%s (id int PRIMARY KEY)', i);
      IF i % 500 = 0 THEN COMMIT; END IF;
    END LOOP; END $$)");
}

// Databases that share template1's files, which nobody changes: copies would take 1.5 GB.
void make_databases(const PostgresServer& server) {
  SqlSession session(server.socket_conninfo());
  session.run("SET allow_system_table_mods = on");
  session.run("CREATE TEMPORARY TABLE copy AS SELECT * FROM pg_database WHERE datname = 'template1'");
  for (int number = kFirstNumber; number < kFirstNumber + kDatabases; ++number) {
    const std::string text = std::to_string(number);
    std::filesystem::create_symlink("1", server.data_folder() / "base" / text);
    session.run("UPDATE copy SET oid = " + text + ", datname = 'database_" + text + "', datistemplate = false;" +
                "INSERT INTO pg_database SELECT * FROM copy");
  }
}

// Each login of pgwatch to one of them, in their order.
std::vector<std::string> visited(const PostgresServer& server) {
  const std::string log = server.log();
  const std::string begin = "connection authorized: user=pgwatch database=database_";
  std::vector<std::string> databases;
  for (std::size_t at = log.find(begin); at != std::string::npos; at = log.find(begin, at))
    databases.push_back(log.substr(at += begin.size(), 6));
  return databases;
}

class Large : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (kSanitized) return;
    server_ = std::make_unique<PostgresServer>(
        PostgresOptions{.settings = {"autovacuum = off", "log_connections = on", "shared_buffers = 128MB"}});
    make_tables(*server_);
    make_databases(*server_);
  }
  static void TearDownTestSuite() { server_.reset(); }

  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "a page of 10,000 tables takes a sanitizer longer than a scrape may";
  }

  inline static std::unique_ptr<PostgresServer> server_;
};

// Scrapes until the sizes are there and so many databases have told of their tables; what it told is whole each time.
class Round {
 public:
  Round(const Pgwatch& pgwatch, std::size_t databases) : pgwatch_(pgwatch), databases_(databases) {}

  bool is_over() {
    const TimedPage one = scrape(pgwatch_, 10s);
    longest_ = std::max(longest_, one.took);
    EXPECT_TRUE(is_whole(one.page, "main"));
    EXPECT_EQ(one.page.all("pg_stat_user_tables_seq_scan").size(), std::size_t{kTables});
    for (const Sample& answer : one.page.all("pgwatch_collector_age_seconds", {{"collector", "stat_user_tables"}}))
      told_of_.insert(answer.labels.at("datname"));
    return one.page.all("pg_stat_user_tables_table_size_bytes").size() == kTables && told_of_.size() >= databases_;
  }

  std::chrono::milliseconds longest() const { return longest_; }

 private:
  const Pgwatch& pgwatch_;
  std::size_t databases_;
  std::set<std::string> told_of_;
  std::chrono::milliseconds longest_{0};
};

TEST_F(Large, ServerIsScrapedWithinItsTimeAndWithinOurBounds) {
  const Census census(*server_);
  const Pgwatch pgwatch(config_of({{"main", server_->conninfo()}}));
  Round some(pgwatch, 6);
  EXPECT_TRUE(eventually([&] { return some.is_over(); }, 2 * kPatience));
  EXPECT_LT(some.longest(), 9s);
  EXPECT_LE(census.most(), 3);
  EXPECT_LT(most_resident_bytes_of(pgwatch.pid()), 200 * kMebibyte);
  const std::vector<std::string> visits = visited(*server_);
  EXPECT_GE(visits.size(), 5U);
  EXPECT_EQ(std::set<std::string>(visits.begin(), visits.end()).size(), visits.size()) << "each in turn";
}

// With a login a second, all 200 would take minutes: a round is over those that are named.
TEST_F(Large, ServerTakesLittleMoreMemoryWithARoundOverItsDatabases) {
  const Pgwatch pgwatch(
      config_of({{"main", server_->conninfo(), "databases: {include: [postgres, \"database_10000?\"]}"}}));
  Round first(pgwatch, 1);
  ASSERT_TRUE(eventually([&] { return first.is_over(); }, 2 * kPatience));
  const std::size_t before = pgwatch.resident_bytes();
  Round full(pgwatch, 11);
  EXPECT_TRUE(eventually([&] { return full.is_over(); }, 2 * kPatience));
  EXPECT_LT(pgwatch.resident_bytes(), before + 20 * kMebibyte);
  EXPECT_LT(most_resident_bytes_of(pgwatch.pid()), 200 * kMebibyte);
}

// Each grows with what it says it grows with, and no faster.
TEST_F(Large, ServerIsAskedForNoMorePagesThanCollectorsSay) {
  Interview interview(*server_);
  for (const Collector& collector : collectors_of_servers())
    EXPECT_LE(interview.pages_of(collector), claimed_pages(collector.cost, *server_)) << collector.name;
}

TEST_F(Large, ServerIsAskedAsManyStatementsAsCollectorsSay) {
  log_statements(*server_);
  Interview interview(*server_);
  const std::vector<Collector> collectors = {collectors::sequences(), collectors::stat_user_tables(),
                                             collectors::table_sizes()};
  const auto statements = interview.statements_of(collectors, *server_);
  for (const Collector& collector : collectors)
    EXPECT_EQ(statements.at(collector.name), claimed_statements(collector.cost, *server_)) << collector.name;
  EXPECT_EQ(statements.at("table_sizes"), kTables / 200 + 1);
}

}  // namespace
}  // namespace pgwatch::test
