#include "exporter/model/collector.h"

#include <gtest/gtest.h>

namespace pgwatch {
namespace {

TEST(Columns, ReadAsATable) {
  const Column column = gauge("write_lag", "Lag.").called("pg_lag_seconds").with("stage", "write").by({"slot"});
  EXPECT_EQ(column.use, Use::kGauge);
  EXPECT_EQ(column.name, "write_lag");
  EXPECT_EQ(column.help, "Lag.");
  EXPECT_EQ(column.metric, "pg_lag_seconds");
  EXPECT_EQ(column.fixed, (std::vector<std::pair<std::string, std::string>>{{"stage", "write"}}));
  EXPECT_EQ(column.labels, std::vector<std::string>{"slot"});
  EXPECT_FALSE(column.bare);
}

TEST(Columns, HaveTheUseTheyAreCalledBy) {
  EXPECT_EQ(label("x").use, Use::kLabel);
  EXPECT_EQ(counter("x", "Help.").use, Use::kCounter);
  EXPECT_EQ(untyped("x", "Help.").use, Use::kUntyped);
  EXPECT_EQ(state("x", "Help.", {"a"}).use, Use::kState);
  EXPECT_EQ(state("x", "Help.", {"a"}).states, std::vector<std::string>{"a"});
  EXPECT_EQ(histogram("x", "Help.").use, Use::kHistogram);
  EXPECT_EQ(discard("x").use, Use::kDiscard);
  EXPECT_TRUE(gauge("x", "Help.").unlabelled().bare);
}

TEST(Scopes, AndLanesAreSpelled) {
  EXPECT_EQ(to_string(Scope::kHost), "host");
  EXPECT_EQ(to_string(Scope::kServer), "server");
  EXPECT_EQ(to_string(Scope::kDatabase), "database");
  EXPECT_EQ(to_string(Lane::kFast), "fast");
  EXPECT_EQ(to_string(Lane::kSlow), "slow");
}

TEST(Needs, AreFoundInListsAndTextsOnceEach) {
  const Collector collector = {
      .name = "x",
      .needs = {"pg_wal.x"},
      .source = std::vector<Sql>{
          {.text = "SELECT /*if pg_stat_io.reads*/ reads /*else NULL*/, /*if  pg_size()  */ 1 /*else 2*/",
           .needs = {"pg_stat_io.reads", "timescaledb_information.jobs.job_id"}},
          {.text = "SELECT '/*if a.literal*/', /* if a.remark */ 1 -- /*if a.remark*/"}}};
  EXPECT_EQ(needs_of(collector), (std::vector<std::string>{"pg_size()", "pg_stat_io.reads", "pg_wal.x",
                                                           "timescaledb_information.jobs.job_id"}));
}

TEST(Needs, OfAPlannerAreThoseItLists) {
  const Collector collector = {
      .name = "x", .needs = {"a.b"}, .source = [](const Facts&, const Memory&) -> Step { return Skip{"role"}; }};
  EXPECT_EQ(needs_of(collector), std::vector<std::string>{"a.b"});
}

}  // namespace
}  // namespace pgwatch
