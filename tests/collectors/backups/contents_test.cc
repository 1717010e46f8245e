// Dumps by pg_dump 17 of databases with TimescaleDB 2.19.3, which put a trigger on hypertables, and 2.29.2, which puts
// none. market.bars is a hypertable with rows, market.notes a table with one, market.empty one without.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "collectors/backups/hypertable_rows.h"
#include "exporter/util/file.h"
#include "tests/support/temporary_folder.h"

namespace pgwatch::collectors {
namespace {

const std::string kDumps = PGWATCH_SOURCE_FOLDER "/tests/fixtures/dumps/";

DumpState look(const std::string& dump, const std::vector<std::string>& hypertables = {}) {
  return look_into_dump(kDumps + dump, dump.ends_with(".folder"), hypertables);
}

TEST(DumpContents, ShowWhatIsInADumpAndWhichTablesAreEmpty) {
  std::ifstream file(kDumps + "schema-2.29.2.dump", std::ios::binary);
  const auto contents = read_contents(file);
  ASSERT_TRUE(contents);
  std::string all;
  for (const DumpEntry& entry : *contents)
    if (entry.kind.starts_with("TABLE"))
      all +=
          entry.kind + " " + entry.schema + "." + entry.name + (entry.empty ? (*entry.empty ? " -" : " +") : "") + "\n";
  EXPECT_EQ(all,
            "TABLE market.bars\nTABLE market.empty\nTABLE market.notes\n"
            "TABLE DATA market.bars -\nTABLE DATA market.empty -\nTABLE DATA market.notes +\n");
}

TEST(HypertableRows, AreInADumpOfTheWholeDatabase) {
  for (const char* dump : {"whole-2.19.3.dump", "whole-2.29.2.dump", "whole-2.29.2.sql"}) {
    EXPECT_EQ(look(dump).lacks_hypertable_rows, false) << dump;
    EXPECT_EQ(look(dump, {"market.bars"}).lacks_hypertable_rows, false) << dump;
  }
}

TEST(HypertableRows, AreMissingFromADumpOfASchema) {
  EXPECT_EQ(look("schema-2.19.3.dump").lacks_hypertable_rows, true) << "by its trigger";
  EXPECT_EQ(look("schema-2.29.2.dump", {"market.bars"}).lacks_hypertable_rows, true) << "by what we were told";
  EXPECT_EQ(look("schema-2.29.2.sql", {"market.bars"}).lacks_hypertable_rows, true);
}

TEST(HypertableRows, AreNotSaidToBeMissingWhereNothingShowsAHypertable) {
  EXPECT_EQ(look("schema-2.29.2.dump").lacks_hypertable_rows, std::nullopt) << "market.notes has a row";
  EXPECT_EQ(look("schema-2.29.2.sql").lacks_hypertable_rows, std::nullopt);
  EXPECT_EQ(look("schema-2.29.2.dump", {"market.other"}).lacks_hypertable_rows, std::nullopt);
}

TEST(HypertableRows, AreMissingFromADumpOfTheHypertableAlone) {
  for (const char* dump : {"table-2.19.3.dump", "table-2.29.2.dump", "table-none-2.29.2.dump", "table-zstd-2.29.2.dump",
                           "table-2.29.2.sql", "table-2.29.2.folder"})
    EXPECT_EQ(look(dump).lacks_hypertable_rows, true) << dump << ": no table has a row";
  EXPECT_EQ(look("table-2.29.2.tar").lacks_hypertable_rows, std::nullopt) << "a tar does not show it";
  EXPECT_EQ(look("table-2.29.2.tar", {"market.bars"}).lacks_hypertable_rows, true);
}

TEST(HypertableRows, AreMissingWhereChunksWereLeftOut) {
  EXPECT_EQ(look("without_chunks-2.29.2.dump").lacks_hypertable_rows, true) << "the catalog knows of chunks";
}

TEST(HypertableRows, AreNotMissingFromAWholeDumpWhereNoHypertableHasAChunkYet) {
  const auto entry = [](const std::string& kind, const std::string& schema, const std::string& name) {
    DumpEntry made;
    made.kind = kind;
    made.schema = schema;
    made.name = name;
    return made;
  };
  std::vector<DumpEntry> whole = {
      entry("TABLE", "market", "bars"), entry("TRIGGER", "market", "bars ts_insert_blocker"),
      entry("TABLE DATA", "market", "bars"), entry("TABLE DATA", "_timescaledb_catalog", "chunk")};
  whole.back().empty = true;
  EXPECT_EQ(lacks_hypertable_rows(whole, {"market.bars"}), false);
  whole.back().empty = false;
  EXPECT_EQ(lacks_hypertable_rows(whole, {"market.bars"}), true) << "the chunks it knows of were left out";
  whole.back().empty = std::nullopt;
  EXPECT_EQ(lacks_hypertable_rows(whole, {"market.bars"}), true) << "as in a tar";
  whole.pop_back();
  EXPECT_EQ(lacks_hypertable_rows(whole, {"market.bars"}), true) << "a dump of the schema";
}

TEST(HypertableRows, AreNoMatterOfDefinitions) {
  EXPECT_EQ(look("definitions-2.29.2.dump", {"market.bars"}).lacks_hypertable_rows, std::nullopt);
}

// -- Damage -----------------------------------------------------------------------------------------------------------

TEST(Dump, CutShortAnywhereInItsTableOfContentsIsDamaged) {
  const test::TemporaryFolder folder;
  const std::string whole = read_file(kDumps + "schema-2.29.2.dump");
  for (const std::size_t size : {std::size_t{6}, std::size_t{40}, std::size_t{500}, whole.size() - 200}) {
    const auto path = folder.write("cut.dump", whole.substr(0, size));
    EXPECT_EQ(look_into_dump(path, false, {}).damaged, true) << size;
  }
  EXPECT_EQ(look("schema-2.29.2.dump").damaged, false);
}

TEST(Dump, OfAFormatYetToComeIsNotDamaged) {
  const test::TemporaryFolder folder;
  std::string newer = read_file(kDumps + "schema-2.29.2.dump");
  newer[6] = 99;
  EXPECT_EQ(look_into_dump(folder.write("newer.dump", newer), false, {}).damaged, std::nullopt);
}

TEST(Dump, OtherFilesShowNothing) {
  const test::TemporaryFolder folder;
  for (const char* text : {"", "P", "PGDM", "-- a comment\n", "\x1f\x8b compressed"}) {
    const DumpState state = look_into_dump(folder.write("other", text), false, {"market.bars"});
    EXPECT_EQ(state.damaged, std::nullopt) << text;
    EXPECT_EQ(state.lacks_hypertable_rows, std::nullopt) << text;
  }
  EXPECT_EQ(look_into_dump(folder.path() / "none", false, {}).damaged, std::nullopt);
  EXPECT_EQ(look_into_dump(folder.path(), true, {}).damaged, std::nullopt) << "a folder of pg_basebackup";
}

TEST(PlainDump, ShowsNothingWhereItIsTooLongToRead) {
  std::istringstream text(read_file(kDumps + "schema-2.29.2.sql"));
  const auto none = [](const DumpEntry&) { return false; };
  EXPECT_FALSE(read_plain_contents(text, 1'000, none));
  text.clear();
  text.seekg(0);
  EXPECT_TRUE(read_plain_contents(text, 100'000, none));
}

}  // namespace
}  // namespace pgwatch::collectors
