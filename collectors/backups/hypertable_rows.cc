#include "collectors/backups/hypertable_rows.h"

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "collectors/backups/cut_short.h"
#include "exporter/host/folder.h"

namespace pgwatch::collectors {
namespace {

constexpr std::uint64_t kMostPlainText = std::uint64_t{256} << 20U;

bool is_data(const DumpEntry& entry) { return entry.kind == "TABLE DATA"; }

// Chunks may lie in a schema of the user's own; their names tell.
bool is_data_of_a_chunk(const DumpEntry& entry) {
  const bool is_named_so = entry.name.starts_with("_hyper_") || entry.name.starts_with("compress_hyper_");
  return is_data(entry) && is_named_so && entry.name.ends_with("_chunk");
}

bool is_catalog(const DumpEntry& entry) { return entry.schema.starts_with("_timescaledb_"); }

// The user says so, or the trigger that TimescaleDB put on each until 2.22.
bool is_known(const DumpEntry& entry, const std::vector<std::string>& hypertables) {
  if (entry.kind == "TRIGGER") return entry.name.ends_with(" ts_insert_blocker");
  if (entry.kind != "TABLE" && !is_data(entry)) return false;
  return std::ranges::find(hypertables, entry.schema + "." + entry.name) != hypertables.end();
}

// A dump of the whole database has TimescaleDB's own tables, and they say whether there are chunks.
const DumpEntry* list_of_chunks(std::span<const DumpEntry> contents) {
  for (const DumpEntry& entry : contents)
    if (is_data(entry) && entry.schema == "_timescaledb_catalog" && entry.name == "chunk") return &entry;
  return nullptr;
}

// Data for tables there are, and no row in any of them.
std::optional<bool> holds_no_row(std::span<const DumpEntry> contents) {
  bool any = false;
  for (const DumpEntry& entry : contents) {
    if (!is_data(entry) || is_catalog(entry)) continue;
    if (entry.empty != true) return std::nullopt;
    any = true;
  }
  if (any) return true;
  return std::nullopt;
}

// In a dump that is a folder each table has a file, never one of no bytes, and compressed or not its length tells.
// Throws where one is missing: the table of contents is written first, and the writer died before it came to all.
void look_at_files(std::span<const FolderEntry> folder, std::vector<DumpEntry>& contents) {
  constexpr std::uint64_t kEmpty = 5;
  constexpr std::uint64_t kEmptyCompressed = 25;
  for (DumpEntry& entry : contents) {
    if (entry.file.empty()) continue;
    const FolderEntry* const file = find_data(folder, entry.file);
    if (file == nullptr || (is_data(entry) && file->size == 0))
      throw std::runtime_error("the file " + entry.file + " is missing or empty");
    if (file->name == entry.file) entry.empty = file->size <= kEmpty;
    if (file->name.ends_with(".gz")) entry.empty = file->size <= kEmptyCompressed;
  }
}

std::optional<std::vector<DumpEntry>> read_plain(std::istream& text) {
  text.clear();
  text.seekg(0);
  return read_plain_contents(text, kMostPlainText, is_data_of_a_chunk);
}

}  // namespace

std::optional<bool> lacks_hypertable_rows(std::span<const DumpEntry> contents,
                                          const std::vector<std::string>& hypertables) {
  if (std::ranges::none_of(contents, is_data)) return std::nullopt;  // of definitions alone, as it was meant to be
  if (std::ranges::any_of(contents, is_data_of_a_chunk)) return false;
  // First of the two: hypertables that are known may have no chunk yet.
  const DumpEntry* const chunks = list_of_chunks(contents);
  if (chunks != nullptr && chunks->empty) return !*chunks->empty;
  if (std::ranges::any_of(contents, [&](const DumpEntry& entry) { return is_known(entry, hypertables); })) return true;
  return chunks != nullptr ? std::nullopt : holds_no_row(contents);
}

DumpState look_into_dump(const std::string& path, bool is_folder, const std::vector<std::string>& hypertables) {
  const std::vector<FolderEntry> folder = is_folder ? list_folder(path) : std::vector<FolderEntry>();
  if (lacks_table_of_contents(folder)) return {.lacks_hypertable_rows = {}, .damaged = true};
  std::ifstream file(is_folder ? path + "/toc.dat" : path, std::ios::binary);
  if (!file) return {};
  DumpState state;
  std::optional<std::vector<DumpEntry>> contents;
  try {
    contents = read_contents(file);
    if (contents) state.damaged = false;
    if (contents && is_folder) look_at_files(folder, *contents);
  } catch (const std::runtime_error&) {
    return {.lacks_hypertable_rows = {}, .damaged = true};
  }
  if (!contents && !is_folder) {
    state.damaged = is_plain_cut_short(file);
    if (state.damaged == false) contents = read_plain(file);
  }
  if (contents) state.lacks_hypertable_rows = lacks_hypertable_rows(*contents, hypertables);
  return state;
}

}  // namespace pgwatch::collectors
