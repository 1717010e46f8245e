// The collectors of tables against the server's own views, on every major.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "collectors/catalogue.h"
#include "tests/integration/toys.h"
#include "tests/support/majors.h"

namespace pgwatch::test {
namespace {

using testing::IsEmpty;

constexpr const char* kTables = R"(
  CREATE TABLE bare (id int);
  CREATE TABLE orders (id bigserial PRIMARY KEY, text text, other int);
  CREATE INDEX ON orders (other);
  CREATE TABLE parted (id int) PARTITION BY RANGE (id);
  CREATE TABLE part PARTITION OF parted FOR VALUES FROM (0) TO (100);
  CREATE MATERIALIZED VIEW seen AS SELECT * FROM orders;
  INSERT INTO orders (text, other) SELECT repeat('x', 3000), i FROM generate_series(1, 500) AS i;
  UPDATE orders SET other = 0 WHERE id < 50;
  DELETE FROM orders WHERE id > 450;
  INSERT INTO parted VALUES (1), (2);)";

constexpr const char* kChunks = R"(
  CREATE SCHEMA _timescaledb_internal;
  CREATE TABLE _timescaledb_internal._hyper_1_1_chunk (id int PRIMARY KEY);
  CREATE TABLE _timescaledb_internal.compress_hyper_2_2_chunk (id int PRIMARY KEY);
  CREATE TABLE _timescaledb_internal._hyper_1_1_chunk_compressed (id int PRIMARY KEY);
  CREATE TABLE _timescaledb_internal._materialized_hypertable_3 (id int);
  CREATE TABLE public._hyper_4_4_chunk (id int PRIMARY KEY);
  CREATE TABLE public.lump_chunk (id int))";

class Tables : public OnEachMajor {
 protected:
  void SetUp() override {
    OnEachMajor::SetUp();
    if (IsSkipped()) return;
    server_ = std::make_unique<PostgresServer>(PostgresOptions{.major = major(), .settings = {"autovacuum = off"}});
    server_->sql("CREATE DATABASE lake");
    server_->sql(kTables, "lake");
    server_->sql("VACUUM ANALYZE orders", "lake");
    server_->sql("SET enable_seqscan = off; SELECT * FROM orders WHERE id = 7; SELECT * FROM orders WHERE other = 60",
                 "lake");
    // What the last session counted is told when it has ended.
    ASSERT_TRUE(eventually([&] { return value("idx_scan", "pg_stat_user_tables", "orders") >= "2"; }));
  }

  std::string value(const std::string& column, const std::string& view, const std::string& table) const {
    return server_->value("SELECT coalesce(" + column + ", 0) FROM " + view + " WHERE relname = '" + table + "'",
                          "lake");
  }

  // A page of these collectors, which have been told of the lake.
  Exposition page(const std::vector<Collector>& collectors) const {
    RunningEngine engine(test_world(server_->conninfo("pgwatch", "lake"), collectors));
    const auto all_told = [&](const Scrape& one) {
      const auto told = [](const Answered& answer) { return answer.served && answer.served->database == "lake"; };
      return static_cast<std::size_t>(std::ranges::count_if(one.snapshot.answers, told)) == collectors.size();
    };
    return engine.ask_until(all_told).page;
  }

  std::unique_ptr<PostgresServer> server_;
};

INSTANTIATE_TEST_SUITE_P(, Tables, every_major(), major_name);

TEST_P(Tables, AreToldOfAsTheViewTells) {
  const Exposition page = this->page({collectors::stat_user_tables()});
  for (const char* table : {"bare", "orders", "part", "seen"})
    for (const char* column : {"seq_scan", "seq_tup_read", "idx_scan", "idx_tup_fetch", "n_tup_ins", "n_tup_upd",
                               "n_tup_del", "n_tup_hot_upd", "n_live_tup", "n_dead_tup", "n_mod_since_analyze",
                               "vacuum_count", "autovacuum_count", "analyze_count", "autoanalyze_count"})
      EXPECT_EQ(page.value(std::string("pg_stat_user_tables_") + column, {{"relname", table}}),
                std::stod(value(column, "pg_stat_user_tables", table)))
          << table << " " << column;
  EXPECT_EQ(page.value("pg_stat_user_tables_last_vacuum", {{"relname", "orders"}}),
            std::stod(value("floor(extract(epoch FROM last_vacuum))", "pg_stat_user_tables", "orders")));
  EXPECT_EQ(page.value("pg_stat_user_tables_last_vacuum", {{"relname", "bare"}}), 0);
  EXPECT_TRUE(page.value("pg_stat_user_tables_seq_scan", {{"relname", "parted"}}));
  EXPECT_EQ(page.all("pg_stat_user_tables_seq_scan").size(), 5U);
}

TEST_P(Tables, HaveTheirPagesCountedAsTheViewCounts) {
  const Exposition page = this->page({collectors::statio_user_tables(), collectors::statio_user_indexes()});
  for (const std::string part : {"heap", "idx", "toast", "tidx"})
    for (const std::string what : {"_read", "_hit"})
      EXPECT_EQ(page.value("pg_statio_user_tables_" + part + "_blocks" + what, {{"relname", "orders"}}),
                std::stod(value(part + "_blks" + what, "pg_statio_user_tables", "orders")))
          << part << what;
  EXPECT_EQ(page.value("pg_statio_user_tables_toast_blocks_hit", {{"relname", "bare"}}), 0);
  EXPECT_EQ(page.value("pg_statio_user_indexes_idx_blks_hit_total", {{"indexrelname", "orders_pkey"}}),
            std::stod(server_->value(
                "SELECT idx_blks_hit FROM pg_statio_user_indexes WHERE indexrelname = 'orders_pkey'", "lake")));
}

TEST_P(Tables, AreMeasured) {
  const Exposition page = this->page({collectors::table_sizes()});
  const auto size = [&](const char* function) {
    return std::stod(server_->value("SELECT " + std::string(function) + "('orders')", "lake"));
  };
  EXPECT_EQ(page.value("pg_stat_user_tables_table_size_bytes", {{"relname", "orders"}}), size("pg_table_size"));
  EXPECT_EQ(page.value("pg_stat_user_tables_index_size_bytes", {{"relname", "orders"}}), size("pg_indexes_size"));
  EXPECT_THAT(page.all("pg_table_size_age_seconds"), IsEmpty());
}

// Only the largest where that is what is wanted, and no chunk of TimescaleDB ever.
TEST_P(Tables, AreChosen) {
  server_->sql(kChunks, "lake");
  server_->sql("CREATE INDEX small ON part (id)", "lake");
  const auto told_of = [](const Exposition& page, const std::string& family) {
    std::set<std::string> names;
    for (const Sample& sample : page.all(family)) names.insert(sample.labels.at("relname"));
    return names;
  };
  Collector top = collectors::stat_user_tables();
  top.options.front().value = 1;
  Collector top_index = collectors::stat_user_indexes();
  top_index.options.front().value = 2;
  const Exposition chosen = page({top, top_index, collectors::statio_user_tables()});
  EXPECT_THAT(told_of(chosen, "pg_stat_user_tables_seq_scan"), testing::ElementsAre("orders"));
  EXPECT_EQ(chosen.all("pg_stat_user_indexes_idx_scan", {{"relname", "orders"}}).size(), 2U);
  EXPECT_THAT(told_of(chosen, "pg_stat_user_indexes_idx_scan"), testing::ElementsAre("orders"));
  EXPECT_THAT(
      told_of(chosen, "pg_statio_user_tables_heap_blocks_hit"),
      testing::ElementsAre("_materialized_hypertable_3", "bare", "lump_chunk", "orders", "part", "parted", "seen"));
}

TEST_P(Tables, HaveSequencesThatRunOut) {
  server_->sql(
      "ALTER SEQUENCE orders_id_seq MAXVALUE 1000; CREATE SEQUENCE down INCREMENT -1 MINVALUE -10 MAXVALUE -1;"
      "SELECT nextval('down') FROM generate_series(1, 9); CREATE SEQUENCE secret; CREATE SEQUENCE unused;"
      "GRANT SELECT ON orders_id_seq, down, unused TO pgwatch",
      "lake");
  const Exposition page = this->page({collectors::sequences()});
  const std::string used = "pg_sequences_used_ratio";
  EXPECT_EQ(page.value(used, {{"sequencename", "orders_id_seq"}}), 0.5);
  EXPECT_EQ(page.value("pg_sequences_remaining_values", {{"sequencename", "orders_id_seq"}}), 500);
  EXPECT_EQ(page.value(used, {{"sequencename", "down"}}), 0.9);
  EXPECT_EQ(page.value("pg_sequences_remaining_values", {{"sequencename", "down"}}), 1);
  EXPECT_EQ(page.all(used).size(), 2U);
  EXPECT_EQ(page.value("pg_sequences_unreadable"), 1);
}

TEST_P(Tables, HaveIndexesThatAreInvalid) {
  EXPECT_EQ(page({collectors::invalid_indexes()}).value("pg_invalid_indexes_count"), 0);
  EXPECT_ANY_THROW(server_->sql("CREATE UNIQUE INDEX CONCURRENTLY twice ON orders (text)", "lake"));
  const Exposition page = this->page({collectors::invalid_indexes()});
  EXPECT_EQ(page.value("pg_invalid_indexes_count"), 1);
  EXPECT_EQ(page.value("pg_invalid_indexes_maintained", {{"relname", "orders"}, {"indexrelname", "twice"}}), 0);
}

}  // namespace
}  // namespace pgwatch::test
