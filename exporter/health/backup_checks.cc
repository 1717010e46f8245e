// Backups: there is one, it is young and large enough, and it holds what it should.
#include <algorithm>
#include <utility>

#include "exporter/health/catalogue.h"
#include "exporter/health/wording.h"

namespace pgwatch::health {
namespace {

using Judge = std::function<std::vector<Finding>(const Evidence&, const Threshold&)>;

// Names of metrics, in collectors/backups/backup.cc.
constexpr const char* kNewest = "pgwatch_backup_newest_timestamp_seconds";
constexpr const char* kSize = "pgwatch_backup_newest_size_bytes";
constexpr const char* kRatio = "pgwatch_backup_size_ratio";
constexpr const char* kRowsMissing = "pgwatch_backup_hypertable_rows_missing";
constexpr const char* kDamaged = "pgwatch_backup_damaged";
constexpr const char* kStanza = "pgwatch_backup_stanza_status";
constexpr const char* kLastFailed = "pgwatch_backup_last_failed";
constexpr const char* kUsed = "pgwatch_backup_filesystem_used_ratio";
constexpr const char* kFilesUsed = "pgwatch_backup_filesystem_files_used_ratio";

std::vector<Finding> judge_age(const Evidence& evidence, const Threshold& threshold) {
  const std::optional<double> newest = evidence.value(kNewest);
  if (!newest) return {{Status::kCritical, "there is no complete backup"}};
  const double age = std::max(0.0, evidence.now - *newest);
  return {{compare(age, threshold),
           "the newest is " + worded(age, Unit::kSeconds) + " old" + beyond(age, threshold, Unit::kSeconds), age}};
}

std::vector<Finding> judge_share(const Evidence& evidence, const Threshold& threshold) {
  const std::optional<double> size = evidence.value(kSize);
  if (!size) return {{Status::kInactive, "there is no complete backup"}};
  if (*size == 0)  // whatever the limits and those before it, which may be as empty
    return {{Status::kCritical,
             "the newest is empty, a backup of nothing; see why its writer failed and whether its disk is full"}};
  const std::optional<double> ratio = evidence.value(kRatio);
  if (!ratio) return {{Status::kInactive, "there is none before it, or only empty ones, to compare it with"}};
  const Status status = compare_below(*ratio, threshold);
  return {{status, "the newest has " + percent(*ratio) + " of the size of those before it", *ratio}};
}

std::vector<Finding> judge_size(const Evidence& evidence, const Threshold& threshold) {
  const std::optional<double> size = evidence.value(kSize);
  if (!size) return {{Status::kInactive, "there is no complete backup"}};
  return {{compare_below(*size, threshold), "the newest has " + worded(*size, Unit::kBytes), *size}};
}

// A full one takes no more backups, be it of bytes or of inodes.
std::vector<Finding> judge_room(const Evidence& evidence, const Threshold& threshold) {
  std::vector<Finding> findings;
  const auto add = [&](const char* metric, const std::string& what, const std::string& subject) {
    if (const auto used = evidence.value(metric))
      findings.push_back(
          {compare(*used, threshold), percent(*used) + what + beyond(*used, threshold, Unit::kNumber), *used, subject});
  };
  add(kUsed, " of its file system is used", "");
  add(kFilesUsed, " of its file system's inodes are used", "inodes");
  if (findings.empty()) return {{Status::kInactive, "its file system does not say how full it is"}};
  return findings;
}

std::vector<Finding> judge_contents(const Evidence& evidence, const Threshold&) {
  if (evidence.value(kDamaged) == 1)
    return {{Status::kCritical, "the newest dump is cut short or damaged: not all of it can be restored"}};
  const std::optional<double> missing = evidence.value(kRowsMissing);
  if (missing == 1)
    return {{Status::kCritical,
             "the newest dump has no rows of hypertables; dump the whole database, not its schemas or tables"}};
  if (missing == 0) return {{Status::kOk, "the newest dump has rows of hypertables"}};
  return {{Status::kInactive, "the newest does not show whether rows of hypertables are missing"}};
}

// Of pgBackRest's codes those that need no other look.
std::string stanza_in_words(long code) {
  switch (code) {
    case 1: return "the repository has no such stanza: correct `stanza`, or create it";
    case 2: return "the stanza has no valid backup";
    case 3: return "the repository lacks a part of the stanza's data";
    case 4: return "repositories differ in status";
    case 5: return "repositories are of different databases";
    default:
      return "pgBackRest says status " + std::to_string(code) + " of the stanza; `pgbackrest info` says it in words";
  }
}

std::vector<Finding> judge_stanza(const Evidence& evidence, const Threshold&) {
  const double code = evidence.value(kStanza).value_or(0);
  if (code != 0) return {{Status::kCritical, stanza_in_words(static_cast<long>(code))}};
  for (const Reading& last : evidence.readings(kLastFailed))
    if (last.value == 1)
      return {{Status::kCritical, "the last " + last.label("type") + " backup in repository " + last.label("repo") +
                                      " met an error, as a page's checksum"}};
  return {{Status::kOk, "pgBackRest is content"}};
}

Check check_of(const Backup& backup, CheckInfo info, Judge judge) {
  info.name.insert(0, collector_name(backup));
  return {.info = std::move(info),
          .collector = collector_name(backup),
          .judge = std::move(judge),
          .of_host = true,
          .server = backup.server};
}

void add_checks(const Backup& backup, std::vector<Check>& all) {
  const auto add = [&](CheckInfo info, Judge judge) {
    all.push_back(check_of(backup, std::move(info), std::move(judge)));
  };
  add({.name = "_age", .help = "Age of the newest complete backup.", .unit = Unit::kSeconds, .threshold = backup.age},
      judge_age);
  const auto add_space = [&] {
    add({.name = "_space",
         .help = "Share of its file system that is used.",
         .unit = Unit::kNumber,
         .threshold = backup.space},
        judge_room);
  };
  if (backup.kind == Backup::Kind::kWal) return add_space();
  add({.name = "_share", .help = "Size of the newest against those before it.", .threshold = backup.share},
      judge_share);
  if (backup.size.warning || backup.size.critical)
    add({.name = "_size", .help = "Size of the newest.", .unit = Unit::kBytes, .threshold = backup.size}, judge_size);
  if (backup.kind == Backup::Kind::kFiles) {
    add({.name = "_contents", .help = "The newest dump can be read and has its rows."}, judge_contents);
    add_space();
  }
  if (backup.kind == Backup::Kind::kPgbackrest)
    add({.name = "_stanza", .help = "What pgBackRest says of the stanza."}, judge_stanza);
}

}  // namespace

std::vector<Check> backup_checks(std::span<const BackupPtr> backups) {
  std::vector<Check> all;
  for (const BackupPtr& backup : backups) add_checks(*backup, all);
  return all;
}

}  // namespace pgwatch::health
