#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"
#include "tests/collectors/steps.h"

namespace pgwatch::collectors {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// A database of tables numbered from 1 on. Some are seen to be locked; others are locked when nobody looks, and a batch
// that touches one fails.
struct Database {
  int tables = 0;
  int now = 1'000;
  std::set<int> locked = {};
  std::set<int> ambushed = {};
  std::set<int> gone = {};
  bool catalog_locked = false;
  std::vector<int> batches = {};  // what each asked for

  Answer answer(const Memory& memory) {
    const auto remembered = [&](const char* key, int otherwise) {
      const auto found = memory.find(key);
      return found == memory.end() ? otherwise : std::stoi(found->second);
    };
    const bool touched = !memory.contains("untouched");
    int left = batches.emplace_back(remembered("limit", 200));
    if (catalog_locked) return Failure{"55P03", "canceling statement due to lock timeout"};
    std::vector<test::Row> rows;
    for (int number = remembered("after", 0) + 1; number <= tables && left > 0; ++number, --left) {
      if (touched && ambushed.contains(number)) return Failure{"55P03", "canceling statement due to lock timeout"};
      rows.push_back(row(number, !touched || locked.contains(number)));
    }
    return test::answer(table_sizes(), rows);
  }

  test::Row row(int number, bool left_out) const {
    test::Row row = {{"oid", std::to_string(number)},
                     {"schemaname", "public"},
                     {"relname", std::to_string(number)},
                     {"is_left_out", left_out ? "t" : "f"},
                     {"measured_at", std::to_string(now)}};
    if (left_out || gone.contains(number)) return row;
    row["table_size_bytes"] = std::to_string(number * 8192);
    row["index_size_bytes"] = "16384";
    return row;
  }

  test::Steps sweep(const Memory& remembered = {}) {
    return test::take_steps(
        table_sizes(), [this](const Memory& memory) { return answer(memory); }, remembered);
  }
};

std::string labels(int table) { return R"({schemaname="public",relname=")" + std::to_string(table) + "\"}"; }

std::string table_size(int table) { return "pg_stat_user_tables_table_size_bytes" + labels(table); }

std::string age(int table) { return "pg_table_size_age_seconds" + labels(table); }

TEST(TableSizes, TellsTheSizesOfTablesAndOfTheirIndexes) {
  EXPECT_EQ(Database{.tables = 2}.sweep().lines,
            R"(pg_stat_user_tables_index_size_bytes{schemaname="public",relname="1"} 16384
pg_stat_user_tables_index_size_bytes{schemaname="public",relname="2"} 16384
pg_stat_user_tables_table_size_bytes{schemaname="public",relname="1"} 8192
pg_stat_user_tables_table_size_bytes{schemaname="public",relname="2"} 16384
)");
}

TEST(TableSizes, GoesThroughAllTablesInBatches) {
  Database database{.tables = 450};
  const test::Steps steps = database.sweep();
  EXPECT_THAT(database.batches, ElementsAre(200, 200, 200));
  EXPECT_EQ(std::ranges::count(steps.lines, '\n'), 900);
}

TEST(TableSizes, EndsAfterAFullLastBatch) {
  Database database{.tables = 400};
  database.sweep();
  EXPECT_THAT(database.batches, ElementsAre(200, 200, 200));
}

TEST(TableSizes, BeginsAnewWithTheNextSweep) {
  Database database{.tables = 250};
  const test::Steps first = database.sweep();
  EXPECT_EQ(database.sweep(first.memory).lines, first.lines);
}

TEST(TableSizes, ComesToAnEndWithFiftyThousandTables) {
  Collector collector = table_sizes();
  EXPECT_GT(collector.most_steps, 50'000 / 200);
}

TEST(TableSizes, HasNoSizeOfWhatWasAlwaysLocked) {
  Database database{.tables = 3, .locked = {2}};
  EXPECT_THAT(database.sweep().lines,
              AllOf(HasSubstr(table_size(1)), Not(HasSubstr(table_size(2))), HasSubstr(table_size(3))));
}

TEST(TableSizes, ServesTheLastKnownSizeOfWhatIsLockedWithItsAge) {
  Database database{.tables = 3};
  const test::Steps before = database.sweep();
  EXPECT_THAT(before.lines, Not(HasSubstr("age")));
  database.now += 300;
  database.locked = {1, 3};
  const std::string lines = database.sweep(before.memory).lines;
  EXPECT_THAT(lines, AllOf(HasSubstr(table_size(1) + " 8192\n"), HasSubstr(table_size(3) + " 24576\n")));
  EXPECT_THAT(lines, AllOf(HasSubstr(age(1) + " 300\n"), Not(HasSubstr(age(2))), HasSubstr(age(3) + " 300\n")));
}

TEST(TableSizes, GrowOlderWhileTheTableStaysLocked) {
  Database database{.tables = 1};
  Memory memory = database.sweep().memory;
  database.locked = {1};
  for (int i = 0; i < 3; ++i) {
    database.now += 300;
    memory = database.sweep(memory).memory;
  }
  database.now += 300;
  EXPECT_THAT(database.sweep(memory).lines, AllOf(HasSubstr(table_size(1) + " 8192\n"), HasSubstr(age(1) + " 1200\n")));
  database.locked.clear();
  EXPECT_THAT(database.sweep(memory).lines, Not(HasSubstr("age")));
}

TEST(TableSizes, TakesNoTablesNumberForPartOfAnother) {
  Database database{.tables = 11};
  const Memory memory = database.sweep().memory;
  database.locked = {1};
  EXPECT_THAT(database.sweep(memory).lines, HasSubstr(table_size(1) + " 8192\n"));
}

TEST(TableSizes, ForgetsTablesThatAreGone) {
  Database database{.tables = 3};
  Memory memory = database.sweep().memory;
  EXPECT_THAT(memory,
              ElementsAre(testing::Pair("known", "\n1 8192 16384 1000\n2 16384 16384 1000\n3 24576 16384 1000")));
  database.tables = 2;
  database.gone = {1};
  memory = database.sweep(memory).memory;
  EXPECT_THAT(memory, ElementsAre(testing::Pair("known", "\n2 16384 16384 1000")));
}

TEST(TableSizes, HalvesABatchThatWaitsForALockDownToTheLockedTable) {
  Database database{.tables = 300, .ambushed = {70}};
  const test::Steps steps = database.sweep();
  EXPECT_FALSE(steps.failed);
  EXPECT_EQ(std::ranges::count(steps.lines, '\n'), 2 * 299);
  EXPECT_THAT(steps.lines, AllOf(HasSubstr(table_size(69)), Not(HasSubstr(table_size(70))), HasSubstr(table_size(71))));
  EXPECT_EQ(*std::ranges::min_element(database.batches), 1);
  EXPECT_LT(steps.count, 40);
}

TEST(TableSizes, ServesTheLastKnownSizeAlsoOfWhatWasLockedWhenNobodyLooked) {
  Database database{.tables = 10};
  const Memory memory = database.sweep().memory;
  database.now += 60;
  database.ambushed = {1, 2, 10};
  const test::Steps steps = database.sweep(memory);
  EXPECT_THAT(steps.lines, AllOf(HasSubstr(age(1) + " 60\n"), HasSubstr(age(2) + " 60\n"), HasSubstr(age(10) + " 60\n"),
                                 Not(HasSubstr(age(3)))));
  EXPECT_EQ(std::ranges::count(steps.lines, '\n'), 2 * 10 + 3);
}

TEST(TableSizes, TakesWholeBatchesAgainBehindALockedTable) {
  Database database{.tables = 2'000, .ambushed = {1}};
  database.sweep();
  EXPECT_EQ(std::ranges::count(database.batches, 200), 1 + 9);
}

TEST(TableSizes, FailsSoonWhereTheCatalogIsLocked) {
  Database database{.tables = 10, .catalog_locked = true};
  const test::Steps steps = database.sweep();
  EXPECT_TRUE(steps.failed);
  EXPECT_THAT(database.batches, ElementsAre(200, 100, 50, 25, 12, 6, 3, 1, 1));
}

TEST(TableSizes, FailsAtOnceForAnyOtherReason) {
  const auto refuse = [](const Memory&) { return Failure{"57014", "canceling statement due to statement timeout"}; };
  const test::Steps steps = test::take_steps(table_sizes(), refuse);
  EXPECT_TRUE(steps.failed);
  EXPECT_EQ(steps.count, 1);
}

TEST(TableSizes, LooksForLocksOnTablesIndexesAndToast) {
  const std::string sql = test::statement(table_sizes(), 130000);
  EXPECT_THAT(
      sql, AllOf(HasSubstr("FROM pg_locks"), HasSubstr("i.indexrelid = held.relation"), HasSubstr("reltoastrelid IN")));
  EXPECT_EQ(test::statement(table_sizes(), 120000), "");
}

}  // namespace
}  // namespace pgwatch::collectors
