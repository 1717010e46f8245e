// The deployments of examples/, each on a real server: made by its schema, fed, watched by its configuration, and gone
// stale. Of that configuration only the path of the queries and the patience are others here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <memory>

#include "exporter/util/file.h"
#include "tests/integration/deployment_rows.h"
#include "tests/integration/one_probe.h"
#include "tests/support/timescaledb.h"

namespace pgwatch::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;

// A sample of the page. Of one server all have its label.
struct Shown {
  std::string metric;
  Labels labels;
  double value;
};

Shown status_of(const std::string& check, double value) {
  return {"pgwatch_freshness_status", {{"check", check}}, value};
}

Shown status_of(const std::string& check, const std::string& group, double value) {
  return {"pgwatch_freshness_status", {{"check", check}, {"group", group}}, value};
}

Shown policies(const std::string& hypertable, const std::string& policy, double value) {
  return {"timescaledb_hypertable_policy", {{"hypertable", hypertable}, {"policy", policy}}, value};
}

// Each as "critical lake stock_quotes AAPL".
std::vector<std::string> verdicts(const Json& result) {
  std::vector<std::string> all;
  for (const Json& one : result.at("checks").items()) {
    const std::string subject = one.at("subject").is_null() ? "" : " " + one.at("subject").text();
    all.push_back(one.at("status").text() + " " + one.at("target").text() + " " + one.at("name").text() + subject);
  }
  return all;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  return text.replace(text.find(what), what.size(), by);
}

// -- One deployment ---------------------------------------------------------------------------------------------------

class Deployments : public OnEachTimescaleDb {
 protected:
  static bool is_apache() { return GetParam().timescaledb == TimescaleDb::kApache; }

  // A server whose database is as the example's schema makes it, and what was said of its edition.
  void make(const std::string& example, const std::string& database) {
    example_ = std::string(PGWATCH_SOURCE_FOLDER) + "/examples/" + example + "/";
    database_ = database;
    PostgresOptions told = options();
    told.settings.emplace_back("log_min_messages = notice");
    server_ = std::make_unique<PostgresServer>(told);
    server_->sql("CREATE DATABASE " + database);
    for (const char* turn : {"first", "again"}) EXPECT_NO_THROW(sql(read_file(example_ + "schema.sql"))) << turn;
    const std::string left_out = "NOTICE:  This TimescaleDB runs under the Apache license, which leaves out: ";
    EXPECT_EQ(server_->log().find(left_out) != std::string::npos, is_apache());
    EXPECT_THAT(server_->log(), Not(HasSubstr("There is no role pgwatch")));
  }

  void sql(const std::string& text) const { server_->sql(text, database_); }
  std::string conninfo() const { return server_->conninfo("pgwatch", database_); }

  // A recorded dump, of this age from now on.
  void back_up(const std::string& recorded, std::chrono::hours age) const {
    namespace fs = std::filesystem;
    const fs::path from = std::string(PGWATCH_SOURCE_FOLDER) + "/tests/fixtures/dumps/" + recorded;
    fs::copy_file(from, backups_.path() / recorded, fs::copy_options::overwrite_existing);
    fs::last_write_time(backups_.path() / recorded, fs::file_time_type::clock::now() - age);
  }

  // Around the clock, for a test runs at any hour.
  Environment environment(Environment conninfos) const {
    conninfos["MARKET_CALENDAR"] = "always";
    conninfos["BACKUP_DIRECTORY"] = backups_.path().string();
    return conninfos;
  }

  std::string config() const {
    const std::string patient =
        replaced(read_file(example_ + "pgwatch.yaml"), "\nfreshness:\n", "\nfreshness:\n  defaults: {timeout: 10s}\n");
    return replaced(patient, "[queries.yaml]", "[\"" + example_ + "queries.yaml\"]");
  }

  void expect_verdicts(const Environment& conninfos, int status, const std::vector<std::string>& expected) const {
    const std::vector<std::string> arguments = {"--format", "json", "--timeout", "15s"};
    OneProbe probe(config(), {.arguments = arguments, .environment = environment(conninfos)});
    EXPECT_EQ(probe.status(15s), status) << probe.output() << probe.errors();
    EXPECT_THAT(verdicts(probe.json()), IsSupersetOf(expected)) << probe.output();
  }

  // The daemon's page comes to have all of them.
  void expect_page(const Environment& conninfos, const std::string& server, std::vector<Shown> expected) const {
    const Pgwatch pgwatch(config(), {.environment = environment(conninfos)});
    for (Shown& one : expected) one.labels["server"] = server;
    std::string wrong;
    EXPECT_TRUE(eventually([&] {
      const Exposition page = scrape(pgwatch).page;
      const auto is_there = [&](const Shown& one) { return page.value(one.metric, one.labels) == one.value; };
      const auto missing = std::ranges::find_if_not(expected, is_there);
      wrong = missing == expected.end() ? "" : missing->metric + testing::PrintToString(missing->labels);
      return wrong.empty();
    })) << wrong
        << " is not as expected\n"
        << pgwatch.log();
  }

  std::unique_ptr<PostgresServer> server_;

 private:
  std::string example_;
  std::string database_;
  TemporaryFolder backups_;
};

INSTANTIATE_TEST_SUITE_P(, Deployments, every_timescaledb(), timescaledb_name);

// -- A market data lake -----------------------------------------------------------------------------------------------

TEST_P(Deployments, AMarketDataLakeIsWellWhileItIsFedAndTellsWhatHasGoneStale) {
  make("market-data-lake", "lake");
  const std::string embeddings = "SELECT count(*) FROM pg_indexes WHERE indexname = 'news_articles_embedding'";
  if (is_apache()) {
    EXPECT_EQ(server_->value(embeddings, "lake"), "1") << "Debian's servers have pgvector";
  }
  const Environment lake = {{"LAKE_CONNINFO", conninfo()}};
  sql(kLakeFed);
  back_up("whole-2.29.2.dump", 1h);
  expect_verdicts(lake, 0,
                  {"ok lake stock_quotes AAPL", "ok lake stock_quotes MSFT", "ok lake ohlcv_1min", "ok lake daily_bars",
                   "ok lake news_articles", "ok lake agent_logs scout", "ok lake agent_logs critic",
                   "ok lake mcp_sources quotes", "ok lake mcp_sources news", "ok lake mcp_sources_healthy news",
                   "ok lake data_quality_metrics stock_quotes", "ok lake data_quality_score stock_quotes/completeness",
                   "ok lake backup_nightly_age", "ok lake backup_nightly_contents"});
  expect_page(lake, "lake",
              {status_of("stock_quotes", "AAPL", 0),
               {"mcp_sources_healthy", {{"source_name", "news"}}, 1},
               {"data_quality_score", {{"table_name", "stock_quotes"}}, 1},
               {"timescaledb_hypertable_chunk_interval_seconds", {{"hypertable", "stock_quotes"}}, 86'400},
               policies("stock_quotes", "retention", is_apache() ? 0 : 1)});
  sql(kLakeStale);
  back_up("whole-2.29.2.dump", 60h);
  expect_verdicts(lake, 2,
                  {"critical lake stock_quotes AAPL", "critical lake stock_quotes MSFT", "critical lake ohlcv_1min",
                   "critical lake daily_bars", "warning lake news_articles", "ok lake agent_logs scout",
                   "critical lake agent_logs critic", "ok lake mcp_sources quotes", "critical lake mcp_sources news",
                   "critical lake mcp_sources_healthy news", "critical lake mcp_sources_consecutive_failures news",
                   "warning lake data_quality_metrics stock_quotes", "critical lake backup_nightly_age",
                   "critical lake data_quality_score stock_quotes/completeness"});
  expect_page(lake, "lake",
              {status_of("stock_quotes", "AAPL", 2),
               status_of("mcp_sources", "news", 2),
               {"mcp_sources_consecutive_failures", {{"source_name", "news"}}, 288},
               {"data_quality_score", {{"table_name", "stock_quotes"}}, 0.5},
               {"pgwatch_freshness_groups_missing", {{"check", "stock_quotes"}}, 2}});
}

// -- A crypto feed ----------------------------------------------------------------------------------------------------

TEST_P(Deployments, ACryptoFeedIsWellWhileItIsFedAndTellsWhatHasGoneStale) {
  make("crypto-feed", "crypto_scout");
  const Environment crypto = {{"CRYPTO_CONNINFO", conninfo()}};
  sql(kCryptoFed);
  back_up("whole-2.29.2.dump", 2h);
  expect_verdicts(crypto, 0,
                  {"ok crypto btc_usdt", "ok crypto eth_usdt", "ok crypto fear_and_greed", "ok crypto launch_pools",
                   "ok crypto backup_daily_contents"});
  const double policy = is_apache() ? 0 : 1;
  expect_page(crypto, "crypto",
              {status_of("eth_usdt", 0),
               {"fear_and_greed_value", {{"name", "Greed"}}, 70},
               {"launch_pools_announced", {{"return_coin", "NEW"}}, 1},
               {"launch_pools_running", {{"return_coin", "OLD"}}, 1},
               {"timescaledb_hypertable_future_chunks", {{"hypertable", "bybit_lpl"}}, 1},
               policies("bybit_lpl", "compression", policy),
               policies("cmc_fgi", "retention", policy),
               policies("bybit_spot_tickers_btc_usdt", "reorder", policy)});
  sql(kCryptoStale);
  back_up("schema-2.19.3.dump", 1h);
  expect_verdicts(
      crypto, 2,
      {"ok crypto btc_usdt", "warning crypto btc_usdt", "critical crypto eth_usdt", "critical crypto fear_and_greed",
       "critical crypto launch_pools", "ok crypto backup_daily_age", "critical crypto backup_daily_contents"});
  expect_page(crypto, "crypto",
              {status_of("btc_usdt", 1),
               status_of("eth_usdt", 2),
               status_of("launch_pools", 2),
               {"fear_and_greed_value", {{"name", "Fear"}}, 30},
               {"pgwatch_freshness_violations", {{"check", "btc_usdt"}, {"rule", "no_price"}}, 1},
               {"pgwatch_backup_hypertable_rows_missing", {{"backup", "daily"}}, 1}});
}

// -- A trading system -------------------------------------------------------------------------------------------------

testing::AssertionResult has_followed(const PostgresServer& standby, const PostgresServer& primary) {
  const std::string written = primary.value("SELECT pg_current_wal_flush_lsn()");
  return standby.wait_until("SELECT pg_last_wal_replay_lsn() >= '" + written + "'", "t");
}

TEST_P(Deployments, ATradingSystemIsWellWhileItIsFedAndTellsWhatHasGoneStale) {
  make("trading-system", "trading_data");
  const PostgresServer standby = server_->standby();
  const Environment both = {{"PRIMARY_CONNINFO", conninfo()},
                            {"STANDBY_CONNINFO", standby.conninfo("pgwatch", "trading_data")}};
  sql(kTradingFed);
  back_up("whole-2.29.2.dump", 1h);
  ASSERT_TRUE(has_followed(standby, *server_));
  expect_verdicts(
      both, 0,
      {"ok primary market_data NVDA", "ok primary market_data MSFT", "ok primary own_freshness NVDA",
       "ok primary own_freshness MSFT", "ok primary dual_ticker_summary MSFT", "ok primary data_quality_reports",
       "ok primary positions", "ok primary trading_ohlc_violations NVDA/high_is_highest", "ok standby market_data NVDA",
       "ok primary trading_quality_pass_rate passed", "ok primary trading_orders_oldest_seconds", "ok standby role"});
  expect_page(both, "primary",
              {status_of("market_data", "NVDA", 0),
               {"trading_freshness_fresh", {{"symbol", "NVDA"}}, 1},
               {"trading_ohlc_violations", {{"symbol", "NVDA"}, {"check_name", "high_is_highest"}}, 0},
               {"trading_quality_pass_rate", {{"status", "passed"}}, 1},
               {"trading_orders_open", {}, 1},
               policies("orders", "compression", is_apache() ? 0 : 1)});
  sql(kTradingStale);
  ASSERT_TRUE(has_followed(standby, *server_));
  expect_verdicts(
      both, 2,
      {"critical primary market_data NVDA", "critical primary market_data MSFT", "critical primary own_freshness NVDA",
       "critical primary own_freshness MSFT", "ok primary dual_ticker_summary NVDA",
       "critical primary dual_ticker_summary MSFT", "critical primary data_quality_reports",
       "critical primary positions", "warning primary trading_ohlc_violations NVDA/high_is_highest",
       "warning primary trading_orders_oldest_seconds", "critical standby market_data NVDA"});
  expect_page(both, "primary",
              {status_of("own_freshness", "NVDA", 2),
               {"trading_freshness_fresh", {{"symbol", "NVDA"}}, 0},
               {"trading_ohlc_violations", {{"symbol", "NVDA"}, {"check_name", "high_is_highest"}}, 1},
               {"pgwatch_freshness_groups_missing", {{"check", "dual_ticker_summary"}}, 1}});
}

}  // namespace
}  // namespace pgwatch::test
