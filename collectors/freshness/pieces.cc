#include "collectors/freshness/pieces.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "collectors/freshness/moment.h"
#include "exporter/model/number.h"

namespace pgwatch::collectors {
namespace {

// Beginnings of keys.
const std::string kGroup = "group of pieces ";  // what follows is its name; it has "NEWEST INGESTED"
const std::string kSum = "sum of pieces ";      // a column's name
constexpr std::string_view kGroupPieces = "groups of pieces";
constexpr std::string_view kFutureRows = "future rows of pieces";
constexpr std::string_view kFirstStep = "first step of pieces";

Cell recall(const Memory& memory, std::string_view key) {
  const auto found = memory.find(key);
  return found == memory.end() ? Cell() : Cell(found->second);
}

double value_of(Cell cell) { return Number::parse(cell.value_or("")).value_or(0).as_double(); }

void keep_greater(Memory& memory, std::string_view key, Cell cell) {
  if (cell && (!memory.contains(key) || value_of(cell) > value_of(recall(memory, key))))
    memory.insert_or_assign(std::string(key), std::string(*cell));
}

void add_up(Memory& memory, const std::string& key, std::int64_t more) {
  std::string& sum = memory[key];
  sum = std::to_string((sum.empty() ? 0 : std::stoll(sum)) + more);
}

// Times of a group, of which either may be unknown.
struct Times {
  Cell newest;
  Cell ingested;
};

Times read_times(std::string_view text) {
  const std::size_t blank = text.find(' ');
  const auto cell = [](std::string_view word) { return word.empty() ? Cell() : Cell(word); };
  return {cell(text.substr(0, blank)), cell(text.substr(blank + 1))};
}

void gather_group(std::string_view group, Times times, Memory& memory) {
  std::string& known = memory[kGroup + std::string(group)];
  const std::string before = known;
  const Times newer = read_times(before.empty() ? " " : std::string_view(before));
  if (newer.newest) times.newest = newer.newest;
  if (newer.ingested && value_of(newer.ingested) > value_of(times.ingested)) times.ingested = newer.ingested;
  known = std::string(times.newest.value_or("")) + ' ' + std::string(times.ingested.value_or(""));
}

// Those that are expected come first.
std::vector<std::string> names_of_groups(const std::vector<std::string>& expected, const Memory& memory) {
  std::vector<std::string> names;
  for (auto at = memory.lower_bound(kGroup); at != memory.end() && at->first.starts_with(kGroup); ++at)
    names.push_back(at->first.substr(kGroup.size()));
  const auto is_expected = [&](const std::string& name) { return std::ranges::find(expected, name) != expected.end(); };
  std::stable_partition(names.begin(), names.end(), is_expected);
  return names;
}

}  // namespace

void gather_groups(const Rows& rows, Memory& memory) {
  for (std::size_t row = 0; row < rows.size(); ++row) {
    keep_greater(memory, kGroupPieces, rows.at(row, "groups"));
    keep_greater(memory, kFutureRows, rows.at(row, "future_rows"));
    if (const Cell group = rows.at(row, "group"))
      gather_group(*group, {rows.at(row, "newest"), rows.at(row, "ingested")}, memory);
  }
}

Rows gathered_groups(const FreshnessCheck& check, const std::vector<std::string>& expected, const Memory& memory) {
  Rows rows({"group", "newest", "ingested", "groups", "future_rows"});
  std::vector<std::string> names = names_of_groups(expected, memory);
  const auto in_a_piece = static_cast<std::size_t>(value_of(recall(memory, kGroupPieces)));
  const std::string groups = std::to_string(std::max(names.size(), in_a_piece));
  const Cell future_rows = recall(memory, kFutureRows);
  names.resize(std::min(names.size(), static_cast<std::size_t>(check.groups->most)));
  for (const std::string& name : names) {
    const Times times = read_times(*recall(memory, kGroup + name));
    rows.add({name, times.newest, times.ingested, groups, future_rows});
  }
  if (names.empty()) rows.add({std::nullopt, std::nullopt, std::nullopt, groups, future_rows});
  return rows;
}

void gather_window(const Rows& rows, Memory& memory) {
  for (const std::string& column : rows.columns()) {
    const Cell cell = rows.at(0, column);
    if (!cell || column == "first_step" || column == "last_step") continue;
    if (column == "worst_delay_seconds")
      keep_greater(memory, kSum + column, cell);
    else
      add_up(memory, kSum + column, std::stoll(std::string(*cell)));
  }
  const Cell last = rows.at(0, "last_step");
  if (!last) return;
  if (last == recall(memory, kFirstStep)) add_up(memory, kSum + "steps", -1);
  memory.insert_or_assign(std::string(kFirstStep), std::string(rows.at(0, "first_step").value_or("")));
}

Rows gathered_window(const Memory& memory) {
  std::vector<std::string> columns;
  std::vector<Cell> cells;
  for (auto at = memory.lower_bound(kSum); at != memory.end() && at->first.starts_with(kSum); ++at) {
    columns.push_back(at->first.substr(kSum.size()));
    cells.emplace_back(at->second);
  }
  if (columns.empty()) return Rows({"nothing"});
  Rows rows(std::move(columns));
  rows.add(cells);
  return rows;
}

}  // namespace pgwatch::collectors
