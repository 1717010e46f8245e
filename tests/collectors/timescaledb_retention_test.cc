#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

TEST(TimescaledbRetention, TellsWhatShouldHaveBeenDropped) {
  EXPECT_EQ(test::emitted_from(timescaledb_retention(), {{{"schema", "public"},
                                                          {"hypertable", "bars"},
                                                          {"overdue_chunks", "4"},
                                                          {"oldest_overdue_seconds", "35429.5"}}}),
            R"(timescaledb_retention_oldest_overdue_seconds{schema="public",hypertable="bars"} 35429.5
timescaledb_retention_overdue_chunks{schema="public",hypertable="bars"} 4
)");
}

TEST(TimescaledbRetention, HasNoOldestWhereNothingIsOverdue) {
  EXPECT_EQ(test::emitted_from(timescaledb_retention(),
                               {{{"schema", "public"}, {"hypertable", "bars"}, {"overdue_chunks", "0"}}}),
            "timescaledb_retention_overdue_chunks{schema=\"public\",hypertable=\"bars\"} 0\n");
}

}  // namespace
}  // namespace pgwatch::collectors
