#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"
#include "tests/exporter/model/emitted.h"

namespace pgwatch::collectors {
namespace {

TEST(TimescaledbReorder, TellsHowManyChunksAreYetToBeSorted) {
  const Rows rows =
      test::answer(timescaledb_reorder(), {{{"schema", "public"}, {"hypertable", "bars"}, {"pending_chunks", "25"}}});
  EXPECT_EQ(test::emitted(timescaledb_reorder(), rows),
            "timescaledb_reorder_pending_chunks{schema=\"public\",hypertable=\"bars\"} 25\n");
}

}  // namespace
}  // namespace pgwatch::collectors
