// backup_NAME: whether there is a copy of the data, how old it is, and whether it holds what it should.
#include "collectors/backups/backup.h"

#include <utility>

#include "collectors/backups/files.h"
#include "collectors/backups/pgbackrest.h"
#include "collectors/host/filesystem_columns.h"
#include "exporter/host/host.h"

namespace pgwatch::collectors {
namespace {

using Kind = Backup::Kind;
using Columns = std::vector<Column>;

constexpr const char* kLookedAt = "looked_at";

void add(Columns& columns, Columns more) {
  for (Column& column : more) columns.push_back(std::move(column));
}

Columns columns_of_all() {
  return {
      gauge("newest_timestamp_seconds", "When the newest complete backup was finished, as a Unix time.").unlabelled(),
      gauge("files", "Complete backups there are.").unlabelled()};
}

Columns columns_of_sizes() {
  return {gauge("newest_size_bytes", "Size of the newest complete backup.").unlabelled(),
          gauge("median_size_bytes", "Median size of the five complete backups before it; absent for the first.")
              .unlabelled(),
          gauge("size_ratio", "Size of the newest complete backup as a share of that median.").unlabelled()};
}

// Of the folder.
Columns columns_of_room() {
  Columns columns = filesystem_columns("filesystem_");
  for (Column& column : columns) column = std::move(column).unlabelled();
  return columns;
}

Columns columns_of_dumps() {
  return {
      gauge("unfinished_files", "Backups that are being written, by their name or their last write.").unlabelled(),
      gauge("hypertable_rows_missing",
            "1 where the newest dump has tables and not the rows of TimescaleDB's hypertables; absent where the dump "
            "does not show it.")
          .unlabelled(),
      gauge("damaged", "1 where the newest is a dump of pg_dump's that is cut short or damaged.").unlabelled(),
      remember(kLookedAt)};
}

Columns columns_of_pgbackrest() {
  const std::vector<std::string> repo = {"repo"};
  const std::vector<std::string> type = {"repo", "type"};
  return {label("repo"),
          label("type"),
          gauge("stanza_status", "What pgBackRest says of the stanza: 0 is ok, else its own code.").unlabelled(),
          gauge("repo_status", "What pgBackRest says of the repository: 0 is ok, else its own code.").by(repo),
          gauge("last_timestamp_seconds", "When the last backup of the type was finished, as a Unix time.").by(type),
          gauge("last_size_bytes", "Size of the database in the last backup of the type.").by(type),
          gauge("last_failed", "1 where the last backup of the type met an error, as a page's checksum.").by(type),
          gauge("archive_min_segment", "Number of the oldest segment of WAL archived, of 16 MiB.").by(repo),
          gauge("archive_max_segment", "Number of the newest segment of WAL archived, of 16 MiB.").by(repo)};
}

Columns columns_of(Kind kind) {
  Columns columns = columns_of_all();
  if (kind != Kind::kWal) add(columns, columns_of_sizes());
  if (kind == Kind::kFiles) add(columns, columns_of_dumps());
  if (kind != Kind::kPgbackrest) add(columns, columns_of_room());
  if (kind == Kind::kPgbackrest) add(columns, columns_of_pgbackrest());
  return columns;
}

// Labels that are always the same: whose backup it is.
void add_labels(const Backup& backup, Columns& columns) {
  for (Column& column : columns) {
    if (column.help.empty()) continue;
    column.fixed.emplace_back("backup", backup.name);
    for (const auto& one : backup.labels) column.fixed.push_back(one);
  }
}

// The time of files is that of this machine, and no server's.
std::int64_t unix_time() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

Answer look(const Backup& backup, const std::string& looked_at) {
  if (backup.kind == Kind::kPgbackrest) return ask_pgbackrest(backup);
  return look_at_files(backup, looked_at, unix_time());
}

Planner planner_of(const BackupPtr& backup) {
  return [backup](const Facts&, const Memory& memory) -> Step {
    const auto found = memory.find(kLookedAt);
    const std::string looked_at = found == memory.end() ? "" : found->second;
    return [backup, looked_at](Host& host, HostDone done) {
      host.read_files([backup, looked_at] { return look(*backup, looked_at); }, std::move(done));
    };
  };
}

}  // namespace

Collector backup_collector(const BackupPtr& backup) {
  Collector collector{
      .name = collector_name(*backup),
      .help = "The backup " + backup->name + ".",
      .kind = "backup",
      .scope = Scope::kHost,
      .lane = Lane::kSlow,
      .interval = backup->interval,
      .prefix = "pgwatch_backup",
      .source = planner_of(backup),
      .columns = columns_of(backup->kind),
  };
  add_labels(*backup, collector.columns);
  return collector;
}

Collector backup_example() {
  Collector collector = backup_collector(std::make_shared<const Backup>(Backup{.name = "NAME"}));
  collector.help =
      "A backup that the configuration names: files, an archive of WAL, or what pgBackRest says. They also carry "
      "`server`\nand the labels of its target where they name one.";
  Columns more = columns_of_pgbackrest();
  add_labels({.name = "NAME"}, more);
  add(collector.columns, std::move(more));
  return collector;
}

}  // namespace pgwatch::collectors
