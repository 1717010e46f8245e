// Backup: where copies of the data are, and from when on they are too old or too small. What is configured; who looks
// is collectors/backups, who judges is health.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "exporter/model/threshold.h"

namespace pgwatch {

struct Backup {
  enum class Kind {
    kFiles,       // dumps: files, or folders that pg_dump -Fd and pg_basebackup write
    kWal,         // an archive of WAL: only the newest file's age and how many there are matter
    kPgbackrest,  // what `pgbackrest info` says
  };

  std::string name;  // label `backup`; its collector is backup_NAME
  Kind kind = Kind::kFiles;
  std::string server = {};                                       // the target it is of; "" for none
  std::vector<std::pair<std::string, std::string>> labels = {};  // server and the target's own, of every sample

  // -- Files.
  std::string directory = {};
  std::string pattern = "*";                  // of names; FOLDER/NAME looks one level deeper
  std::chrono::seconds settled{60};           // a file that was written to since then may not be complete
  std::vector<std::string> hypertables = {};  // SCHEMA.TABLE, where a dump does not say it itself

  // -- pgBackRest.
  std::string program = "pgbackrest";
  std::string stanza = {};  // "": all

  // -- When it is well.
  Threshold age = {.warning = 26 * 3600.0, .critical = 50 * 3600.0};  // seconds since the newest was complete
  Threshold share = {.warning = 0.5, .critical = {}};     // of the median of those before it: below it is too small
  Threshold size = {};                                    // bytes: below it is too small, whatever came before
  Threshold space = {.warning = 0.85, .critical = 0.95};  // share of its file system's bytes, or inodes, that is used

  std::chrono::milliseconds interval{std::chrono::minutes{5}};
};

using BackupPtr = std::shared_ptr<const Backup>;

inline std::string collector_name(const Backup& backup) { return "backup_" + backup.name; }

}  // namespace pgwatch
