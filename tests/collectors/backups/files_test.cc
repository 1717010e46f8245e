#include "collectors/backups/files.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>

#include "collectors/backups/newest.h"
#include "exporter/util/file.h"
#include "tests/support/temporary_folder.h"

namespace pgwatch::collectors {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr std::int64_t kNow = 1'700'000'000;
constexpr std::int64_t kDay = 86'400;

class BackupFiles : public testing::Test {
 protected:
  BackupFiles() { backup_.directory = folder_.path(); }

  void add(const std::string& name, std::size_t size, std::int64_t age) {
    write(name, std::string(size, 'x'));
    date(name, age);
  }

  void write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories((folder_.path() / name).parent_path());
    folder_.write(name, text);
  }

  void date(const std::string& name, std::int64_t age) const {
    const timespec time{kNow - age, 0};
    const std::array times = {time, time};
    ASSERT_EQ(utimensat(AT_FDCWD, (folder_.path() / name).c_str(), times.data(), 0), 0);
  }

  std::string value(const std::string& column) {
    rows_ = look_at_files(backup_, looked_at_, kNow);
    looked_at_ = std::string(rows_.at(0, "looked_at").value_or(""));
    return std::string(rows_.at(0, column).value_or("NULL"));
  }

  const test::TemporaryFolder folder_;
  Backup backup_{.name = "nightly"};
  Rows rows_;
  std::string looked_at_;
};

TEST_F(BackupFiles, TellWhatRoomThereIsOnTheirFileSystem) {
  EXPECT_GT(std::stod(value("filesystem_size_bytes")), 0);
  EXPECT_GE(std::stod(value("filesystem_used_ratio")), 0);
  EXPECT_EQ(value("filesystem_readonly"), "0");
}

TEST_F(BackupFiles, OfAnEmptyFolderAreNoneAndHaveNoAge) {
  EXPECT_EQ(value("files"), "0");
  EXPECT_EQ(value("newest_timestamp_seconds"), "NULL");
}

TEST_F(BackupFiles, NewestIsTheOneWrittenLast) {
  add("b.dump", 10, 2 * kDay);
  add("a.dump", 30, kDay);
  EXPECT_EQ(value("newest_timestamp_seconds"), std::to_string(kNow - kDay));
  EXPECT_EQ(value("newest_size_bytes"), "30");
  EXPECT_EQ(value("files"), "2");
  EXPECT_EQ(std::stod(value("size_ratio")), 3);
}

TEST_F(BackupFiles, OthersThanThePatternsAreLeftOut) {
  backup_.pattern = "market-*.dump";
  add("market-1.dump", 1, 2 * kDay);
  add("other-1.dump", 1, kDay);
  add("market-1.log", 1, kDay);
  add(".market-2.dump", 1, kDay);
  EXPECT_EQ(value("files"), "1");
  EXPECT_EQ(value("newest_timestamp_seconds"), std::to_string(kNow - 2 * kDay));
}

TEST_F(BackupFiles, FoldersWithinAreLookedIntoOneLevelDeep) {
  backup_.pattern = "*/*.dump";
  add("monday/a.dump", 1, 2 * kDay);
  add("tuesday/a.dump", 1, kDay);
  add("a.dump", 1, kDay);
  EXPECT_EQ(value("files"), "2");
}

TEST_F(BackupFiles, FolderCountsAsOneByAllThatIsInIt) {
  add("base/1/16384", 100, 3 * kDay);
  add("base/toc", 20, 2 * kDay);
  for (const char* folder : {"base/1", "base"}) date(folder, 3 * kDay);
  EXPECT_EQ(value("newest_size_bytes"), "120");
  EXPECT_EQ(value("newest_timestamp_seconds"), std::to_string(kNow - 2 * kDay)) << "of its latest file";
}

TEST_F(BackupFiles, OneBeingWrittenDoesNotCountYet) {
  add("yesterday.dump", 100, kDay);
  add("now.dump", 5, 10);
  add("copied.dump.part", 5, kDay / 2);
  EXPECT_EQ(value("newest_timestamp_seconds"), std::to_string(kNow - kDay));
  EXPECT_EQ(value("files"), "1");
  EXPECT_EQ(value("unfinished_files"), "2");
  backup_.settled = std::chrono::seconds{5};
  EXPECT_EQ(value("newest_timestamp_seconds"), std::to_string(kNow - 10));
}

TEST_F(BackupFiles, EmptyFileThatNobodyWritesIsABackupOfNothing) {
  add("yesterday.dump", 100, kDay);
  add("today.dump", 0, 3'600);
  EXPECT_EQ(std::stod(value("size_ratio")), 0);
}

TEST_F(BackupFiles, LinkIsNoSecondBackup) {
  add("a.dump", 1, kDay);
  std::filesystem::create_symlink("a.dump", folder_.path() / "latest.dump");
  ASSERT_EQ(mkfifo((folder_.path() / "pipe.dump").c_str(), 0600), 0);
  EXPECT_EQ(value("files"), "1");
}

TEST_F(BackupFiles, LostAndFoundOfTheFileSystemIsNone) {
  add("a.dump", 1, 2 * kDay);
  add("base/toc", 1, 3 * kDay);
  for (const char* name : {"lost+found", "base/lost+found"}) {
    std::filesystem::create_directory(folder_.path() / name);
    date(name, kDay);
    std::filesystem::permissions(folder_.path() / name, std::filesystem::perms::none);
  }
  date("base", 3 * kDay);
  EXPECT_EQ(value("files"), "2");
  EXPECT_EQ(value("newest_timestamp_seconds"), std::to_string(kNow - 2 * kDay));
  backup_.pattern = "*/*";
  EXPECT_EQ(value("files"), "1");
}

TEST_F(BackupFiles, OfWalAreSegmentsAlone) {
  backup_.kind = Backup::Kind::kWal;
  add("000000010000000A000000FE", 16, 60);
  add("000000010000000A000000FF.gz", 16, 30);
  add("000000010000000A000000FF.00000028.backup", 16, 10);
  add("00000002.history", 16, 10);
  add("notes", 16, 10);
  EXPECT_EQ(value("files"), "2");
  EXPECT_EQ(value("newest_timestamp_seconds"), std::to_string(kNow - 30)) << "a segment need not settle";
  EXPECT_EQ(value("newest_size_bytes"), "NULL");
}

TEST_F(BackupFiles, DumpIsReadAgainOnlyWhenItChanged) {
  write("a.dump", read_file(PGWATCH_SOURCE_FOLDER "/tests/fixtures/dumps/table-2.29.2.dump"));
  date("a.dump", kDay);
  EXPECT_EQ(value("hypertable_rows_missing"), "1");
  EXPECT_EQ(value("damaged"), "0");
  looked_at_.back() = '1';
  EXPECT_EQ(value("damaged"), "1") << "as it was remembered";
  date("a.dump", kDay / 2);
  EXPECT_EQ(value("damaged"), "0");
}

TEST_F(BackupFiles, FolderThatCannotBeListedIsNamedWithTheCure) {
  const auto complaint = [this] {
    try {
      value("files");
    } catch (const std::runtime_error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  backup_.directory = folder_.path() / "none";
  EXPECT_EQ(complaint(), "cannot list " + backup_.directory +
                             ": No such file or directory; `directory` must name a folder that this machine sees");
  folder_.write("file", "");
  backup_.directory = folder_.path() / "file";
  EXPECT_THAT(complaint(), HasSubstr("Not a directory; "));
}

// -- The newest of several --------------------------------------------------------------------------------------------

TEST(Newest, IsHeldAgainstTheMedianOfTheFiveBeforeIt) {
  const std::vector<Copy> copies = {{"7", 7, 50},  {"6", 6, 100}, {"5", 5, 300},  {"4", 4, 100},
                                    {"3", 3, 200}, {"2", 2, 500}, {"1", 1, 9'000}};
  const Newest newest = newest_of(copies).value();
  EXPECT_EQ(newest.copy.name, "7");
  EXPECT_EQ(newest.median, 200);
  EXPECT_EQ(newest.ratio(), 0.25);
}

TEST(Newest, OfAnEvenNumberTheMedianIsBetweenTheTwo) {
  EXPECT_EQ(newest_of({{"a", 3, 50}, {"b", 2, 100}, {"c", 1, 200}})->median, 150);
}

TEST(Newest, FirstHasNothingToBeHeldAgainst) {
  EXPECT_EQ(newest_of({{"a", 1, 50}})->median, std::nullopt);
  EXPECT_EQ(newest_of({{"b", 2, 50}, {"a", 1, 0}})->ratio(), std::nullopt);
  EXPECT_EQ(newest_of({}), std::nullopt);
}

}  // namespace
}  // namespace pgwatch::collectors
