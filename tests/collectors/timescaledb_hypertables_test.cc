#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(TimescaledbHypertables, TellOfTheirChunksTimesAndPolicies) {
  EXPECT_EQ(
      test::emitted_from(timescaledb_hypertables(), {{{"schema", "odd \"schema"},
                                                      {"hypertable", "bars"},
                                                      {"chunks_total", "52"},
                                                      {"chunks_compressed", "10"},
                                                      {"chunk_interval_seconds", "3600.0000000000000000"},
                                                      {"newest_chunk_end_timestamp_seconds", "1795305600.00000000"},
                                                      {"has_current_chunk", "t"},
                                                      {"future_chunks", "0"},
                                                      {"compression_enabled", "t"},
                                                      {"policy_compression", "f"}}}),
      R"(timescaledb_hypertable_chunk_interval_seconds{schema="odd \"schema",hypertable="bars"} 3600
timescaledb_hypertable_chunks{schema="odd \"schema",hypertable="bars",state="total"} 52
timescaledb_hypertable_chunks{schema="odd \"schema",hypertable="bars",state="compressed"} 10
timescaledb_hypertable_compression_enabled{schema="odd \"schema",hypertable="bars"} 1
timescaledb_hypertable_future_chunks{schema="odd \"schema",hypertable="bars"} 0
timescaledb_hypertable_has_current_chunk{schema="odd \"schema",hypertable="bars"} 1
timescaledb_hypertable_newest_chunk_end_timestamp_seconds{schema="odd \"schema",hypertable="bars"} 1795305600
timescaledb_hypertable_policy{schema="odd \"schema",hypertable="bars",policy="compression"} 0
)");
}

TEST(TimescaledbHypertables, HaveNoTimesWhereAnIntegerTellsTheTime) {
  EXPECT_THAT(test::emitted_from(timescaledb_hypertables(),
                                 {{{"schema", "public"}, {"hypertable", "ints"}, {"chunks_total", "10"}}}),
              Not(HasSubstr("_seconds")));
}

TEST(TimescaledbHypertables, AreReadFromWhatTheReleaseHas) {
  const std::string old = test::statement(timescaledb_hypertables(), 150000, {"_timescaledb_catalog.chunk.dropped"});
  EXPECT_THAT(old, HasSubstr("NOT c.dropped"));
  EXPECT_THAT(old, HasSubstr("_timescaledb_catalog.chunk_constraint AS k"));
  const std::string now =
      test::statement(timescaledb_hypertables(), 180000,
                      {"_timescaledb_catalog.chunk.relid", "_timescaledb_catalog.dimension_slice.chunk_id"});
  EXPECT_THAT(now, Not(HasSubstr("dropped")));
  EXPECT_THAT(now, HasSubstr("s.chunk_id = c.id"));
}

}  // namespace
}  // namespace pgwatch::collectors
