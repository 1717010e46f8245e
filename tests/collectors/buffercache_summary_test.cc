#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "exporter/model/plan.h"
#include "tests/collectors/answer.h"
#include "tests/exporter/model/emitted.h"

namespace pgwatch::collectors {
namespace {

using testing::HasSubstr;

Step planned(int version, const std::string& extension) {
  Facts facts;
  facts.version = version;
  facts.database = "lake";
  if (!extension.empty()) facts.extensions = {{"pg_buffercache", extension, "public"}};
  return plan(buffercache_summary(), facts, {});
}

TEST(BuffercacheSummary, TellsHowFullTheBuffersAre) {
  const Rows rows = test::answer(buffercache_summary(), {{{"buffers_used", "300"},
                                                          {"buffers_unused", "16084"},
                                                          {"buffers_dirty", "12"},
                                                          {"buffers_pinned", "0"},
                                                          {"usagecount_avg", "4.25"}}});
  EXPECT_EQ(test::emitted(buffercache_summary(), rows), R"(pg_buffercache_summary_buffers_dirty 12
pg_buffercache_summary_buffers_pinned 0
pg_buffercache_summary_buffers_unused 16084
pg_buffercache_summary_buffers_used 300
pg_buffercache_summary_usagecount_avg 4.25
)");
}

TEST(BuffercacheSummary, SaysNoMeanOfNoBuffers) {
  const Rows rows = test::answer(buffercache_summary(), {{{"buffers_used", "0"}}});
  EXPECT_EQ(test::emitted(buffercache_summary(), rows), "pg_buffercache_summary_buffers_used 0\n");
}

TEST(BuffercacheSummary, AsksTheExtensionWhereverItIsInstalled) {
  EXPECT_EQ(std::get<Statement>(planned(160000, "1.10")).sql, "SELECT * FROM \"public\".pg_buffercache_summary()");
}

TEST(BuffercacheSummary, IsSkippedWhereThereIsNoSummary) {
  EXPECT_EQ(std::get<Skip>(planned(160000, "")).reason, "extension");
  EXPECT_EQ(std::get<Skip>(planned(150000, "1.3")).detail, "needs PostgreSQL 16");
  EXPECT_THAT(std::get<Skip>(planned(170000, "1.3")).detail, HasSubstr("ALTER EXTENSION pg_buffercache UPDATE"));
}

}  // namespace
}  // namespace pgwatch::collectors
