#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(TimescaledbCompression, TellsWhatItSavedAndWhatIsLeftUndone) {
  EXPECT_EQ(test::emitted_from(timescaledb_compression(), {{{"schema", "public"},
                                                            {"hypertable", "bars"},
                                                            {"before_bytes", "491520"},
                                                            {"after_bytes", "40960"},
                                                            {"ratio", "12.000"},
                                                            {"backlog_uncompressed", "3"},
                                                            {"backlog_partial", "1"},
                                                            {"backlog_unordered", "0"},
                                                            {"oldest_overdue_seconds", "7200.5"}}}),
            R"(timescaledb_compression_after_bytes{schema="public",hypertable="bars"} 40960
timescaledb_compression_backlog_chunks{schema="public",hypertable="bars",reason="uncompressed"} 3
timescaledb_compression_backlog_chunks{schema="public",hypertable="bars",reason="partial"} 1
timescaledb_compression_backlog_chunks{schema="public",hypertable="bars",reason="unordered"} 0
timescaledb_compression_before_bytes{schema="public",hypertable="bars"} 491520
timescaledb_compression_oldest_overdue_seconds{schema="public",hypertable="bars"} 7200.5
timescaledb_compression_ratio{schema="public",hypertable="bars"} 12
)");
}

TEST(TimescaledbCompression, HasNoBacklogWithoutAPolicy) {
  EXPECT_THAT(
      test::emitted_from(timescaledb_compression(),
                         {{{"schema", "public"}, {"hypertable", "bars"}, {"before_bytes", "0"}, {"after_bytes", "0"}}}),
      Not(HasSubstr("backlog")));
}

TEST(TimescaledbCompression, CallsNoFunctionOfAUserUnlessToldTo) {
  Collector collector = timescaledb_compression();
  const std::string function = "_timescaledb_functions.subtract_integer_from_now()";
  EXPECT_THAT(test::statement(collector, 170000, {function}), HasSubstr("AND '0' = '1'"));
  collector.options.front().value = 1;
  EXPECT_THAT(test::statement(collector, 170000, {function}), HasSubstr("AND '1' = '1'"));
  EXPECT_THAT(test::statement(collector, 170000), Not(HasSubstr("subtract_integer_from_now(")));
}

}  // namespace
}  // namespace pgwatch::collectors
