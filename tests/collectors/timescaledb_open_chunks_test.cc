#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"
#include "tests/exporter/model/emitted.h"

namespace pgwatch::collectors {
namespace {

std::string emitted(const test::Row& row) {
  return test::emitted(timescaledb_open_chunks(), test::answer(timescaledb_open_chunks(), {row}));
}

TEST(TimescaledbOpenChunks, AreMeasured) {
  EXPECT_EQ(emitted({{"schema", "public"}, {"hypertable", "bars"}, {"bytes", "24576"}}),
            "timescaledb_hypertable_open_chunk_bytes{schema=\"public\",hypertable=\"bars\"} 24576\n");
}

TEST(TimescaledbOpenChunks, HaveNoSizeWhileOneIsLocked) {
  EXPECT_EQ(emitted({{"schema", "public"}, {"hypertable", "bars"}}), "");
}

}  // namespace
}  // namespace pgwatch::collectors
