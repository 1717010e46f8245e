// Dumps whose writer died: those of pg_dump 17 that are recorded, and parts of them.
#include "collectors/backups/cut_short.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "collectors/backups/hypertable_rows.h"
#include "exporter/util/file.h"
#include "tests/support/temporary_folder.h"

namespace pgwatch::collectors {
namespace {

const std::string kDumpsFolder = PGWATCH_SOURCE_FOLDER "/tests/fixtures/dumps/";
const std::string kBegin = "--\n-- PostgreSQL database dump\n--\n\n";
const std::string kEnd = "--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict key\n\n";
const std::string kBeginOfAll = "--\n-- PostgreSQL database cluster dump\n--\n\n";
const std::string kEndOfAll = "--\n-- PostgreSQL database cluster dump complete\n--\n\n";
const std::string kRows = "COPY t FROM stdin;\n" + std::string(2'000'000, 'x') + "\n\\.\n";

class CutShort : public testing::Test {
 protected:
  std::optional<bool> is_damaged(const std::string& text) {
    return look_into_dump(folder_.write("a.dump", text), false, {}).damaged;
  }

  std::optional<bool> is_folder_damaged() const { return look_into_dump(folder_.path(), true, {}).damaged; }

  const test::TemporaryFolder folder_;
};

TEST_F(CutShort, IsNoneOfTheWholeDumps) {
  for (const auto& dump : std::filesystem::directory_iterator(kDumpsFolder))
    EXPECT_EQ(look_into_dump(dump.path(), dump.is_directory(), {}).damaged, false) << dump.path();
}

TEST_F(CutShort, AreArchivesWithoutTheirLastBytes) {
  for (const char* dump :
       {"whole-2.19.3.dump", "whole-2.29.2.dump", "table-none-2.29.2.dump", "table-zstd-2.29.2.dump"}) {
    const std::string whole = read_file(kDumpsFolder + dump);
    for (const std::size_t missing : {3, 5, 6, 7, 11})
      EXPECT_EQ(is_damaged(whole.substr(0, whole.size() - missing)), true) << dump << " " << missing;
  }
}

// It ends in zeros, as a table of contents mostly does.
TEST_F(CutShort, IsAnArchiveThatEndsWithItsTableOfContents) {
  std::string text = read_file(kDumpsFolder + "table-none-2.29.2.dump");
  constexpr std::size_t kData = 1 + 5 + 5 + 5 + 5;  // a byte, its number, a block of `\.` and newlines, and 0
  text.resize(text.size() - kData);
  ASSERT_TRUE(text.ends_with(std::string(3, '\0')));
  EXPECT_EQ(is_damaged(text), true);
}

TEST_F(CutShort, IsATarWithoutABlockOfZeros) {
  const std::string whole = read_file(kDumpsFolder + "table-2.29.2.tar");
  for (const std::size_t size : {whole.size() - 1'100, whole.size() * 2 / 3})
    EXPECT_EQ(is_damaged(whole.substr(0, size)), true) << size;
}

// -- Folders ----------------------------------------------------------------------------------------------------------

TEST_F(CutShort, IsAFolderOfDataThatNothingDescribes) {
  folder_.write("base.tar.gz", "a base backup");
  EXPECT_EQ(is_folder_damaged(), std::nullopt);
  for (const char* name : {"x3754.dat", "3754.data", ".dat", "3754"}) folder_.write(name, "another's");
  EXPECT_EQ(is_folder_damaged(), std::nullopt);
  folder_.write("3754.dat.zst", "rows");
  EXPECT_EQ(is_folder_damaged(), true);
  folder_.write("toc.dat.gz", "compressed by hand");
  EXPECT_EQ(is_folder_damaged(), std::nullopt);
}

TEST_F(CutShort, IsAFolderWithoutTheDataOfATable) {
  folder_.write("toc.dat", read_file(kDumpsFolder + "table-2.29.2.folder/toc.dat"));
  EXPECT_EQ(is_folder_damaged(), true);
  const auto data = folder_.write("3754.dat.lz4", "rows");
  EXPECT_EQ(is_folder_damaged(), false);
  folder_.write("3754.dat.lz4", "");
  EXPECT_EQ(is_folder_damaged(), true) << "what is compressed has a head";
}

// -- Plain SQL --------------------------------------------------------------------------------------------------------

TEST_F(CutShort, IsPlainSqlWithoutItsLastRemark) {
  EXPECT_EQ(is_damaged(kBegin + kRows + kEnd), false);
  EXPECT_EQ(is_damaged(kBegin + kRows), true);
  EXPECT_EQ(is_damaged(kBegin), true);
  EXPECT_EQ(is_damaged("SET a = b;\n" + kBegin + kRows), std::nullopt) << "of another program";
}

TEST_F(CutShort, IsADumpOfAllThatEndsWithOneDatabase) {
  EXPECT_EQ(is_damaged(kBeginOfAll + kBegin + kRows + kEnd + kEndOfAll), false);
  EXPECT_EQ(is_damaged(kBeginOfAll + kBegin + kRows + kEnd), true);
  EXPECT_EQ(is_damaged(kBeginOfAll + "CREATE ROLE a;\n"), true);
}

TEST_F(CutShort, IsNoneOfTwoDumpsInAFile) {
  const std::string globals = kBeginOfAll + "CREATE ROLE a;\n" + kEndOfAll;
  const std::string database = kBegin + kRows + kEnd;
  EXPECT_EQ(is_damaged(globals + database), false);
  EXPECT_EQ(is_damaged(database + globals), false);
  EXPECT_EQ(is_damaged(globals + kBegin + kRows), true);
}

TEST(LastBytes, AreAllOfAShorterFile) {
  std::istringstream file("abc");
  EXPECT_EQ(last_bytes(file, 2), "bc");
  EXPECT_EQ(last_bytes(file, 5), "abc");
}

}  // namespace
}  // namespace pgwatch::collectors
