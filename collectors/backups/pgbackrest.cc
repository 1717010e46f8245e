#include "collectors/backups/pgbackrest.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <stdexcept>
#include <utility>
#include <vector>

#include "collectors/backups/json.h"
#include "collectors/backups/newest.h"
#include "exporter/host/child.h"

namespace pgwatch::collectors {
namespace {

// What nobody asked for is no failure (exporter/engine/desk.cc).
constexpr const char* kUnsupported = "0A000";

using Row = std::map<std::string, std::string>;

const std::vector<std::string>& columns() {
  static const std::vector<std::string> all = {"repo",
                                               "type",
                                               "newest_timestamp_seconds",
                                               "newest_size_bytes",
                                               "median_size_bytes",
                                               "size_ratio",
                                               "files",
                                               "stanza_status",
                                               "repo_status",
                                               "last_timestamp_seconds",
                                               "last_size_bytes",
                                               "last_failed",
                                               "archive_min_segment",
                                               "archive_max_segment"};
  return all;
}

Rows rows_of(const std::vector<Row>& all) {
  Rows rows(columns());
  for (const Row& row : all) {
    std::vector<Cell> cells;
    for (const std::string& column : columns()) {
      const auto found = row.find(column);
      cells.push_back(found == row.end() ? Cell() : Cell(found->second));
    }
    rows.add(cells);
  }
  return rows;
}

void set(Row& row, const std::string& column, const std::optional<std::int64_t>& value) {
  if (value) row[column] = std::to_string(*value);
}

// One that fell to page checksum errors is kept and told, and not to be trusted.
bool failed(const JsonValue& backup) { return backup.at("error").boolean().value_or(false); }

std::string repo_of(const JsonValue& of_database) {
  return std::to_string(of_database.at("database").at("repo-key").integer().value_or(1));
}

Copy copy_of(const JsonValue& backup) {
  return {backup.at("label").text().value_or(""), backup.at("timestamp").at("stop").integer().value_or(0),
          static_cast<std::uint64_t>(std::max<std::int64_t>(0, backup.at("info").at("size").integer().value_or(0)))};
}

Row row_of_stanza(const JsonValue& stanza) {
  Row row;
  set(row, "stanza_status", stanza.at("status").at("code").integer());
  std::vector<Copy> copies;
  for (const JsonValue& backup : stanza.at("backup").list())
    if (!failed(backup)) copies.push_back(copy_of(backup));
  row["files"] = std::to_string(copies.size());
  const std::optional<Newest> newest = newest_of(std::move(copies));
  if (!newest) return row;
  row["newest_timestamp_seconds"] = std::to_string(newest->copy.completed);
  row["newest_size_bytes"] = std::to_string(newest->copy.size);
  if (newest->median) row["median_size_bytes"] = std::to_string(*newest->median);
  if (const auto ratio = newest->ratio()) row["size_ratio"] = std::to_string(*ratio);
  return row;
}

void add_last_backups(const JsonValue& stanza, std::vector<Row>& rows) {
  std::map<std::pair<std::string, std::string>, const JsonValue*> last;
  const auto stop = [](const JsonValue& backup) { return copy_of(backup).completed; };
  for (const JsonValue& backup : stanza.at("backup").list()) {
    const JsonValue*& known = last[{repo_of(backup), backup.at("type").text().value_or("")}];
    if (known == nullptr || stop(backup) >= stop(*known)) known = &backup;
  }
  for (const auto& [key, backup] : last) {
    Row row{{"repo", key.first}, {"type", key.second}, {"last_failed", failed(*backup) ? "1" : "0"}};
    set(row, "last_timestamp_seconds", backup->at("timestamp").at("stop").integer());
    set(row, "last_size_bytes", backup->at("info").at("size").integer());
    rows.push_back(std::move(row));
  }
}

// 000000010000000A000000FF: timeline, log and segment, 8 digits each. A log is 4 GiB, so that with segments of 16 MiB
// this counts them; with others it still grows.
std::optional<std::int64_t> segment_number(const std::optional<std::string>& name) {
  constexpr std::size_t kDigits = 8;
  if (!name || name->size() != 3 * kDigits) return std::nullopt;
  std::uint32_t log = 0;
  std::uint32_t segment = 0;
  const char* const middle = name->data() + kDigits;
  const char* const last = middle + kDigits;
  if (std::from_chars(middle, last, log, 16).ptr != last) return std::nullopt;
  if (std::from_chars(last, last + kDigits, segment, 16).ptr != last + kDigits) return std::nullopt;
  return std::int64_t{log} * 256 + segment;
}

// After an upgrade there is an archive of each version; the last is the one in use.
void add_archives(const JsonValue& stanza, std::vector<Row>& rows) {
  std::map<std::string, const JsonValue*> by_repo;
  for (const JsonValue& archive : stanza.at("archive").list()) by_repo[repo_of(archive)] = &archive;
  for (const auto& [repo, archive] : by_repo) {
    Row row{{"repo", repo}};
    set(row, "archive_min_segment", segment_number(archive->at("min").text()));
    set(row, "archive_max_segment", segment_number(archive->at("max").text()));
    rows.push_back(std::move(row));
  }
}

void add_repos(const JsonValue& stanza, std::vector<Row>& rows) {
  for (const JsonValue& repo : stanza.at("repo").list()) {
    Row row{{"repo", std::to_string(repo.at("key").integer().value_or(1))}};
    set(row, "repo_status", repo.at("status").at("code").integer());
    rows.push_back(std::move(row));
  }
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

Rows read_pgbackrest(std::string_view json, const std::string& stanza) {
  const JsonValue answer = parse_json(json);
  for (const JsonValue& one : answer.list()) {
    if (one.at("name").text() != stanza) continue;
    std::vector<Row> rows = {row_of_stanza(one)};
    add_repos(one, rows);
    add_last_backups(one, rows);
    add_archives(one, rows);
    return rows_of(rows);
  }
  throw std::runtime_error("pgbackrest knows no stanza " + stanza + "; `pgbackrest info` lists those it knows");
}

Answer ask_pgbackrest(const Backup& backup) {
  const std::vector<std::string> command = {backup.program, "--output=json", "--stanza=" + backup.stanza, "info"};
  const std::optional<ChildEnd> end = run_child(command);
  if (!end)
    return Failure{kUnsupported, backup.program + " is not installed; install pgBackRest or name its `program`"};
  if (end->status != 0)
    throw std::runtime_error(backup.program +
                             " failed: " + first_line(end->errors.empty() ? end->output : end->errors) +
                             "; the user that pgwatch runs as must read its configuration and repository");
  return read_pgbackrest(end->output, backup.stanza);
}

}  // namespace pgwatch::collectors
