// Checks of freshness on plain and on partitioned tables, as the engine asks them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>

#include "tests/integration/freshness_live.h"
#include "tests/integration/shared_server.h"
#include "tests/support/postgres_template.h"

namespace pgwatch::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class FreshTables : public SharedServer {
 protected:
  static void SetUpTestSuite() {
    SharedServer::SetUpTestSuite();
    server_->sql("GRANT pg_read_all_data TO pgwatch");
    // Neither has a say in how instants are read.
    server_->sql("ALTER ROLE pgwatch SET timezone = 'Asia/Tokyo'; ALTER ROLE pgwatch SET datestyle = 'SQL, DMY'");
  }

  // A table with an index on its time and these rows.
  static void make(const std::string& name, const std::string& columns, const std::string& rows) {
    server_->sql("CREATE TABLE " + name + " (" + columns + "); CREATE INDEX ON " + name + " (time)");
    if (!rows.empty()) server_->sql("INSERT INTO " + name + " " + rows);
  }
};

TEST_F(FreshTables, AreAsFreshAsTheirNewestRowUpToNow) {
  make("bars", "time timestamptz, created timestamptz",
       "VALUES (now() - interval '10 s', now() - interval '7 s'), (now() + interval '1 h', now()), (NULL, now()),"
       " ('infinity', now()), ('-infinity', now())");
  FreshnessCheck check = check_of("bars");
  check.ingest_column = "created";
  const Told told = told_by(*server_, check);
  EXPECT_EQ(told.outcome, Outcome::kOk) << told.detail;
  EXPECT_NEAR(told.value("last_timestamp_seconds").value_or(0), now_of(*server_) - 10, kClockSlack);
  EXPECT_EQ(told.value("ingest_delay_seconds"), 3);
  EXPECT_EQ(told.value("future_rows"), 2);
}

TEST_F(FreshTables, MayHaveAnyTypeOfTime) {
  const double now = now_of(*server_);
  server_->sql("CREATE DOMAIN stamp AS timestamptz");
  make("stamps", "time stamp", "VALUES (now())");
  make("zoneless", "time timestamp", "VALUES (now() AT TIME ZONE 'UTC')");
  make("days", "time date", "VALUES ((now() AT TIME ZONE 'UTC')::date), ((now() AT TIME ZONE 'UTC')::date + 2)");
  make("numbers", "time bigint", "VALUES (extract(epoch FROM now()) * 1000)");
  for (const char* table : {"stamps", "zoneless"})
    EXPECT_NEAR(told_by(*server_, check_of(table)).value("last_timestamp_seconds").value_or(0), now, kClockSlack)
        << table;
  const Told days = told_by(*server_, check_of("days"));
  EXPECT_NEAR(days.value("last_timestamp_seconds").value_or(0), now - std::fmod(now, 86'400), kClockSlack);
  EXPECT_EQ(days.value("future_rows"), 1);
  FreshnessCheck numbers = check_of("numbers");
  EXPECT_THAT(told_by(*server_, numbers).detail, HasSubstr("say its time_unit"));
  numbers.ticks_per_second = 1000;
  EXPECT_NEAR(told_by(*server_, numbers).value("last_timestamp_seconds").value_or(0), now, kClockSlack);
}

TEST_F(FreshTables, NeedAnIndexUnlessAScanIsAllowed) {
  server_->sql(
      "CREATE TABLE heap (time timestamptz, symbol text); CREATE INDEX ON heap (symbol, time);"
      "INSERT INTO heap VALUES (now())");
  FreshnessCheck check = check_of("heap");
  const Told told = told_by(*server_, check);
  EXPECT_EQ(told.outcome, Outcome::kFailed);
  EXPECT_THAT(told.detail, HasSubstr("CREATE INDEX CONCURRENTLY ON public.heap (\"time\")"));
  check.allow_seqscan = true;
  EXPECT_TRUE(told_by(*server_, check).value("last_timestamp_seconds"));
}

TEST_F(FreshTables, AreNamedAsSqlNamesThem) {
  server_->sql(R"(CREATE SCHEMA "märkte"; ALTER ROLE pgwatch SET search_path = "märkte", public)");
  make(R"("märkte"."b'a""rs\")", "time timestamptz", "VALUES (now())");
  server_->sql("CREATE SCHEMA hidden; CREATE TABLE hidden.secret (time timestamptz)");
  FreshnessCheck check = check_of("odd");
  for (const char* name : {R"("märkte"."b'a""rs\")", R"("b'a""rs\")"}) {
    check.table = name;
    const Told told = told_by(*server_, check);
    EXPECT_TRUE(told.value("last_timestamp_seconds")) << name << told.detail;
  }
  check.table = "nowhere";
  EXPECT_THAT(told_by(*server_, check).detail, HasSubstr("does not exist in database postgres"));
  server_->sql("ALTER ROLE pgwatch RESET search_path");
}

TEST_F(FreshTables, HaveGroupsThatMayBeMissing) {
  make("quotes", "time timestamptz, symbol text",
       R"(VALUES (now(), 'AAPL'), (now() - interval '5 min', E'O''Neil "x" \\ \n end'), (now() - interval '2 h', 'OLD'),
                 (now(), NULL), (now(), ''), (now(), 'ZZZ'))");
  FreshnessCheck check = check_of("quotes");
  check.groups = FreshnessCheck::Groups{.column = "symbol", .most = 2, .expected = {"O'Neil \"x\" \\ \n end", "OLD"}};
  check.groups->expected_query = "SELECT 'AAPL' -- listed";
  check.groups->most = 3;
  Told told = told_by(*server_, check);
  EXPECT_EQ(told.outcome, Outcome::kOk) << told.detail;
  EXPECT_EQ(told.value("groups"), 3);
  EXPECT_EQ(told.value("groups_missing"), 1);
  EXPECT_EQ(told.value("group_missing", {{"group", "OLD"}}), 1);
  EXPECT_TRUE(told.value("last_timestamp_seconds", {{"group", "O'Neil \"x\" \\ \n end"}}));
  check.groups->most = 1;
  check.groups->expected = {"ZZZ"};
  check.groups->expected_query = "";
  told = told_by(*server_, check);
  EXPECT_EQ(told.value("groups_dropped"), 2);
  EXPECT_TRUE(told.value("last_timestamp_seconds", {{"group", "ZZZ"}})) << "the expected come first";
}

TEST_F(FreshTables, AreLookedThroughInAWindow) {
  make("minutes", "time timestamptz, created timestamptz, low float, high float",
       "SELECT t, t + interval '2 s', 1, 2 FROM generate_series(date_trunc('minute', now()) - interval '59 min',"
       " now(), interval '1 min') AS t");
  server_->sql(
      "DELETE FROM minutes WHERE extract(minute FROM time)::int % 10 = 3;"
      "UPDATE minutes SET created = time + interval '40 s', high = 0 WHERE extract(minute FROM time) = 7");
  FreshnessCheck check = check_of("minutes");
  check.ingest_column = "created";
  check.window = FreshnessCheck::Window{10min + 30s};
  check.gaps = FreshnessCheck::Gaps{1min, 59min};
  check.late = FreshnessCheck::Late{59min, {30, 60}};
  check.validity = FreshnessCheck::Validity{{{"high", "high < low"}}, 59min};
  const Told told = told_by(*server_, check);
  EXPECT_EQ(told.outcome, Outcome::kOk) << told.detail;
  EXPECT_GE(told.value("rows_in_window").value_or(0), 9);
  EXPECT_GE(told.value("missing_intervals").value_or(0), 5);
  EXPECT_LE(told.value("missing_intervals").value_or(9), 6);
  EXPECT_EQ(told.value("late_rows"), told.value("violations", {{"rule", "high"}}));
  EXPECT_EQ(told.value("worst_delay_seconds"), told.value("late_rows") == 0 ? 2 : 40);
}

TEST_F(FreshTables, MayBeWhatAQueryGives) {
  make("trades", "time timestamptz, symbol text", "VALUES (now(), 'A'), (now() + interval '1 h', 'A')");
  FreshnessCheck check = check_of("trades");
  check.table = "";
  check.query = "SELECT time AS ts, symbol FROM trades; -- all\n";
  EXPECT_EQ(told_by(*server_, check).outcome, Outcome::kFailed) << "two statements";
  check.query = "SELECT time AS ts, symbol FROM trades -- all\n;";
  EXPECT_EQ(told_by(*server_, check).value("future_rows"), 1);
  check.groups = FreshnessCheck::Groups{.column = "symbol"};
  EXPECT_TRUE(told_by(*server_, check).value("last_timestamp_seconds", {{"group", "A"}}));
  check.groups.reset();
  check.query = "SELECT time AT TIME ZONE 'UTC' AS ts FROM trades";
  EXPECT_TRUE(told_by(*server_, check).value("last_timestamp_seconds"));
}

TEST_F(FreshTables, AreNotReadWhereAPlanIsTooDear) {
  make("dear", "time timestamptz", "VALUES (now())");
  FreshnessCheck check = check_of("dear");
  check.most_plan_cost = 0.01;
  EXPECT_THAT(told_by(*server_, check).detail, HasSubstr("more than the 0.01 allowed"));
  check.most_plan_cost = 1'000'000;
  EXPECT_TRUE(told_by(*server_, check).value("last_timestamp_seconds"));
}

TEST_F(FreshTables, FailWhereTheRoleMayNotReadThem) {
  make("forbidden", "time timestamptz", "");
  server_->sql("CREATE ROLE reader LOGIN PASSWORD '" + password_of("reader") + "'");
  const Told told = told_by(server_->conninfo("reader"), check_of("forbidden"));
  EXPECT_EQ(told.outcome, Outcome::kFailed) << "and are not skipped";
  EXPECT_THAT(told.detail, HasSubstr("GRANT SELECT ON forbidden TO reader"));
  server_->sql("CREATE SCHEMA closed; CREATE TABLE closed.inside (time timestamptz)");
  FreshnessCheck closed = check_of("inside");
  closed.table = "closed.inside";
  EXPECT_THAT(told_by(server_->conninfo("reader"), closed).detail, HasSubstr("GRANT USAGE ON SCHEMA closed TO"));
}

TEST_F(FreshTables, MayBeDroppedAndMadeAgain) {
  make("again", "time timestamptz", "VALUES (now() - interval '1 h')");
  FreshnessCheck check = check_of("again");
  check.interval = 100ms;
  RunningEngine engine(test_world(server_->conninfo(), {collector_of(check)}));
  const auto until = [&](const auto& fits) {
    return eventually([&] {
      const Scrape scrape = engine.ask(kPatience, awaiting(check));
      return fits(told_by(scrape, check));
    });
  };
  EXPECT_TRUE(until([](const Told& told) { return told.value("last_timestamp_seconds").has_value(); }));
  server_->sql("DROP TABLE again");
  EXPECT_TRUE(until([](const Told& told) { return told.detail.find("does not exist") != std::string::npos; }));
  make("again", "time timestamp", "VALUES (now() AT TIME ZONE 'UTC')");
  EXPECT_TRUE(until([&](const Told& told) {
    return told.outcome == Outcome::kOk && told.value("last_timestamp_seconds").value_or(0) > now_of(*server_) - 1800;
  }));
}

TEST_F(FreshTables, MayBePartitioned) {
  server_->sql(R"(
    CREATE TABLE parts (time timestamptz, symbol text) PARTITION BY RANGE (time);
    CREATE INDEX ON parts (time);
    DO $$ BEGIN FOR i IN -30..5 LOOP
      EXECUTE format('CREATE TABLE parts_%s PARTITION OF parts FOR VALUES FROM (%L) TO (%L)', i + 30,
                     now() + i * interval '1 day', now() + (i + 1) * interval '1 day');
    END LOOP; END $$;
    INSERT INTO parts VALUES (now() - interval '25 days', 'old'), (now() - interval '4 h', 'x'))");
  const FreshnessCheck check = check_of("parts");
  SqlSession other(server_->socket_conninfo());
  other.run("BEGIN");
  for (const char* part : {"parts_0", "parts_20", "parts_35"})
    other.run(std::string("LOCK TABLE ") + part + " IN ACCESS EXCLUSIVE MODE");
  const Told told = told_by(*server_, check);
  EXPECT_EQ(told.outcome, Outcome::kOk) << told.detail;
  EXPECT_NEAR(told.value("last_timestamp_seconds").value_or(0), now_of(*server_) - 4 * 3600, kClockSlack);
  other.run("ROLLBACK");
  server_->sql("DELETE FROM parts WHERE symbol = 'x'");
  const Told empty = told_by(*server_, check);
  EXPECT_EQ(empty.value("last_timestamp_seconds"), std::nullopt) << "25 days is further back than it looks";
  EXPECT_NEAR(empty.value("searched_since_timestamp_seconds").value_or(0), now_of(*server_) - 256 * 3600, kClockSlack);
}

TEST_F(FreshTables, AreReadOnAStandby) {
  const PostgresServer primary;
  primary.sql(
      "CREATE TABLE far (time timestamptz); CREATE INDEX ON far (time); INSERT INTO far VALUES (now());"
      "GRANT SELECT ON far TO pgwatch");
  PostgresServer& writable = const_cast<PostgresServer&>(primary);
  const PostgresServer standby = writable.standby();
  ASSERT_TRUE(standby.wait_until("SELECT count(*) FROM pg_class WHERE relname = 'far'", "1"));
  const Told told = told_by(standby, check_of("far"));
  EXPECT_TRUE(told.value("last_timestamp_seconds")) << told.detail;
}

// -- In the engine ----------------------------------------------------------------------------------------------------

Collector counted(const FreshnessCheck& check, std::atomic<int>& answers) {
  Collector collector = collector_of(check);
  collector.emit = [emit = collector.emit, &answers](const Rows& rows, Sink& sink) {
    emit(rows, sink);
    if (sink.memory().empty()) ++answers;
  };
  return collector;
}

TEST_F(FreshTables, AreAskedOnTheirIntervalWithoutAnyScrape) {
  make("ticking", "time timestamptz", "VALUES (now())");
  FreshnessCheck check = check_of("ticking");
  check.interval = 100ms;
  std::atomic<int> answers = 0;
  const RunningEngine engine(test_world(server_->conninfo(), {counted(check, answers)}));
  EXPECT_TRUE(eventually([&] { return answers >= 3; }));
}

TEST_F(FreshTables, DelayOtherVisitsByTheirTimeoutWhereACheckHangsAndNothingElse) {
  make("healthy", "time timestamptz", "VALUES (now())");
  FreshnessCheck healthy = check_of("healthy");
  healthy.interval = 100ms;
  FreshnessCheck hanging = check_of("hanging");
  hanging.table = "healthy";
  hanging.filter = "pg_sleep(60) IS NOT NULL";
  hanging.interval = 100ms;
  hanging.timeout = 3s;
  std::atomic<int> answers = 0;
  const Collector quick = {.name = "quick",
                           .help = "A toy.",
                           .source = std::vector<Sql>{{"SELECT 1 AS value"}},
                           .columns = {gauge("value", "A value.")}};
  RunningEngine engine(test_world(server_->conninfo(), {collector_of(hanging), counted(healthy, answers), quick}));
  std::chrono::milliseconds slowest{0};
  int hung = 0;
  EXPECT_TRUE(eventually([&] {
    const Scrape scrape = engine.ask();
    slowest = std::max(slowest, scrape.duration);
    EXPECT_EQ(scrape.page.value("pg_quick_value"), 1);
    hung += server_->value("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") == "1" ? 1 : 0;
    return answers >= 3 && hung > 0;
  }));
  EXPECT_LT(slowest, kSanitized ? hanging.timeout : 1s) << "no scrape waits for it";
  const Told told = told_by(engine.ask(), hanging);
  EXPECT_EQ(told.reason, "57014") << "the server ends it: " << told.detail;
  EXPECT_LT(told.duration, 4s + kSlack);
}

}  // namespace
}  // namespace pgwatch::test
