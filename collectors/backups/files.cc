#include "collectors/backups/files.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "collectors/backups/hypertable_rows.h"
#include "collectors/backups/newest.h"
#include "exporter/host/filesystem.h"
#include "exporter/host/folder.h"
#include "exporter/host/locality.h"
#include "exporter/model/world.h"

namespace pgwatch::collectors {
namespace {

using Kind = Backup::Kind;

struct Found {
  std::vector<FolderEntry> complete;  // named from the backup's directory on
  std::size_t unfinished = 0;
};

// The names that programs give to what they have not finished.
bool is_named_unfinished(std::string_view name) {
  constexpr std::array<std::string_view, 6> kEnds = {".part", ".partial", ".filepart", ".tmp", ".temp", ".incomplete"};
  return std::ranges::any_of(kEnds, [&](std::string_view end) { return name.ends_with(end); });
}

// A segment, compressed or not; neither histories nor labels, which come seldom.
bool is_wal(std::string_view name) {
  constexpr std::size_t kDigits = 24;
  const bool is_segment = name.find_first_not_of("0123456789ABCDEF") == (name.size() == kDigits ? name.npos : kDigits);
  return is_segment && !name.ends_with(".backup") && name.size() >= kDigits;
}

class Search {
 public:
  Search(const Backup& backup, std::int64_t now) : backup_(backup), now_(now) {}

  Found find() {
    const std::size_t slash = backup_.pattern.find('/');
    if (slash == std::string::npos) {
      add_all("", backup_.pattern);
      return std::move(found_);
    }
    const std::string folders = backup_.pattern.substr(0, slash);
    for (const FolderEntry& entry : list_folder(backup_.directory))
      if (entry.is_folder && is_meant(entry.name, folders))
        add_all(entry.name + "/", backup_.pattern.substr(slash + 1));
    return std::move(found_);
  }

 private:
  // As in a shell, * takes no name that begins with a dot.
  static bool is_meant(const std::string& name, const std::string& pattern) {
    return matches(pattern, name) && (!name.starts_with('.') || pattern.starts_with('.'));
  }

  void add_all(const std::string& folder, const std::string& pattern) {
    for (FolderEntry& entry : list_folder(folder.empty() ? backup_.directory : backup_.directory + "/" + folder))
      if (is_meant(entry.name, pattern)) add(folder, std::move(entry));
  }

  void add(const std::string& folder, FolderEntry entry) {
    const bool is_of_wal = backup_.kind == Kind::kWal;
    if (is_of_wal && (entry.is_folder || !is_wal(entry.name))) return;
    entry.name.insert(0, folder);
    if (entry.is_folder) entry = sum_folder(backup_.directory + "/" + entry.name, entry);
    const bool is_settled = is_of_wal || entry.written <= now_ - backup_.settled.count();
    if (is_settled && !is_named_unfinished(entry.name))
      found_.complete.push_back(std::move(entry));
    else
      ++found_.unfinished;
  }

  const Backup& backup_;
  const std::int64_t now_;
  Found found_;
};

// -- What a dump holds ------------------------------------------------------------------------------------------------

constexpr char kUnknownAnswer = '-';

char spelled(const std::optional<bool>& value) { return value ? (*value ? '1' : '0') : kUnknownAnswer; }

// Which file it was, and then a letter for each of the two answers.
std::string learned_of(const Backup& backup, const FolderEntry& newest, const std::string& looked_at) {
  const std::string which =
      newest.name + '\n' + std::to_string(newest.size) + '\n' + std::to_string(newest.written) + '\n';
  if (looked_at.starts_with(which) && looked_at.size() == which.size() + 2) return looked_at;
  const DumpState state = look_into_dump(backup.directory + "/" + newest.name, newest.is_folder, backup.hypertables);
  return which + spelled(state.lacks_hypertable_rows) + spelled(state.damaged);
}

// -- The row ----------------------------------------------------------------------------------------------------------

using Texts = std::vector<std::pair<std::string, std::optional<std::string>>>;

Rows one_row(const Texts& texts) {
  std::vector<std::string> columns;
  std::vector<Cell> cells;
  for (const auto& [name, text] : texts) {
    columns.push_back(name);
    cells.push_back(text ? Cell(*text) : Cell());
  }
  Rows rows(std::move(columns));
  rows.add(cells);
  return rows;
}

std::optional<std::string> text_of(const std::optional<double>& number) {
  if (!number) return std::nullopt;
  return std::to_string(*number);
}

std::optional<std::string> flag(char letter) {
  if (letter == kUnknownAnswer) return std::nullopt;
  return std::string(1, letter);
}

void add_newest(const Backup& backup, const Found& found, const std::string& looked_at, Texts& texts) {
  std::vector<Copy> copies;
  for (const FolderEntry& entry : found.complete) copies.push_back({entry.name, entry.written, entry.size});
  const std::optional<Newest> newest = newest_of(std::move(copies));
  if (!newest) return;
  texts.emplace_back("newest_timestamp_seconds", std::to_string(newest->copy.completed));
  if (backup.kind == Kind::kWal) return;
  texts.emplace_back("newest_size_bytes", std::to_string(newest->copy.size));
  texts.emplace_back("median_size_bytes", text_of(newest->median));
  texts.emplace_back("size_ratio", text_of(newest->ratio()));
  const auto entry = std::ranges::find(found.complete, newest->copy.name, &FolderEntry::name);
  const std::string learned = learned_of(backup, *entry, looked_at);
  texts.emplace_back("looked_at", learned);
  texts.emplace_back("hypertable_rows_missing", flag(learned[learned.size() - 2]));
  texts.emplace_back("damaged", flag(learned.back()));
}

// What lies there can be listed, so it is seldom that this cannot be told.
void add_room(const Backup& backup, Texts& texts) {
  const auto look = look_at_filesystem(backup.directory, own_mounts(this_machine()));
  if (const auto* space = std::get_if<FilesystemSpace>(&look))
    for (const auto& [column, text] : figures_of(*space)) texts.emplace_back("filesystem_" + column, text);
}

}  // namespace

Rows look_at_files(const Backup& backup, const std::string& looked_at, std::int64_t now) {
  const Found found = Search(backup, now).find();
  Texts texts = {{"files", std::to_string(found.complete.size())},
                 {"unfinished_files", std::to_string(found.unfinished)}};
  add_newest(backup, found, looked_at, texts);
  add_room(backup, texts);
  return one_row(texts);
}

}  // namespace pgwatch::collectors
