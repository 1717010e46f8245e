// Each statement on each generation of TimescaleDB's catalog, as recorded from a release of it, on a server that has no
// TimescaleDB: that it runs, and that its answer is what was there. tests/timescaledb/rich.sql made it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>

#include "collectors/catalogue.h"
#include "tests/support/timescaledb_catalog.h"
#include "tests/timescaledb/told.h"

namespace pgwatch::test {
namespace {

using testing::ElementsAre;

// Needs of which no recorded catalog has both sides, with the reason.
const std::map<std::string, std::string>& proven_elsewhere() {
  static const std::map<std::string, std::string> reasons = {
      {"_timescaledb_catalog.continuous_agg.bucket_width", "2.14 alone has it: WidthsAreReadAsIn214"},
      {"_timescaledb_functions.subtract_integer_from_now()", "a function of the library: IntegerTimeIsAskedFor"},
  };
  return reasons;
}

Labels of(const std::string& schema, const std::string& hypertable) {
  return {{"schema", schema}, {"hypertable", hypertable}};
}

Labels with(Labels labels, const std::string& name, const std::string& value) {
  labels[name] = value;
  return labels;
}

class Generations : public testing::TestWithParam<TimescaleDbCatalog> {
 protected:
  static void SetUpTestSuite() { server_ = std::make_unique<PostgresServer>(); }
  static void TearDownTestSuite() { server_.reset(); }

  void SetUp() override {
    database_ = "test_" + std::to_string(++databases_);
    server_->sql("CREATE DATABASE " + database_);
    load(GetParam(), *server_, database_);
  }
  void TearDown() override { server_->sql("DROP DATABASE " + database_ + " WITH (FORCE)"); }

  void sql(const std::string& text) const { server_->sql(text, database_); }

  // The extension is not installed here.
  Exposition page(Collector collector) const {
    collector.extension.clear();
    Interview interview(*server_, database_);
    return told(interview, collector);
  }

  inline static std::unique_ptr<PostgresServer> server_;
  inline static int databases_ = 0;
  std::string database_;
};

INSTANTIATE_TEST_SUITE_P(, Generations, testing::ValuesIn(timescaledb_catalogs()), catalog_name);

TEST_P(Generations, AreAllAskedWithoutAnError) {
  for (const Collector& collector : timescaledb_collectors())
    EXPECT_NO_THROW(static_cast<void>(page(collector))) << collector.name;
}

TEST_P(Generations, HaveTheirHypertables) {
  const Exposition page = this->page(collectors::timescaledb_hypertables());
  const auto chunks = [&](const std::string& state, const Labels& labels) {
    return page.value("timescaledb_hypertable_chunks", with(labels, "state", state));
  };
  const Labels bars = of("market", "bars");
  EXPECT_EQ(chunks("total", bars), 12);
  EXPECT_EQ(chunks("compressed", bars), 7);
  EXPECT_EQ(chunks("uncompressed", bars), 5);
  EXPECT_EQ(chunks("frozen", bars), 1);
  EXPECT_EQ(chunks("partial", bars), 1);
  EXPECT_EQ(chunks("total", of("market", "bars_daily")), 1);
  EXPECT_EQ(chunks("total", of("public", "blocks")), 5);
  EXPECT_EQ(chunks("total", of("public", "empty")), 0);
  EXPECT_EQ(chunks("total", of("public", "tiered")), 1);
  EXPECT_EQ(chunks("total", of("Odd schema", "Größe \"x\" 雪")), 1);
  EXPECT_EQ(page.all("timescaledb_hypertable_chunks", {{"state", "total"}}).size(), 10U);
}

TEST_P(Generations, HaveTheTimesTheirChunksSpan) {
  const Exposition page = this->page(collectors::timescaledb_hypertables());
  const std::string metric = "timescaledb_hypertable_";
  const Labels bars = of("market", "bars");
  const Labels blocks = of("public", "blocks");
  EXPECT_EQ(page.value(metric + "chunk_interval_seconds", bars), 86'400);
  EXPECT_EQ(page.value(metric + "has_current_chunk", bars), 1);
  EXPECT_EQ(*page.value(metric + "newest_chunk_end_timestamp_seconds", bars) -
                *page.value(metric + "oldest_chunk_start_timestamp_seconds", bars),
            12 * 86'400);
  EXPECT_EQ(page.value(metric + "future_chunks", bars), 0);
  EXPECT_EQ(page.value(metric + "future_chunks", of("public", "daily")), 1);
  EXPECT_EQ(page.value(metric + "has_current_chunk", of("public", "empty")), 0);
  EXPECT_EQ(*page.value(metric + "newest_chunk_end_timestamp_seconds", of("public", "tiered")) -
                *page.value(metric + "oldest_chunk_start_timestamp_seconds", of("public", "tiered")),
            7 * 86'400);
  for (const char* time : {"chunk_interval_seconds", "oldest_chunk_start_timestamp_seconds", "has_current_chunk"})
    EXPECT_FALSE(page.value(metric + time, blocks)) << time;
}

TEST_P(Generations, HaveTheirPolicies) {
  const Exposition page = this->page(collectors::timescaledb_hypertables());
  const auto policy = [&](const std::string& kind, const Labels& labels) {
    return page.value("timescaledb_hypertable_policy", with(labels, "policy", kind));
  };
  EXPECT_EQ(policy("compression", of("market", "bars")), 1);
  EXPECT_EQ(policy("reorder", of("market", "bars")), 1);
  EXPECT_EQ(policy("retention", of("public", "notes")), 1);
  EXPECT_EQ(policy("retention", of("public", "empty")), 0);
  EXPECT_EQ(policy("refresh", of("market", "bars_daily")), 1);
  EXPECT_EQ(policy("refresh", of("market", "bars_weekly")), 0);
  EXPECT_FALSE(policy("refresh", of("market", "bars")));
  EXPECT_EQ(page.value("timescaledb_hypertable_compression_enabled", of("market", "bars")), 1);
  EXPECT_EQ(page.value("timescaledb_hypertable_compression_enabled", of("public", "readings")), 0);
}

TEST_P(Generations, HaveBacklogs) {
  const Exposition compression = page(collectors::timescaledb_compression());
  const auto backlog = [&](const std::string& reason) {
    return compression.value("timescaledb_compression_backlog_chunks", with(of("market", "bars"), "reason", reason));
  };
  EXPECT_EQ(backlog("uncompressed"), 1);
  EXPECT_EQ(backlog("partial"), 1);
  EXPECT_EQ(backlog("unordered"), 0);
  EXPECT_GT(compression.value("timescaledb_compression_oldest_overdue_seconds", of("market", "bars")), 0);
  EXPECT_GT(compression.value("timescaledb_compression_before_bytes", of("market", "bars")), 0);
  EXPECT_FALSE(compression.value("timescaledb_compression_ratio", of("public", "blocks")));
  const Exposition retention = page(collectors::timescaledb_retention());
  EXPECT_EQ(retention.value("timescaledb_retention_overdue_chunks", of("market", "bars")), 0);
  EXPECT_FALSE(retention.value("timescaledb_retention_oldest_overdue_seconds", of("market", "bars")));
  EXPECT_GT(page(collectors::timescaledb_reorder()).value("timescaledb_reorder_pending_chunks", of("market", "bars")),
            0);
}

TEST_P(Generations, IntegerTimeIsAskedFor) {
  sql("CREATE SCHEMA IF NOT EXISTS _timescaledb_functions; GRANT USAGE ON SCHEMA _timescaledb_functions TO PUBLIC; "
      "CREATE OR REPLACE FUNCTION _timescaledb_functions.subtract_integer_from_now(regclass, bigint) RETURNS bigint "
      "LANGUAGE sql AS 'SELECT public.blocks_now() - $2'");
  const Labels blocks = of("public", "blocks");
  Collector compression = collectors::timescaledb_compression();
  Collector retention = collectors::timescaledb_retention();
  EXPECT_FALSE(page(retention).value("timescaledb_retention_overdue_chunks", blocks));
  compression.options.front().value = retention.options.front().value = 1;
  EXPECT_EQ(page(compression).value("timescaledb_compression_backlog_chunks", with(blocks, "reason", "uncompressed")),
            1);
  EXPECT_EQ(page(retention).value("timescaledb_retention_overdue_chunks", blocks), 1);
  EXPECT_FALSE(page(retention).value("timescaledb_retention_oldest_overdue_seconds", blocks));
}

TEST_P(Generations, HaveContinuousAggregates) {
  const Exposition page = this->page(collectors::timescaledb_continuous_aggregates());
  const Labels daily = {{"schema", "market"}, {"view", "bars_daily"}};
  const Labels weekly = {{"schema", "market"}, {"view", "bars_weekly"}};
  EXPECT_GT(page.value("timescaledb_cagg_watermark_timestamp_seconds", daily), 1'700'000'000);
  EXPECT_FALSE(page.value("timescaledb_cagg_watermark_timestamp_seconds", weekly));
  EXPECT_EQ(page.value("timescaledb_cagg_expected_lag_seconds", daily), 86'400 + 86'400 + 3'600);
  EXPECT_FALSE(page.value("timescaledb_cagg_expected_lag_seconds", weekly));
  EXPECT_EQ(page.value("timescaledb_cagg_materialized_only", daily), 1);
  EXPECT_EQ(page.value("timescaledb_cagg_materialized_only", weekly), 0);
  EXPECT_GT(page.value("timescaledb_cagg_invalidation_rows", with(daily, "log", "hypertable")), 0);
}

// A width that is always of one length was a number then, and another was where all are now.
TEST_P(Generations, WidthsAreReadAsIn214) {
  if (GetParam().generation != 1) GTEST_SKIP() << "2.14 is of the first generation";
  sql("ALTER TABLE _timescaledb_catalog.continuous_agg ADD bucket_width bigint DEFAULT 86400000000;"
      "DELETE FROM _timescaledb_catalog.continuous_aggs_bucket_function");
  const std::string metric = "timescaledb_cagg_expected_lag_seconds";
  EXPECT_EQ(page(collectors::timescaledb_continuous_aggregates()).value(metric, {{"view", "bars_daily"}}), 176'400);
  sql("UPDATE _timescaledb_catalog.continuous_agg SET bucket_width = -1;"
      "DO 'BEGIN EXECUTE (SELECT ''INSERT INTO _timescaledb_catalog.continuous_aggs_bucket_function "
      "(mat_hypertable_id, bucket_width) VALUES ('' || mat_hypertable_id || '', ''''2 days'''')'' "
      "FROM _timescaledb_catalog.continuous_agg WHERE user_view_name = ''bars_daily''); END'");
  EXPECT_EQ(page(collectors::timescaledb_continuous_aggregates()).value(metric, {{"view", "bars_daily"}}), 262'800);
}

TEST_P(Generations, HaveJobs) {
  const Exposition page = this->page(collectors::timescaledb_jobs());
  EXPECT_EQ(page.value("timescaledb_jobs_evaluated"), 1);
  EXPECT_GE(page.value("timescaledb_job_consecutive_failures", {{"proc", "fail"}}), 1);
  EXPECT_FALSE(page.value("timescaledb_job_last_success_timestamp_seconds", {{"proc", "fail"}}));
  EXPECT_EQ(page.all("timescaledb_job_scheduled", {{"internal", "true"}}).size(), 1U);
  int paused = 0;
  for (const Sample& job : page.all("timescaledb_job_scheduled")) {
    if (job.value != 0) continue;
    ++paused;
    EXPECT_FALSE(page.value("timescaledb_job_next_start_timestamp_seconds", {{"job_id", job.labels.at("job_id")}}));
  }
  EXPECT_EQ(paused, 1);
  const Labels refresh = {{"proc", "policy_refresh_continuous_aggregate"}, {"hypertable", "bars_daily"}};
  EXPECT_EQ(page.value("timescaledb_job_runs_total", refresh), 0);
  EXPECT_FALSE(page.value("timescaledb_job_last_start_timestamp_seconds", refresh));
  EXPECT_EQ(page.value("timescaledb_job_schedule_interval_seconds", refresh), 3'600);
}

// As recorded they were without rows, so that each takes a page for its index at most.
TEST_P(Generations, HaveTablesThatAreMeasured) {
  const Exposition sizes = page(collectors::timescaledb_sizes());
  EXPECT_TRUE(sizes.value("timescaledb_hypertable_size_bytes", with(of("market", "bars"), "kind", "total")));
  const Exposition stats = page(collectors::timescaledb_hypertable_stats());
  for (const char* part : {"chunks", "compressed"})
    EXPECT_EQ(stats.value("timescaledb_hypertable_live_rows", with(of("market", "bars"), "part", part)), 0) << part;
  EXPECT_TRUE(page(collectors::timescaledb_open_chunks())
                  .value("timescaledb_hypertable_open_chunk_bytes", of("market", "bars")));
}

TEST(GenerationsTogether, TakeBothSidesOfEveryChoice) {
  const PostgresServer server;
  std::map<std::string, std::set<bool>> taken;
  int number = 0;
  for (const TimescaleDbCatalog& catalog : timescaledb_catalogs()) {
    const std::string database = "generation_" + std::to_string(++number);
    server.sql("CREATE DATABASE " + database);
    load(catalog, server, database);
    const Interview interview(server, database);
    for (const Collector& collector : timescaledb_collectors())
      for (const std::string& need : needs_of(collector))
        taken[need].insert(interview.known().facts.present.contains(need));
  }
  for (const auto& [need, sides] : taken) {
    if (proven_elsewhere().contains(need)) continue;
    EXPECT_THAT(sides, ElementsAre(false, true)) << need;
  }
  for (const auto& [need, reason] : proven_elsewhere()) EXPECT_TRUE(taken.contains(need)) << need << ": " << reason;
}

}  // namespace
}  // namespace pgwatch::test
