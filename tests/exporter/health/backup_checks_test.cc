#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/backups/backup.h"
#include "exporter/health/metrics.h"
#include "exporter/model/exposition.h"
#include "tests/exporter/health/examination.h"

namespace pgwatch::health {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Kind = Backup::Kind;

Backup nightly() { return {.name = "nightly", .server = "main", .labels = {{"server", "main"}}, .directory = "/b"}; }

World world_of(const Backup& backup) {
  World world;
  world.backups = {std::make_shared<const Backup>(backup)};
  return world;
}

Answered of_host(Answered answer) {
  const auto block = std::make_shared<Block>(*answer.latest);
  block->server = "";
  return {block, answer.served ? block : nullptr};
}

// What the checks say of one answer of the host.
std::vector<Verdict> judged_backup(const Backup& backup, const Answered& answer,
                                   const std::vector<std::string>& patterns = {}) {
  const World world = world_of(backup);
  Snapshot snapshot;
  snapshot.answers = {of_host(answer)};
  return examine(world, snapshot, checks_for(world), Selection(patterns), kNow);
}

std::vector<std::string> told(const Backup& backup, const std::vector<test::Row>& rows) {
  return told(
      judged_backup(backup, answered(collectors::backup_collector(std::make_shared<const Backup>(backup)), rows)));
}

test::Row aged(double hours, test::Row more = {}) {
  more["newest_timestamp_seconds"] = std::to_string(static_cast<long>(kNow - hours * 3'600));
  return more;
}

TEST(BackupChecks, AreMadeByTheKind) {
  Backup wal = nightly();
  wal.kind = Kind::kWal;
  EXPECT_THAT(told(wal, {aged(1)}),
              ElementsAre("ok: the newest is 1 h old", "inactive: its file system does not say how full it is"));
  EXPECT_EQ(told(nightly(), {aged(1)}).size(), 4U);
}

TEST(BackupChecks, AgeIsJudgedByItsLimits) {
  EXPECT_EQ(told(nightly(), {aged(27)})[0], "warning: the newest is 1 d 3 h old (warning from 1 d 2 h)");
  EXPECT_THAT(told(nightly(), {aged(51)})[0], HasSubstr("critical: the newest is 2 d 3 h old"));
}

TEST(BackupChecks, NoneAtAllIsCriticalOnce) {
  EXPECT_THAT(told(nightly(), {{{"files", "0"}}}),
              ElementsAre("critical: there is no complete backup", "inactive: there is no complete backup",
                          "inactive: the newest does not show whether rows of hypertables are missing",
                          "inactive: its file system does not say how full it is"));
}

TEST(BackupChecks, SpaceIsJudgedInBytesAndInInodes) {
  const test::Row row = aged(1, {{"filesystem_used_ratio", "0.86"}, {"filesystem_files_used_ratio", "0.97"}});
  const std::vector<std::string> all = told(nightly(), {row});
  ASSERT_EQ(all.size(), 5U);
  EXPECT_EQ(all[3], "warning: 86 % of its file system is used (warning from 0.85)");
  EXPECT_EQ(all[4], "critical inodes: 97 % of its file system's inodes are used (critical from 0.95)");
  Backup roomy = nightly();
  roomy.space = {.warning = 0.99, .critical = {}};
  EXPECT_EQ(told(roomy, {row})[3], "ok: 86 % of its file system is used");
}

TEST(BackupChecks, SizeIsJudgedAgainstThoseBefore) {
  const auto share = [](const std::string& ratio) {
    return told(nightly(), {aged(1, {{"newest_size_bytes", "10"}, {"size_ratio", ratio}})})[1];
  };
  EXPECT_EQ(share("0.5"), "ok: the newest has 50 % of the size of those before it");
  EXPECT_EQ(share("0.49"), "warning: the newest has 49 % of the size of those before it");
  EXPECT_EQ(told(nightly(), {aged(1, {{"newest_size_bytes", "10"}})})[1],
            "inactive: there is none before it, or only empty ones, to compare it with");
}

TEST(BackupChecks, EmptyOneIsCriticalWhateverTheLimitsAndThoseBeforeIt) {
  Backup backup = nightly();
  const auto share = [&](test::Row sizes) { return told(backup, {aged(1, std::move(sizes))})[1]; };
  const auto is_critical = HasSubstr("critical: the newest is empty, a backup of nothing; see why its writer failed");
  EXPECT_THAT(share({{"newest_size_bytes", "0"}}), is_critical) << "the only one";
  EXPECT_THAT(share({{"newest_size_bytes", "0"}, {"median_size_bytes", "0"}}), is_critical) << "all are empty";
  EXPECT_THAT(share({{"newest_size_bytes", "0"}, {"size_ratio", "0"}}), is_critical) << "below the warning alone";
  backup.share = {};
  EXPECT_THAT(share({{"newest_size_bytes", "0"}, {"size_ratio", "0"}}), is_critical) << "without limits";
}

TEST(BackupChecks, SizeIsJudgedByItselfWhereItIsSet) {
  Backup backup = nightly();
  backup.size.critical = 1'024;
  EXPECT_EQ(told(backup, {aged(1, {{"newest_size_bytes", "1023"}})})[2], "critical: the newest has 1023 B");
}

TEST(BackupChecks, DumpWithoutRowsOfHypertablesIsCritical) {
  const auto contents = [](const std::string& missing) {
    return told(nightly(), {aged(1, {{"hypertable_rows_missing", missing}})})[2];
  };
  EXPECT_THAT(contents("1"),
              HasSubstr("critical: the newest dump has no rows of hypertables; dump the whole database"));
  EXPECT_THAT(contents("0"), HasSubstr("ok: "));
  EXPECT_THAT(told(nightly(), {aged(1, {{"damaged", "1"}})})[2], HasSubstr("critical: the newest dump is cut short"));
}

TEST(BackupChecks, PgbackrestIsBelieved) {
  Backup base = nightly();
  base.kind = Kind::kPgbackrest;
  EXPECT_EQ(told(base, {aged(1, {{"stanza_status", "0"}})})[2], "ok: pgBackRest is content");
  EXPECT_EQ(told(base, {{{"stanza_status", "2"}}})[2], "critical: the stanza has no valid backup");
  EXPECT_THAT(told(base, {{{"stanza_status", "99"}}})[2], HasSubstr("critical: pgBackRest says status 99"));
  EXPECT_EQ(told(base, {aged(1), {{"repo", "1"}, {"type", "incr"}, {"last_failed", "1"}}})[2],
            "critical: the last incr backup in repository 1 met an error, as a page's checksum");
}

TEST(BackupChecks, SayWhoseTheyAreAndAreChosenByName) {
  const Collector collector = collectors::backup_collector(std::make_shared<const Backup>(nightly()));
  const auto verdicts = judged_backup(nightly(), answered(collector, {aged(1)}), {"main/backup_*_age"});
  ASSERT_EQ(verdicts.size(), 1U);
  EXPECT_EQ(verdicts[0].server, "main");
  EXPECT_EQ(verdicts[0].check, "backup_nightly_age");
  EXPECT_THAT(judged_backup(nightly(), answered(collector, {aged(1)}), {"other/*"}), IsEmpty());
}

TEST(BackupChecks, WhatCannotBeReadIsUnknown) {
  const Collector collector = collectors::backup_collector(std::make_shared<const Backup>(nightly()));
  EXPECT_THAT(
      told(judged_backup(nightly(), not_answered(collector, Outcome::kFailed, "host", "cannot list /b"), {"*_age"})),
      ElementsAre("unknown: collector backup_nightly failed, host: cannot list /b"));
  EXPECT_THAT(
      told(judged_backup(nightly(), not_answered(collector, Outcome::kSkipped, "unsupported", "none"), {"*_age"})),
      ElementsAre("unknown: nothing to ask here, unsupported: none"));
}

TEST(BackupChecks, AreNotMadeOfAServersAnswers) {
  const World world = world_of(nightly());
  EXPECT_THAT(examine(world, Snapshot{}, checks_for(world), Selection(), kNow), IsEmpty());
}

TEST(BackupChecks, ThresholdsCarryTheLabelsOfTheServer) {
  const std::string page = write_exposition(std::vector{thresholds_of(world_of(nightly()), {})}).text;
  EXPECT_THAT(page,
              HasSubstr("pgwatch_threshold{server=\"main\",check=\"backup_nightly_age\",severity=\"warning\"} 93600"));
  EXPECT_THAT(page,
              HasSubstr("pgwatch_threshold{server=\"main\",check=\"backup_nightly_share\",severity=\"warning\"} 0.5"));
}

}  // namespace
}  // namespace pgwatch::health
