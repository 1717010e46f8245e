#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"
#include "tests/collectors/steps.h"

namespace pgwatch::collectors {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Key;
using testing::Not;

// Chunks numbered from 1 on, of two hypertables: the odd ones of bars, the even ones of ticks.
struct Lake {
  int chunks = 0;
  int bytes = 100;  // of each chunk's table
  std::set<int> locked = {};
  std::set<int> ambushed = {};  // locked when nobody looked
  int batches = 0;

  Answer answer(const Memory& memory) {
    const auto remembered = [&](const char* key, int otherwise) {
      const auto found = memory.find(key);
      return found == memory.end() ? otherwise : std::stoi(found->second);
    };
    ++batches;
    const bool touched = !memory.contains("untouched");
    const int after = remembered("after", 0);
    const int last = std::min(chunks, after + remembered("limit", 200));
    std::vector<test::Row> rows;
    for (int number = after + 1; number <= last; ++number) {
      if (touched && ambushed.contains(number)) return Failure{"55P03", "canceling statement due to lock timeout"};
      rows.push_back(row(number, !touched || locked.contains(number)));
    }
    return test::answer(timescaledb_sizes(), rows);
  }

  test::Row row(int number, bool is_left_out) const {
    test::Row row = {{"oid", std::to_string(number)},
                     {"schema", "public"},
                     {"hypertable", number % 2 == 1 ? "bars" : "ticks"},
                     {"is_left_out", is_left_out ? "t" : "f"}};
    if (is_left_out) return row;
    row["table_bytes"] = std::to_string(bytes);
    row["index_bytes"] = "10";
    row["toast_bytes"] = "1";
    return row;
  }

  test::Steps sweep(const Memory& memory = {}) {
    return test::take_steps(
        timescaledb_sizes(), [this](const Memory& remembered) { return answer(remembered); }, memory);
  }
};

std::string size(const std::string& hypertable, const std::string& kind, int bytes) {
  return "timescaledb_hypertable_size_bytes{schema=\"public\",hypertable=\"" + hypertable + "\",kind=\"" + kind +
         "\"} " + std::to_string(bytes) + "\n";
}

TEST(TimescaledbSizes, AreSumsOverTheChunksOfAHypertable) {
  EXPECT_EQ(Lake{.chunks = 3}.sweep().lines, size("bars", "table", 200) + size("bars", "index", 20) +
                                                 size("bars", "toast", 2) + size("bars", "total", 222) +
                                                 size("ticks", "table", 100) + size("ticks", "index", 10) +
                                                 size("ticks", "toast", 1) + size("ticks", "total", 111));
}

TEST(TimescaledbSizes, GoThroughAllChunksInBatches) {
  Lake lake{.chunks = 501};
  EXPECT_THAT(lake.sweep().lines, HasSubstr(size("bars", "table", 25'100)));
  EXPECT_EQ(lake.batches, 3);
}

TEST(TimescaledbSizes, CountALockedChunkWithItsLastKnownSize) {
  Lake lake{.chunks = 4};
  const Memory memory = lake.sweep().memory;
  lake.bytes = 1'000;
  lake.locked = {1};
  const test::Steps steps = lake.sweep(memory);
  EXPECT_THAT(steps.lines, HasSubstr(size("bars", "table", 1'100)));
  lake.locked = {};
  EXPECT_THAT(lake.sweep(steps.memory).lines, HasSubstr(size("bars", "table", 2'000)));
}

TEST(TimescaledbSizes, LeaveOutWhatWasAlwaysLocked) {
  EXPECT_THAT(Lake({.chunks = 2, .locked = {2}}).sweep().lines, Not(HasSubstr("ticks")));
}

TEST(TimescaledbSizes, HalveABatchThatWaitsForALock) {
  Lake lake{.chunks = 300, .ambushed = {70}};
  const test::Steps steps = lake.sweep();
  EXPECT_FALSE(steps.failed);
  EXPECT_THAT(steps.lines, HasSubstr(size("ticks", "table", 14'900)));
}

TEST(TimescaledbSizes, RememberNothingButWhatTheyMeasured) {
  Lake lake{.chunks = 201};
  const test::Steps steps = lake.sweep();
  EXPECT_THAT(steps.memory, ElementsAre(Key("known")));
  lake.chunks = 1;
  EXPECT_THAT(lake.sweep(steps.memory).memory, ElementsAre(testing::Pair("known", "\n1 100 10 1")));
}

}  // namespace
}  // namespace pgwatch::collectors
