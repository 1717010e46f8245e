// ACCESS EXCLUSIVE, held or only waited for, on a table, on an index, on pg_class, pg_database and pg_authid: a scrape
// that follows a good one comes in its time, and lacks what is named here and nothing else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "collectors/catalogue.h"
#include "exporter/model/instrument.h"
#include "tests/integration/live.h"

namespace pgwatch::test {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;

using Names = std::set<std::string>;

Names together(Names some, const Names& more) {
  some.insert(more.begin(), more.end());
  return some;
}

// What reads a catalog with each scrape has nothing to say while nobody may read it. The rest has been read before.
const Names kReadPgClass = {"stat_user_tables", "statio_user_tables"};
// Sessions, and what is told as theirs, have the names of their roles and databases.
const Names kReadSessions = {"blocked_sessions",
                             "connections",
                             "long_running_transactions",
                             "prepared_transactions",
                             "process_idle",
                             "ssl_sessions",
                             "stat_activity",
                             "stat_activity_autovacuum",
                             "stat_progress_basebackup",
                             "stat_replication",
                             "subscriptions",
                             "wait_events",
                             "xmin_horizon"};
const Names kReadPgAuthid = together(kReadSessions, {"roles"});
const Names kReadPgDatabase =
    together(kReadSessions,
             {"data_checksums", "database_wraparound", "locks", "multixact", "replication_slot_stats",
              "replication_slots", "stat_database", "stat_database_conflicts", "stat_progress_analyze",
              "stat_progress_cluster", "stat_progress_copy", "stat_progress_create_index", "stat_progress_vacuum"});

Names failing(const Exposition& page) {
  Names names;
  for (const Sample& one : page.all("pgwatch_collector_success"))
    if (one.value == 0) names.insert(one.labels.at("collector"));
  return names;
}

Names families(const Exposition& page) {
  Names names;
  for (const Sample& sample : page.samples()) names.insert(sample.name);
  return names;
}

// What these collectors say, by their own account.
Names families_of(const Names& collectors) {
  Names names;
  for (const Collector& one : collectors::catalogue()) {
    const Instrument instrument(one);
    if (!collectors.contains(one.name)) continue;
    for (const MetricPtr& metric : instrument.metrics()) names.insert(metric->name);
  }
  return names;
}

Names missing(const Exposition& before, const Exposition& after) {
  const Names there = families(after);
  Names missing;
  for (const std::string& name : families(before))
    if (!there.contains(name)) missing.insert(name);
  return missing;
}

const Labels kBusy = {{"relname", "busy"}};
const Labels kHalf = {{"sequencename", "half"}};
constexpr const char* kUsed = "pg_sequences_used_ratio";
const Labels kIdle = {{"relname", "idle"}};

std::optional<double> table_size(const Exposition& page, const Labels& table) {
  return page.value("pg_stat_user_tables_table_size_bytes", table);
}

std::optional<double> age(const Exposition& page, const Labels& table) {
  return page.value("pg_table_size_age_seconds", table);
}

enum class How { kHeld, kAwaited };

class LockedRelations : public SharedServer, public testing::WithParamInterface<How> {
 protected:
  static void SetUpTestSuite() {
    SharedServer::SetUpTestSuite();
    server_->sql(
        "CREATE TABLE busy (id int PRIMARY KEY, text text, time timestamptz DEFAULT now()); CREATE INDEX ON busy "
        "(time);"
        "INSERT INTO busy SELECT i FROM generate_series(1, 1000) AS i; GRANT SELECT ON busy TO pgwatch");
    server_->sql("CREATE TABLE idle (id int PRIMARY KEY)");
    server_->sql("CREATE SEQUENCE half MAXVALUE 2; SELECT nextval('half'); GRANT SELECT ON half TO pgwatch");
  }

  // Sizes and sequences are swept every `interval`. The first sweep is over when it returns.
  void start_pgwatch(const std::string& interval) {
    pgwatch_ = std::make_unique<Pgwatch>(config_of({{"main", server_->conninfo(), "databases: {include: [postgres]}"}},
                                                   "collectors: {filesystem: {interval: 5m}, table_sizes: {interval: " +
                                                       interval + "}, sequences: {interval: " + interval + "}}"));
    ASSERT_TRUE(eventually([&] {
      return is_whole(before_ = page(), "main") && table_size(before_, kBusy) && before_.value(kUsed, kHalf) &&
             before_.value("pgwatch_collector_success", {{"collector", "filesystem"}});
    }));
    ASSERT_FALSE(age(before_, kBusy));
  }

  // Its own statement has been run once, so that it needs nothing that is locked then.
  void lock(const std::string& reading, const std::string& locking) {
    SqlSession watcher(server_->socket_conninfo());
    const std::string exclusive = "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted = " +
                                  std::string(GetParam() == How::kHeld ? "true" : "false");
    watcher.run(exclusive);
    if (GetParam() == How::kAwaited) reader_.run("BEGIN; " + reading);
    locker_.start("BEGIN; " + locking);
    ASSERT_TRUE(eventually([&] { return watcher.run(exclusive)[0][0] != "0"; }));
  }

  void unlock() {
    reader_.run("COMMIT");
    locker_.run("COMMIT");
  }

  Exposition page() const {
    TimedPage timed = scrape(*pgwatch_);
    EXPECT_LT(timed.took, 5s + kSlack);
    EXPECT_EQ(timed.page.value("pg_up"), 1);
    return std::move(timed.page);
  }

  // A sweep has found it locked: its size is the last known one, and all else is new.
  void expect_only_the_size_to_be_old() {
    Exposition after = page();
    ASSERT_TRUE(eventually([&] { return age(after = page(), kBusy).has_value(); }));
    EXPECT_THAT(failing(after), IsEmpty());
    EXPECT_THAT(missing(before_, after), IsEmpty());
    EXPECT_EQ(table_size(after, kBusy), table_size(before_, kBusy));
    EXPECT_GE(age(after, kBusy), 0);
    EXPECT_TRUE(table_size(after, kIdle));
    EXPECT_FALSE(age(after, kIdle));
    EXPECT_TRUE(after.value("pg_stat_user_tables_n_live_tup", kBusy));
  }

  // These collectors fail and no others do; nothing is missing but what they say.
  void expect_to_cost(const std::string& catalog, const Names& collectors) {
    start_pgwatch("5m");
    lock("LOCK TABLE " + catalog + " IN ACCESS SHARE MODE", "LOCK TABLE " + catalog + " IN ACCESS EXCLUSIVE MODE");
    const Exposition after = page();
    EXPECT_EQ(failing(after), collectors);
    Names lost = missing(before_, after);
    const Names theirs = families_of(collectors);
    std::erase_if(lost, [&](const std::string& name) { return theirs.contains(before_.family_of(name)); });
    EXPECT_THAT(lost, IsEmpty());
    EXPECT_EQ(table_size(after, kBusy), table_size(before_, kBusy)) << "as the last sweep left it";
    unlock();
    EXPECT_TRUE(becomes_whole(*pgwatch_, "main"));
  }

  std::unique_ptr<Pgwatch> pgwatch_;
  Exposition before_{""};
  SqlSession reader_{server_->socket_conninfo()};
  SqlSession locker_{server_->socket_conninfo()};
};

INSTANTIATE_TEST_SUITE_P(, LockedRelations, testing::Values(How::kHeld, How::kAwaited),
                         [](const auto& how) { return how.param == How::kHeld ? "Held" : "Awaited"; });

TEST_P(LockedRelations, TableCostsOnlyTheNewnessOfItsSize) {
  start_pgwatch("1s");
  lock("SELECT FROM busy", "LOCK TABLE busy IN ACCESS EXCLUSIVE MODE");
  expect_only_the_size_to_be_old();
}

TEST_P(LockedRelations, SequenceCostsOnlyTheNewnessOfItsValue) {
  start_pgwatch("1s");
  lock("SELECT FROM half", "ALTER SEQUENCE half OWNER TO postgres");
  Exposition after = page();
  ASSERT_TRUE(eventually([&] { return (after = page()).value("pg_sequences_age_seconds", kHalf).has_value(); }));
  EXPECT_THAT(failing(after), IsEmpty());
  EXPECT_THAT(missing(before_, after), IsEmpty());
  EXPECT_EQ(after.value(kUsed, kHalf), 0.5);
  EXPECT_EQ(after.value("pg_sequences_remaining_values", kHalf), 1);
  unlock();
  EXPECT_TRUE(eventually([&] { return (after = page()).all("pg_sequences_age_seconds").empty(); }));
  EXPECT_EQ(after.value(kUsed, kHalf), 0.5);
}

TEST_P(LockedRelations, IndexCostsOnlyTheNewnessOfTheSize) {
  start_pgwatch("1s");
  lock("SELECT FROM busy WHERE id = 1", "REINDEX INDEX busy_pkey");
  expect_only_the_size_to_be_old();
}

TEST_P(LockedRelations, ToastCostsOnlyTheNewnessOfTheSize) {
  start_pgwatch("1s");
  const std::string toast = server_->value("SELECT reltoastrelid::regclass FROM pg_class WHERE relname = 'busy'");
  lock("SELECT FROM " + toast, "REINDEX TABLE " + toast);
  expect_only_the_size_to_be_old();
}

// The table is back as soon as it is free.
TEST_P(LockedRelations, TableIsMeasuredAgainWhenItIsFree) {
  start_pgwatch("1s");
  lock("SELECT FROM busy", "LOCK TABLE busy IN ACCESS EXCLUSIVE MODE");
  ASSERT_TRUE(eventually([&] { return age(page(), kBusy).has_value(); }));
  unlock();
  EXPECT_TRUE(eventually([&] { return !age(page(), kBusy); }));
}

// A check of freshness goes by the last answer, whose newest row grows older.
TEST_P(LockedRelations, TableThatIsWatchedKeepsItsVerdict) {
  pgwatch_ = std::make_unique<Pgwatch>(
      config_of({{"main", server_->conninfo(), "databases: {include: [postgres]}"}},
                "freshness: {checks: [{name: busy, table: busy, time_column: time, interval: 1s, warn_after: 1h,"
                " critical_after: 2h}]}"));
  const auto told = [this](const std::string& metric) { return page().value("pgwatch_freshness_" + metric); };
  ASSERT_TRUE(eventually([&] { return told("status") == 0; }));
  lock("SELECT FROM busy", "LOCK TABLE busy IN ACCESS EXCLUSIVE MODE");
  ASSERT_TRUE(eventually([&] { return told("check_success") == 0; }));
  const Exposition after = page();
  EXPECT_EQ(after.value("pgwatch_freshness_status"), 0);
  EXPECT_GT(after.value("pgwatch_freshness_age_seconds").value_or(0), 0);
  unlock();
  EXPECT_TRUE(eventually([&] { return told("check_success") == 1; }));
}

TEST_P(LockedRelations, PgClassCostsOnlyWhatReadsItWithEachScrape) { expect_to_cost("pg_class", kReadPgClass); }

TEST_P(LockedRelations, PgDatabaseCostsOnlyWhatReadsItWithEachScrape) {
  expect_to_cost("pg_database", kReadPgDatabase);
}

TEST_P(LockedRelations, PgAuthidCostsOnlyWhatReadsItWithEachScrape) { expect_to_cost("pg_authid", kReadPgAuthid); }

}  // namespace
}  // namespace pgwatch::test
