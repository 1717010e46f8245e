#include "exporter/host/mounts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pgwatch {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kManyMounts = R"(22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro
30 22 8:17 / /srv rw,noatime shared:2 master:1 - xfs /dev/sdb1 rw,attr2
31 30 8:17 /old /srv/wal ro - xfs /dev/sdb1 rw,attr2
32 22 0:40 / /my\040disk rw - nfs4 files:/x ro,vers=4.2
33 22 8:33 / /sick rw - ext4 /dev/sdc1 rw,emergency_ro
)";

std::string place(const std::string& path, const std::string& mountinfo = kManyMounts) {
  const std::vector<Mount> mounts = parse_mounts(mountinfo);
  const Mount* const mount = mount_of(mounts, path);
  return mount == nullptr ? "nowhere" : place_on(*mount, path);
}

TEST(Mounts, APathLiesOnTheOneThatIsNearest) {
  EXPECT_EQ(place("/var/lib/data"), "8:1 /var/lib/data");
  EXPECT_EQ(place("/srv/data"), "8:17 /data");
  EXPECT_EQ(place("/srv/wal/15"), "8:17 /old/15");
  EXPECT_EQ(place("/srvwal"), "8:1 /srvwal");
  EXPECT_EQ(place("/srv"), "8:17 ");
  EXPECT_EQ(place("/"), "8:1 ");
  EXPECT_EQ(place("relative"), "nowhere");
}

// Bound elsewhere, or again on itself, as a hardened unit has it.
TEST(Mounts, TheSameFolderIsTheSamePlaceHoweverItIsMounted) {
  const std::string hardened = std::string(kManyMounts) + "40 22 8:1 /var /var ro - ext4 /dev/sda1 rw\n";
  EXPECT_EQ(place("/var/lib/data", hardened), place("/var/lib/data"));
  EXPECT_NE(place("/srv/data"), place("/data"));
}

TEST(Mounts, TheLastOfSeveralOnOneFolderHidesTheOthers) {
  EXPECT_EQ(place("/srv/a", std::string(kManyMounts) + "50 30 0:50 / /srv rw - tmpfs tmpfs rw\n"), "0:50 /a");
}

TEST(Mounts, NamesWithBlanksAreRead) { EXPECT_EQ(place("/my disk/a"), "0:40 /a"); }

TEST(Mounts, AreReadOnlyThemselvesOrByTheirFileSystem) {
  const std::vector<Mount> mounts = parse_mounts(kManyMounts);
  ASSERT_THAT(mounts, SizeIs(5));
  EXPECT_FALSE(mounts[0].readonly || mounts[0].filesystem_readonly) << "errors=remount-ro is a plan and no state";
  EXPECT_TRUE(mounts[2].readonly);
  EXPECT_FALSE(mounts[2].filesystem_readonly);
  EXPECT_TRUE(mounts[3].filesystem_readonly);
  EXPECT_TRUE(mounts[4].filesystem_readonly) << "it takes no writes after an error";
}

TEST(Mounts, WhatCannotBeReadIsLeftOut) {
  EXPECT_THAT(parse_mounts("nonsense\n1 2 3\n\n22 1 8:1 / / rw - ext4\n"), IsEmpty());
}

}  // namespace
}  // namespace pgwatch
