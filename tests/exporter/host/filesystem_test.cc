#include "exporter/host/filesystem.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/statvfs.h>

#include <filesystem>

#include "tests/support/temporary_folder.h"

namespace pgwatch {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Key;
using testing::Not;
using testing::Pair;

FilesystemSpace space() {
  return {.size = 1000, .free = 300, .available = 250, .files = 100, .files_free = 25, .readonly = false};
}

// 700 are used and 250 available; what is kept for root is neither.
TEST(Filesystem, IsUsedAsDfHasIt) {
  EXPECT_DOUBLE_EQ(used_ratio(space()).value(), 700.0 / 950.0);
  EXPECT_DOUBLE_EQ(files_used_ratio(space()).value(), 0.75);
}

TEST(Filesystem, OfNothingHasNoRatio) {
  EXPECT_EQ(used_ratio({}), std::nullopt);
  EXPECT_EQ(files_used_ratio({}), std::nullopt);
  EXPECT_EQ(used_ratio({.size = 5, .free = 9, .available = 0}), std::nullopt) << "more is free than there is";
}

TEST(Filesystem, ThatIsFullIsUsedWhole) {
  EXPECT_EQ(used_ratio({.size = 1000, .free = 50, .available = 0}), 1.0) << "what is left is root's";
}

TEST(Filesystem, HasFiguresOfInodesWhereItCountsThem) {
  EXPECT_THAT(figures_of(space()),
              IsSupersetOf({Pair("size_bytes", "1000"), Pair("available_bytes", "250"), Pair("free_bytes", "300"),
                            Pair("files", "100"), Pair("files_free", "25"), Pair("files_used_ratio", "0.75")}));
  FilesystemSpace uncounted = space();
  uncounted.files = 0;
  uncounted.files_free = 0;
  for (const char* column : {"files", "files_free", "files_used_ratio"})
    EXPECT_THAT(figures_of(uncounted), Not(Contains(Key(column))));
}

TEST(Filesystem, IsLookedAtThroughLinks) {
  const test::TemporaryFolder folder;
  std::filesystem::create_symlink(folder.path(), folder.path() / "link");
  const auto look = look_at_filesystem(folder.path() / "link", {});
  const auto& found = std::get<FilesystemSpace>(look);
  struct statvfs expected {};
  ASSERT_EQ(::statvfs(folder.path().c_str(), &expected), 0);
  EXPECT_EQ(found.size, expected.f_blocks * expected.f_frsize);
  EXPECT_EQ(found.files, expected.f_files);
}

// -- Mounts -----------------------------------------------------------------------------------------------------------

std::vector<Mount> all_of(const std::string& device, bool readonly, bool filesystem_readonly) {
  return {
      {.point = "/", .device = device, .root = "/", .readonly = readonly, .filesystem_readonly = filesystem_readonly}};
}

bool is_readonly(const std::vector<Mount>& own, const std::vector<Mount>& server = {}) {
  return std::get<FilesystemSpace>(look_at_filesystem("/tmp", own, server)).readonly;
}

TEST(Filesystem, IsNotReadOnlyWhereItIsSoForUsAlone) {
  EXPECT_FALSE(is_readonly(all_of("8:1", true, false)));
  EXPECT_FALSE(is_readonly(all_of("8:1", true, false), all_of("8:1", false, false)));
}

TEST(Filesystem, IsReadOnlyWhereItIsSoForAllOrForTheServer) {
  EXPECT_TRUE(is_readonly(all_of("8:1", false, true)));
  EXPECT_TRUE(is_readonly(all_of("8:1", false, false), all_of("8:1", true, false)));
}

std::string reason(const std::string& path, const std::vector<Mount>& server = {}) {
  return std::get<Unreadable>(look_at_filesystem(path, all_of("8:1", false, false), server)).reason;
}

TEST(Filesystem, OfAServerWhosePathLeadsElsewhereIsNotTold) {
  EXPECT_EQ(reason("/tmp", all_of("8:2", false, false)), "elsewhere");
}

TEST(Filesystem, OfNoFolderIsMissing) {
  EXPECT_EQ(reason("/no/such/folder"), "missing");
  EXPECT_EQ(reason("/dev/null/folder"), "missing");
}

}  // namespace
}  // namespace pgwatch
