#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

TEST(TimescaledbOpenChunks, AreMeasured) {
  EXPECT_EQ(test::emitted_from(timescaledb_open_chunks(),
                               {{{"schema", "public"}, {"hypertable", "bars"}, {"bytes", "24576"}}}),
            "timescaledb_hypertable_open_chunk_bytes{schema=\"public\",hypertable=\"bars\"} 24576\n");
}

TEST(TimescaledbOpenChunks, HaveNoSizeWhileOneIsLocked) {
  EXPECT_EQ(test::emitted_from(timescaledb_open_chunks(), {{{"schema", "public"}, {"hypertable", "bars"}}}), "");
}

}  // namespace
}  // namespace pgwatch::collectors
