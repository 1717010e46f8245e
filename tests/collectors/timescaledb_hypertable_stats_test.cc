#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"
#include "tests/collectors/steps.h"

namespace pgwatch::collectors {
namespace {

using testing::HasSubstr;
using testing::Not;

test::Row row(const std::string& inserted, const std::string& hypertable = "bars") {
  return {{"schema", "public"}, {"hypertable", hypertable}, {"part", "chunks"}, {"rows_inserted_total", inserted}};
}

test::Steps look(const std::vector<test::Row>& rows, const Memory& memory = {}) {
  const Collector collector = timescaledb_hypertable_stats();
  return test::take_steps(
      collector, [&](const Memory&) { return test::answer(collector, rows); }, memory);
}

std::string inserted(const std::string& count, const std::string& hypertable = "bars") {
  return "timescaledb_hypertable_rows_inserted_total{schema=\"public\",hypertable=\"" + hypertable +
         "\",part=\"chunks\"} " + count + "\n";
}

TEST(TimescaledbHypertableStats, CountFromTheFirstLookOn) {
  const test::Steps first = look({row("1000")});
  EXPECT_EQ(first.lines, inserted("0"));
  const test::Steps second = look({row("1007")}, first.memory);
  EXPECT_EQ(second.lines, inserted("7"));
  EXPECT_EQ(look({row("1010")}, second.memory).lines, inserted("10"));
}

TEST(TimescaledbHypertableStats, DoNotFallWhereAChunkIsDropped) {
  const test::Steps before = look({row("1005")}, look({row("1000")}).memory);
  const test::Steps dropped = look({row("300")}, before.memory);
  EXPECT_EQ(dropped.lines, inserted("5"));
  EXPECT_EQ(look({row("304")}, dropped.memory).lines, inserted("9"));
}

TEST(TimescaledbHypertableStats, OfOneHypertableAreNoneOfAnother) {
  const test::Steps first = look({row("10"), row("20", "ticks")});
  EXPECT_EQ(look({row("11"), row("22", "ticks")}, first.memory).lines, inserted("1") + inserted("2", "ticks"));
}

TEST(TimescaledbHypertableStats, ForgetWhatIsGone) {
  const test::Steps both = look({row("10"), row("20", "ticks")});
  const test::Steps one = look({row("11")}, both.memory);
  EXPECT_EQ(one.memory.size(), 1U);
  EXPECT_EQ(look({row("12"), row("25", "ticks")}, one.memory).lines, inserted("2") + inserted("0", "ticks"));
}

TEST(TimescaledbHypertableStats, TellTheRestAsItIs) {
  const std::string lines = look({{{"schema", "public"},
                                   {"hypertable", "bars"},
                                   {"part", "compressed"},
                                   {"dead_rows", "7"},
                                   {"last_vacuum_timestamp_seconds", "1700000000.5"}}})
                                .lines;
  EXPECT_THAT(lines, HasSubstr("timescaledb_hypertable_dead_rows{schema=\"public\",hypertable=\"bars\","
                               "part=\"compressed\"} 7\n"));
  EXPECT_THAT(lines, HasSubstr("part=\"compressed\"} 1700000000.5\n"));
  EXPECT_THAT(lines, Not(HasSubstr("last_analyze")));
}

}  // namespace
}  // namespace pgwatch::collectors
