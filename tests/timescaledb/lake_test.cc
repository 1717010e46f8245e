// What is told of a lake of hypertables, on each edition, with the extension in a schema of its own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "collectors/catalogue.h"
#include "tests/support/sql.h"
#include "tests/support/timescaledb.h"
#include "tests/support/wait.h"
#include "tests/timescaledb/told.h"

namespace pgwatch::test {
namespace {

using testing::IsEmpty;

// 49 chunks of an hour up to the next and one of a clock that is wrong; integers; space partitions; none; odd names.
constexpr const char* kLake = R"(
  CREATE SCHEMA ext;
  CREATE EXTENSION timescaledb SCHEMA ext;
  CREATE TABLE bars (time timestamptz NOT NULL, price float8);
  SELECT ext.create_hypertable('bars', 'time', chunk_time_interval => interval '1 hour');
  INSERT INTO bars SELECT date_trunc('hour', now()) - i * interval '30 minutes', i FROM generate_series(-2, 94) AS i;
  INSERT INTO bars VALUES (now() + interval '3 days', 1);
  CREATE TABLE ints (id bigint NOT NULL);
  SELECT ext.create_hypertable('ints', 'id', chunk_time_interval => 100);
  INSERT INTO ints SELECT generate_series(0, 950);
  CREATE TABLE spaced (time timestamp NOT NULL, device int);
  SELECT ext.create_hypertable('spaced', 'time', 'device', 2, chunk_time_interval => interval '1 day');
  INSERT INTO spaced SELECT localtimestamp, i FROM generate_series(1, 20) AS i;
  CREATE TABLE empty (day date NOT NULL);
  SELECT ext.create_hypertable('empty', 'day');
  CREATE SCHEMA "odd ""schema";
  CREATE TABLE "odd ""schema"."Größe \" (day date NOT NULL);
  SELECT ext.create_hypertable('"odd ""schema"."Größe \"', 'day');
  INSERT INTO "odd ""schema"."Größe \" VALUES (current_date))";

const Labels kBars = {{"hypertable", "bars"}};
const Labels kInts = {{"hypertable", "ints"}};
const Labels kSpaced = {{"hypertable", "spaced"}};
const Labels kEmpty = {{"hypertable", "empty"}};
const Labels kOdd = {{"schema", "odd \"schema"}, {"hypertable", "Größe \\"}};

class Lake : public OnEachTimescaleDb {
 protected:
  void SetUp() override {
    OnEachTimescaleDb::SetUp();
    if (IsSkipped()) return;
    server_ = std::make_unique<PostgresServer>(options());
    server_->sql("CREATE DATABASE lake");
    server_->sql(kLake, "lake");
  }

  Exposition page(const Collector& collector) const {
    Interview interview(*server_, "lake");
    return told(interview, collector);
  }
  static std::optional<double> chunks(const Exposition& page, Labels labels) {
    labels["state"] = "total";
    return page.value("timescaledb_hypertable_chunks", labels);
  }
  static std::optional<double> total_size(const Exposition& page, Labels labels) {
    labels["kind"] = "total";
    return page.value("timescaledb_hypertable_size_bytes", labels);
  }
  bool is_community() const { return GetParam().timescaledb == TimescaleDb::kCommunity; }

  std::unique_ptr<PostgresServer> server_;
};

INSTANTIATE_TEST_SUITE_P(, Lake, every_timescaledb(), timescaledb_name);

TEST_P(Lake, HasVersionEditionAndWorkers) {
  ASSERT_TRUE(
      eventually([&] { return page(collectors::timescaledb_info()).value("timescaledb_scheduler_running") == 1; }));
  const Exposition page = this->page(collectors::timescaledb_info());
  const std::string version =
      server_->value("SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'", "lake");
  EXPECT_EQ(
      page.value("timescaledb_info", {{"version", version}, {"edition", is_community() ? "community" : "apache"}}), 1);
  EXPECT_EQ(page.value("timescaledb_hypertables"), 5);
  EXPECT_EQ(page.value("timescaledb_max_background_workers"), 16);
  EXPECT_GE(page.value("timescaledb_background_workers"), 1);
}

TEST_P(Lake, HasHypertables) {
  const Exposition page = this->page(collectors::timescaledb_hypertables());
  EXPECT_EQ(chunks(page, kBars), 50);
  EXPECT_EQ(chunks(page, kInts), 10);
  EXPECT_EQ(chunks(page, kSpaced), 2);
  EXPECT_EQ(chunks(page, kEmpty), 0);
  EXPECT_EQ(chunks(page, kOdd), 1);
  const std::string metric = "timescaledb_hypertable_";
  EXPECT_EQ(page.value(metric + "has_current_chunk", kBars), 1);
  EXPECT_EQ(page.value(metric + "has_current_chunk", kEmpty), 0);
  EXPECT_FALSE(page.value(metric + "has_current_chunk", kInts));
  EXPECT_EQ(page.value(metric + "future_chunks", kBars), 1);
  EXPECT_EQ(page.value(metric + "future_chunks", kSpaced), 0);
  EXPECT_EQ(page.value(metric + "oldest_chunk_start_timestamp_seconds", kBars),
            std::stod(server_->value("SELECT extract(epoch FROM min(time)) FROM bars", "lake")));
  EXPECT_FALSE(page.value(metric + "oldest_chunk_start_timestamp_seconds", kEmpty));
}

TEST_P(Lake, LosesAHypertableThatIsDropped) {
  server_->sql("DROP TABLE ints", "lake");
  EXPECT_FALSE(chunks(page(collectors::timescaledb_hypertables()), kInts));
}

TEST_P(Lake, IsMeasured) {
  const auto size = [&](const std::string& table) {
    return std::stod(server_->value("SELECT sum(total_bytes) FROM ext.chunks_detailed_size('" + table + "')", "lake"));
  };
  const Exposition sizes = page(collectors::timescaledb_sizes());
  EXPECT_EQ(total_size(sizes, kBars), size("bars"));
  EXPECT_EQ(total_size(sizes, kSpaced), size("spaced"));
  const Exposition open = page(collectors::timescaledb_open_chunks());
  EXPECT_EQ(open.value("timescaledb_hypertable_open_chunk_bytes", kSpaced), size("spaced"));
  EXPECT_EQ(open.value("timescaledb_hypertable_open_chunk_bytes", kBars), size("bars") / 50);
}

// What sessions counted is told when they have ended.
TEST_P(Lake, CountsWhatHappensToItsChunks) {
  EXPECT_TRUE(eventually([&] {
    return page(collectors::timescaledb_hypertable_stats()).value("timescaledb_hypertable_live_rows", kInts) == 951;
  }));
}

TEST_P(Lake, IsToldOfWhileAChunkIsLocked) {
  const std::string chunk = server_->value("SELECT ext.show_chunks('spaced')::text LIMIT 1", "lake");
  SqlSession locker(server_->socket_conninfo("postgres", "lake"));
  locker.run("BEGIN; LOCK TABLE " + chunk + " IN ACCESS EXCLUSIVE MODE");
  for (const Collector& collector : timescaledb_collectors())
    EXPECT_NO_THROW(static_cast<void>(page(collector))) << collector.name;
  const Exposition open = page(collectors::timescaledb_open_chunks());
  EXPECT_FALSE(open.value("timescaledb_hypertable_open_chunk_bytes", kSpaced));
  EXPECT_TRUE(open.value("timescaledb_hypertable_open_chunk_bytes", kBars));
  const Exposition sizes = page(collectors::timescaledb_sizes());
  EXPECT_GT(total_size(sizes, kSpaced), 0);
  EXPECT_EQ(total_size(sizes, kBars),
            std::stod(server_->value("SELECT sum(total_bytes) FROM ext.chunks_detailed_size('bars')", "lake")));
}

// On the Apache edition TimescaleDB's own job always fails.
TEST_P(Lake, TellsItsOwnJobsFromThoseOfUsers) {
  const std::string outcome = is_community() ? "timescaledb_job_successes_total" : "timescaledb_job_failures_total";
  EXPECT_TRUE(eventually([&] {
    return page(collectors::timescaledb_jobs()).value(outcome, {{"job_id", "3"}, {"internal", "true"}}) >= 1;
  }));
  const Exposition page = this->page(collectors::timescaledb_jobs());
  EXPECT_THAT(page.all("timescaledb_job_consecutive_failures", {{"internal", "false"}}), IsEmpty());
  EXPECT_EQ(page.value("timescaledb_job_crashes_total", {{"job_id", "3"}}), 0);
}

TEST_P(Lake, OfAStandbyHasHypertablesAndNoJobs) {
  const PostgresServer standby = server_->standby();
  const auto told_there = [&](const Collector& collector) {
    Interview interview(standby, "lake");
    return told(interview, collector);
  };
  ASSERT_TRUE(standby.wait_until("SELECT count(*) FROM pg_database WHERE datname = 'lake'", "1"));
  ASSERT_TRUE(eventually([&] {
    return standby.value("SELECT count(*) FROM pg_tables WHERE schemaname = 'odd \"schema'", "lake") == "1";
  }));
  EXPECT_TRUE(eventually([&] { return chunks(told_there(collectors::timescaledb_hypertables()), kOdd) == 1; }));
  const Exposition jobs = told_there(collectors::timescaledb_jobs());
  EXPECT_EQ(jobs.value("timescaledb_jobs_evaluated"), 0);
  EXPECT_EQ(jobs.samples().size(), 1U);
  EXPECT_FALSE(told_there(collectors::timescaledb_info()).value("timescaledb_scheduler_running"));
  EXPECT_TRUE(total_size(told_there(collectors::timescaledb_sizes()), kBars));
}

TEST_P(Lake, CostsNoMoreThanCollectorsSay) {
  Interview interview(*server_, "lake");
  for (const Collector& collector : timescaledb_collectors())
    EXPECT_LE(interview.pages_of(collector), claimed_pages(collector.cost, *server_, "lake")) << collector.name;
}

}  // namespace
}  // namespace pgwatch::test
