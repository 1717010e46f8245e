#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/exporter/config/fixture.h"

namespace pgwatch::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Context context() {
  Context made = fake_context();
  made.make_backup = [](const BackupPtr& backup) {
    return Collector{.name = collector_name(*backup),
                     .help = "A backup.",
                     .kind = "backup",
                     .scope = Scope::kHost,
                     .lane = Lane::kSlow,
                     .interval = backup->interval,
                     .source = HostRead([](Host&, const HostDone&) {}),
                     .columns = {gauge("value", "A value.").called("pgwatch_backup_value")}};
  };
  return made;
}

World backups_of(const std::string& backups) {
  return parse("targets: [{name: db1, conninfo: \"host=a\", labels: {cluster: c}}]\nbackups:\n" + backups, "f.yaml",
               context())
      .world;
}

std::string complaint(const std::string& backups) {
  try {
    backups_of(backups);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Backups, AreLookedAfterByACollectorEach) {
  const World world =
      backups_of("- {name: nightly, directory: /b}\n- {name: wal, kind: wal, directory: /w, interval: 1m}\n");
  ASSERT_EQ(world.backups.size(), 2U);
  const Instrument& wal = *world.host_instruments.back();
  EXPECT_EQ(wal.name(), "backup_wal");
  EXPECT_EQ(wal.collector().interval, std::chrono::minutes{1});
  EXPECT_THAT(world.collector_names, ElementsAre("backup_nightly", "backup_wal", "bloat", "disks", "replication"));
}

TEST(Backups, CarryTheLabelsOfTheirTarget) {
  const World world = backups_of("- {name: nightly, server: db1, directory: /b}\n");
  EXPECT_THAT(world.backups[0]->labels, ElementsAre(testing::Pair("server", "db1"), testing::Pair("cluster", "c")));
}

TEST(Backups, LimitsAreReadInTheirUnits) {
  const Backup backup = *backups_of(
                             "- name: nightly\n  directory: /b\n  age: {warning: 2h, critical: 1d}\n  share: {warning: "
                             "0.8, critical: 0.25}\n"
                             "  size: {critical: 1KiB}\n  space: {warning: 0.5, critical: 0.75}\n")
                             .backups[0];
  EXPECT_EQ(backup.age, (Threshold{7'200, 86'400}));
  EXPECT_EQ(backup.share, (Threshold{0.8, 0.25}));
  EXPECT_EQ(backup.size, (Threshold{{}, 1'024}));
  EXPECT_EQ(backup.space, (Threshold{0.5, 0.75}));
  EXPECT_EQ(backups_of("- {name: a, directory: /b, share: {warning: none}}\n").backups[0]->share, Threshold{});
}

TEST(Backups, WhatIsWrongIsToldWithItsPlace) {
  EXPECT_EQ(complaint("- {directory: /b}\n"), "f.yaml:3:3: a backup without a name; give it one, as name: nightly");
  EXPECT_EQ(complaint("- {name: a}\n"), "f.yaml:3:3: backup a: expected a directory, as directory: /var/backups");
  EXPECT_THAT(complaint("- {name: A-b, directory: /b}\n"), HasSubstr("f.yaml:3:10: "));
  EXPECT_THAT(complaint("- {name: a, directory: b}\n"), HasSubstr("a path from the root on"));
  EXPECT_THAT(complaint("- {name: a, directory: /b, pattern: a/b/c}\n"), HasSubstr("one folder deep at most"));
  EXPECT_THAT(complaint("- {name: a, direktory: /b}\n"), HasSubstr("directory"));
  EXPECT_THAT(complaint("- {name: a, kind: tape}\n"), HasSubstr("files"));
  EXPECT_THAT(complaint("- {name: a, kind: pgbackrest}\n"), HasSubstr("needs a stanza"));
  EXPECT_THAT(complaint("- {name: a, kind: pgbackrest, stanza: m, directory: /b}\n"), HasSubstr("leave directory out"));
  EXPECT_THAT(complaint("- {name: a, directory: /b, stanza: m}\n"), HasSubstr("goes with kind: pgbackrest"));
  EXPECT_THAT(complaint("- {name: a, directory: /b, share: {warning: 2}}\n"), HasSubstr("a share above 0 and up to 1"));
  EXPECT_THAT(complaint("- {name: a, directory: /b, hypertables: [bars]}\n"), HasSubstr("with its schema"));
  EXPECT_EQ(complaint("- {name: a, directory: /b, age: {warning: 2d, critical: 1d}}\n"),
            "f.yaml:3:33: it would be critical before it warns: give both, critical above warning");
  EXPECT_THAT(complaint("- {name: a, directory: /b, share: {warning: 0.2, critical: 0.5}}\n"),
              HasSubstr("critical below warning"));
  EXPECT_THAT(complaint("- {name: a, directory: /b, space: {warning: 0.9, critical: 0.8}}\n"),
              HasSubstr("critical above warning"));
  EXPECT_EQ(complaint("- {name: a, directory: /b}\n- {name: a, directory: /b}\n"),
            "f.yaml:4:3: there is a backup a already; call this one otherwise");
  EXPECT_THAT(complaint("- {name: a, server: db2, directory: /b}\n"),
              HasSubstr("f.yaml:3:21: no target is called \"db2\""));
}

}  // namespace
}  // namespace pgwatch::config
