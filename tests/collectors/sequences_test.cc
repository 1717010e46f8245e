#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"
#include "tests/collectors/steps.h"

namespace pgwatch::collectors {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

test::Row sequence(int oid, const std::string& used_ratio, const std::string& remaining) {
  return {{"oid", std::to_string(oid)},
          {"schemaname", "public"},
          {"sequencename", "s" + std::to_string(oid)},
          {"readable", "t"},
          {"used_ratio", used_ratio},
          {"remaining_values", remaining}};
}

test::Row unreadable(int oid) {
  return {{"oid", std::to_string(oid)}, {"schemaname", "public"}, {"sequencename", "secret"}, {"readable", "f"}};
}

test::Steps told(const std::vector<test::Row>& rows, const std::string& percent = "50") {
  const auto player = [&](const Memory&) { return test::answer(sequences(), rows); };
  return test::take_steps(sequences(), player, {{"percent", percent}});
}

TEST(Sequences, TellsOfThoseThatAreUsedUpByHalf) {
  EXPECT_EQ(told({sequence(1, "0.499999", "9"), sequence(2, "0.5", "4"), sequence(3, "1", "0")}).lines,
            R"(pg_sequences_remaining_values{schemaname="public",sequencename="s2"} 4
pg_sequences_remaining_values{schemaname="public",sequencename="s3"} 0
pg_sequences_unreadable 0
pg_sequences_used_ratio{schemaname="public",sequencename="s2"} 0.5
pg_sequences_used_ratio{schemaname="public",sequencename="s3"} 1
)");
}

TEST(Sequences, TellsOfAllWherePercentIsZero) {
  EXPECT_THAT(told({sequence(1, "0.25", "9")}, "0").lines, HasSubstr("sequencename=\"s1\"} 0.25"));
}

TEST(Sequences, CountsThoseItMayNotRead) {
  EXPECT_EQ(told({unreadable(1), unreadable(2)}).lines, "pg_sequences_unreadable 2\n");
}

// Not used yet.
TEST(Sequences, SaysNothingOfOneWithoutALastValue) {
  test::Row unused = unreadable(1);
  unused["readable"] = "t";
  EXPECT_EQ(told({unused}, "0").lines, "pg_sequences_unreadable 0\n");
}

// One that is locked keeps its value, and one that is gone is forgotten.
TEST(Sequences, KeepsTheLastKnownValueOfOneThatIsLocked) {
  test::Row first = sequence(1, "0.75", "2");
  first["measured_at"] = "1000";
  Memory memory = told({first, sequence(2, "0.8", "1")}).memory;
  test::Row locked = sequence(1, "", "");
  locked.erase("used_ratio");
  locked.erase("remaining_values");
  locked["is_left_out"] = "t";
  locked["measured_at"] = "1060";
  test::Row never_read = locked;
  never_read["oid"] = "11";
  memory["percent"] = "50";
  const auto player = [&](const Memory&) { return test::answer(sequences(), {locked, never_read}); };
  const test::Steps steps = test::take_steps(sequences(), player, memory);
  EXPECT_EQ(steps.lines, R"(pg_sequences_age_seconds{schemaname="public",sequencename="s1"} 60
pg_sequences_remaining_values{schemaname="public",sequencename="s1"} 2
pg_sequences_unreadable 0
pg_sequences_used_ratio{schemaname="public",sequencename="s1"} 0.75
)");
  EXPECT_THAT(steps.memory, testing::ElementsAre(testing::Pair("known", "\n1 0.75 2 1000")));
}

TEST(Sequences, CountsOverAllBatchesAndForgetsTheCount) {
  const auto player = [](const Memory& memory) {
    const int begin = memory.contains("after") ? std::stoi(memory.at("after")) : 0;
    std::vector<test::Row> rows;
    for (int oid = begin + 1; oid <= std::min(begin + 200, 250); ++oid) rows.push_back(unreadable(oid));
    return test::answer(sequences(), rows);
  };
  const test::Steps steps = test::take_steps(sequences(), player);
  EXPECT_EQ(steps.lines, "pg_sequences_unreadable 250\n");
  EXPECT_EQ(steps.count, 2);
  EXPECT_THAT(steps.memory, IsEmpty());
}

TEST(Sequences, LeavesOutWhatCyclesAndAsksForThePrivilegeFirst) {
  const std::string sql = test::statement(sequences(), 130000);
  EXPECT_THAT(sql, HasSubstr("NOT s.seqcycle"));
  EXPECT_THAT(sql, HasSubstr("CASE WHEN readable AND NOT is_left_out THEN pg_sequence_last_value(oid) END"));
}

}  // namespace
}  // namespace pgwatch::collectors
