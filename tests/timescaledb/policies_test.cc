// Compression, retention, reordering and continuous aggregates, which are in the community edition alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "collectors/catalogue.h"
#include "tests/support/timescaledb.h"
#include "tests/timescaledb/told.h"

namespace pgwatch::test {
namespace {

// Ten chunks of a day, and policies that will not run by themselves.
constexpr const char* kMakeBars = R"(
  CREATE TABLE bars (time timestamptz NOT NULL, symbol text, price float8);
  SELECT create_hypertable('bars', 'time', chunk_time_interval => interval '1 day');
  INSERT INTO bars SELECT now() - i * interval '1 day', 'A', i FROM generate_series(0, 9) AS i;
  CREATE INDEX bars_symbol ON bars (symbol, time);
  ALTER TABLE bars SET (timescaledb.compress, timescaledb.compress_segmentby = 'symbol');
  SELECT add_compression_policy('bars', interval '4 days', initial_start => now() + interval '1 year');
  SELECT add_retention_policy('bars', interval '7 days', initial_start => now() + interval '1 year');
  SELECT add_reorder_policy('bars', 'bars_symbol', initial_start => now() + interval '1 year'))";

constexpr const char* kHourly = R"(
  CREATE MATERIALIZED VIEW hourly WITH (timescaledb.continuous) AS
    SELECT time_bucket(interval '1 hour', time) AS hour, max(price) AS high FROM bars GROUP BY 1 WITH NO DATA)";

const Labels kOfBars = {{"schema", "public"}, {"hypertable", "bars"}};
const Labels kOfHourly = {{"schema", "public"}, {"view", "hourly"}};

class Policies : public OnCommunityTimescaleDb {
 protected:
  void SetUp() override {
    OnCommunityTimescaleDb::SetUp();
    if (IsSkipped()) return;
    server_ = std::make_unique<PostgresServer>(options());
    server_->sql(kMakeBars);
  }

  Exposition page(const Collector& collector) const {
    Interview interview(*server_);
    return told(interview, collector);
  }
  std::optional<double> backlog(const std::string& reason) const {
    return page(collectors::timescaledb_compression())
        .value("timescaledb_compression_backlog_chunks", {{"hypertable", "bars"}, {"reason", reason}});
  }
  double count(const std::string& sql) const { return std::stod(server_->value("SELECT count(*) FROM " + sql)); }
  std::string oldest_chunk() const { return server_->value("SELECT min(c::text) FROM show_chunks('bars') AS c"); }
  void compress_oldest() const { server_->sql("SELECT compress_chunk('" + oldest_chunk() + "')"); }
  void run(const std::string& procedure) const {
    server_->sql(
        "CALL run_job(" +
        server_->value("SELECT job_id FROM timescaledb_information.jobs WHERE proc_name = '" + procedure + "'") + ")");
  }

  std::unique_ptr<PostgresServer> server_;
};

TEST_F(Policies, LeaveABacklogUntilTheyRun) {
  const double due = count("show_chunks('bars', older_than => interval '4 days')");
  EXPECT_GT(due, 3);
  EXPECT_EQ(backlog("uncompressed"), due);
  EXPECT_GT(
      page(collectors::timescaledb_compression()).value("timescaledb_compression_oldest_overdue_seconds", kOfBars),
      3 * 86'400);
  run("policy_compression");
  EXPECT_EQ(backlog("uncompressed"), 0);
  const Exposition after = page(collectors::timescaledb_compression());
  EXPECT_FALSE(after.value("timescaledb_compression_oldest_overdue_seconds", kOfBars));
  EXPECT_EQ(
      after.value("timescaledb_compression_before_bytes", kOfBars),
      std::stod(server_->value("SELECT before_compression_total_bytes FROM hypertable_compression_stats('bars')")));
  EXPECT_EQ(
      after.value("timescaledb_compression_after_bytes", kOfBars),
      std::stod(server_->value("SELECT after_compression_total_bytes FROM hypertable_compression_stats('bars')")));
  EXPECT_EQ(page(collectors::timescaledb_hypertables())
                .value("timescaledb_hypertable_chunks", {{"hypertable", "bars"}, {"state", "compressed"}}),
            due);
}

TEST_F(Policies, FindChunksThatAreOnlyPartlyCompressed) {
  run("policy_compression");
  server_->sql("INSERT INTO bars SELECT min(time), 'B', 1 FROM bars");
  EXPECT_EQ(backlog("partial"), 1);
  EXPECT_EQ(backlog("uncompressed"), 0);
  run("policy_compression");
  EXPECT_EQ(backlog("partial"), 0);
}

TEST_F(Policies, LeaveFrozenAndTieredChunksAlone) {
  const std::optional<double> before = backlog("uncompressed");
  server_->sql("SELECT _timescaledb_functions.freeze_chunk('" + oldest_chunk() + "')");
  EXPECT_EQ(backlog("uncompressed"), *before - 1);
  server_->sql(
      "UPDATE _timescaledb_catalog.chunk SET osm_chunk = true WHERE id = (SELECT min(id) FROM "
      "_timescaledb_catalog.chunk WHERE status = 0)");
  EXPECT_EQ(page(collectors::timescaledb_hypertables())
                .value("timescaledb_hypertable_chunks", {{"hypertable", "bars"}, {"state", "total"}}),
            count("timescaledb_information.chunks"));
}

TEST_F(Policies, LeaveChunksToDropUntilTheyRun) {
  const auto overdue = [&] {
    return page(collectors::timescaledb_retention()).value("timescaledb_retention_overdue_chunks", kOfBars);
  };
  EXPECT_EQ(overdue(), count("show_chunks('bars', older_than => interval '7 days')"));
  EXPECT_GE(overdue(), 1);
  run("policy_retention");
  EXPECT_EQ(overdue(), 0);
}

TEST_F(Policies, SortOneChunkWithEachRun) {
  const auto pending = [&] {
    return page(collectors::timescaledb_reorder()).value("timescaledb_reorder_pending_chunks", kOfBars);
  };
  const double all = count("show_chunks('bars')");
  EXPECT_EQ(pending(), all - 2);
  run("policy_reorder");
  EXPECT_EQ(pending(), all - 3);
}

TEST_F(Policies, RefreshAContinuousAggregate) {
  server_->sql(kHourly);
  const auto aggregates = [&] { return page(collectors::timescaledb_continuous_aggregates()); };
  const std::string watermark = "timescaledb_cagg_watermark_timestamp_seconds";
  EXPECT_FALSE(aggregates().value(watermark, kOfHourly));
  EXPECT_FALSE(aggregates().value("timescaledb_cagg_expected_lag_seconds", kOfHourly));
  server_->sql(
      "SELECT add_continuous_aggregate_policy('hourly', interval '1 month', interval '2 hours', interval "
      "'30 minutes', initial_start => now() + interval '1 year')");
  EXPECT_EQ(aggregates().value("timescaledb_cagg_expected_lag_seconds", kOfHourly), 7'200 + 3'600 + 1'800);
  run("policy_refresh_continuous_aggregate");
  const double behind = std::stod(server_->value("SELECT extract(epoch FROM now())")) -
                        aggregates().value(watermark, kOfHourly).value_or(0);
  EXPECT_GT(behind, 7'200);
  EXPECT_LT(behind, 2 * 86'400);
  EXPECT_EQ(page(collectors::timescaledb_hypertables())
                .value("timescaledb_hypertable_policy", {{"hypertable", "hourly"}, {"policy", "refresh"}}),
            1);
}

TEST_F(Policies, AreToldOfWhatChangedMeanwhile) {
  server_->sql(kHourly);
  server_->sql("CALL refresh_continuous_aggregate('hourly', NULL, NULL)");
  const auto waiting = [&] {
    return page(collectors::timescaledb_continuous_aggregates())
        .value("timescaledb_cagg_invalidation_rows", {{"view", "hourly"}, {"log", "hypertable"}});
  };
  EXPECT_EQ(waiting(), 0);
  server_->sql("UPDATE bars SET price = 7 WHERE time < now() - interval '5 days'");
  EXPECT_GE(waiting(), 1);
}

TEST_F(Policies, ForIntegersAreAskedOnlyWhereThatIsWanted) {
  server_->sql("CREATE TABLE ints (id bigint NOT NULL)");
  server_->sql("SELECT create_hypertable('ints', 'id', chunk_time_interval => 100)");
  server_->sql("CREATE FUNCTION ints_now() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT bigint ''1000'''");
  server_->sql("SELECT set_integer_now_func('ints', 'ints_now'); INSERT INTO ints SELECT generate_series(0, 999)");
  server_->sql("SELECT add_retention_policy('ints', 300, initial_start => now() + interval '1 year')");
  Collector retention = collectors::timescaledb_retention();
  const auto overdue = [&] {
    return page(retention).value("timescaledb_retention_overdue_chunks", {{"hypertable", "ints"}});
  };
  EXPECT_FALSE(overdue());
  retention.options.front().value = 1;
  EXPECT_EQ(overdue(), 7);
}

TEST_F(Policies, CostNoMoreThanCollectorsSay) {
  server_->sql(kHourly);
  run("policy_compression");
  Interview interview(*server_);
  for (const Collector& collector : timescaledb_collectors())
    EXPECT_LE(interview.pages_of(collector), claimed_pages(collector.cost, *server_)) << collector.name;
}

}  // namespace
}  // namespace pgwatch::test
