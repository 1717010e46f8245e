#include "collectors/freshness/relation.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "collectors/freshness/bounds.h"
#include "exporter/model/plan.h"

namespace pgwatch::collectors {
namespace {

[[noreturn]] void misconfigured(const FreshnessCheck& check, const std::string& what) {
  throw std::runtime_error(subject_of(check) + " " + what);
}

std::string_view at(const Memory& memory, std::string_view key) {
  const auto found = memory.find(key);
  return found == memory.end() ? std::string_view() : std::string_view(found->second);
}

std::int64_t integer(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// -- What cannot be asked ---------------------------------------------------------------------------------------------

void check_time_column(const FreshnessCheck& check, const Memory& memory) {
  const std::string dimension(at(memory, "dimension"));
  if (check.time_column.empty() && dimension.empty())
    misconfigured(check, "is no hypertable and tells no time column of its own; name it as time_column");
  if (!dimension.empty() && !check.time_column.empty() && dimension != check.time_column)
    misconfigured(check, "is chunked by " + quote_name(dimension) + ", not by " + quote_name(check.time_column) +
                             "; leave time_column out, or use a query");
  const std::string type(at(memory, "time_type"));
  const std::string column = "column " + quote_name(dimension.empty() ? check.time_column : dimension);
  if (type.empty()) misconfigured(check, "has no " + column + "; correct time_column");
  if (!time_type(type))
    misconfigured(check, "has its time in " + column + " of type " + type +
                             ", which is not read; use a query that gives its time as ts");
  const bool unit_known = check.ticks_per_second > 0 || !at(memory, "clock").empty();
  if (time_type(type) == TimeType::kInteger && !unit_known)
    misconfigured(check, "has an integer as time in " + column + "; say its time_unit: s, ms, us or ns");
}

void check_ingest_column(const FreshnessCheck& check, const Memory& memory) {
  if (check.ingest_column.empty()) return;
  const std::string type(at(memory, "ingest_type"));
  const std::string column = "column " + quote_name(check.ingest_column);
  if (type.empty()) misconfigured(check, "has no " + column + "; correct ingest_column");
  if (!time_type(type)) misconfigured(check, "has " + column + " of type " + type + ", which is no time");
}

void check_kind(const FreshnessCheck& check, const Memory& memory) {
  const std::string_view kind = at(memory, "kind");
  if (kind.empty())
    misconfigured(check, "does not exist in database " + std::string(at(memory, "database")) +
                             " or not on the role's search_path; write SCHEMA.NAME as SQL would have it");
  if (kind == "v" || kind == "f")
    misconfigured(check, std::string("is a ") + (kind == "v" ? "view" : "foreign table") +
                             ", whose reading nothing bounds; name the table behind it, or use a query");
  if (kind != "r" && kind != "p" && kind != "m") misconfigured(check, "is no table; name one, or use a query");
}

void check_parts(const FreshnessCheck& check, const Memory& memory) {
  const std::int64_t together = integer(at(memory, "together"));
  if (together > static_cast<std::int64_t>(kMostChunks))
    misconfigured(check, "is made of " + std::to_string(together) +
                             " tables that its time does not tell apart, and each statement would lock them all; name "
                             "one of them, or partition it by ranges of its time");
}

void check_index(const FreshnessCheck& check, const Memory& memory) {
  if (check.allow_seqscan || at(memory, "indexed") == "t" || !at(memory, "dimension").empty()) return;
  const std::string relation(at(memory, "relation"));
  const std::string order = check.groups ? "" : " and serves the newest row, as DESC NULLS LAST does not";
  misconfigured(check, "has no valid btree index that begins with its time" + order +
                           "; CREATE INDEX CONCURRENTLY ON " + relation + " (" + quote_name(check.time_column) +
                           "), or say allow_seqscan: true where it is small");
}

// -- Slices -----------------------------------------------------------------------------------------------------------

struct Range {
  Micros start = 0;
  Micros end = 0;
};

// "START:END START:END", the newest first.
std::vector<Range> read_ranges(const TimeColumn& time, std::string_view text) {
  std::vector<Range> ranges;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    const std::size_t colon = word.find(':');
    ranges.push_back({time.from_raw(integer(word.substr(0, colon))), time.from_raw(integer(word.substr(colon + 1)))});
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  // A tiered chunk claims the end of time.
  std::erase_if(ranges, [](const Range& one) { return one.start >= kNever - 1; });
  return ranges;
}

// That the chunks of one time take, with space partitions some.
std::size_t locks_of_slice(const Memory& memory) {
  const auto partitions = std::max<std::int64_t>(integer(at(memory, "partitions")), 1);
  return static_cast<std::size_t>(partitions * (2 + integer(at(memory, "indexes"))));
}

void add_slices(Relation& relation, const std::vector<Range>& ranges, Micros end_of_present, std::size_t most,
                std::size_t locks) {
  relation.slices_at_once = std::max<std::size_t>(kMostLocks / locks, 1);
  const auto is_future = [&](const Range& one) { return one.start > end_of_present; };
  const auto past = std::ranges::find_if_not(ranges, is_future);
  for (auto one = past; one != ranges.end(); ++one) relation.chunks.push_back(one->start);
  std::ranges::unique_copy(relation.chunks, std::back_inserter(relation.starts));
  relation.is_all = relation.chunks.size() <= kMostChunks && relation.starts.size() <= most;
  relation.starts.resize(std::min(relation.starts.size(), most));
  // Through the nearest ones of the future, and the one that now is in.
  const auto future = static_cast<std::size_t>(past - ranges.begin());
  const std::size_t few = std::min(kFutureSlices, kFutureLocks / locks);
  relation.future_end = end_of_present;
  for (std::size_t i = future - std::min(future, few); i < std::min(future + 1, ranges.size()); ++i)
    relation.future_end = std::max(relation.future_end, ranges[i].end);
}

TimeColumn column(const FreshnessCheck& check, std::string_view name, TimeType type, const Memory& memory) {
  const std::int64_t ticks = check.ticks_per_second > 0 ? check.ticks_per_second : integer(at(memory, "ticks"));
  return {quote_name(name), type, std::max<std::int64_t>(ticks, 1)};
}

Relation query_of(const FreshnessCheck& check, const Memory& memory) {
  const TimeType type = check.ticks_per_second > 0 ? TimeType::kInteger : TimeType::kOfQuery;
  Relation relation;
  relation.kind = Relation::Kind::kQuery;
  relation.with = "WITH asked AS MATERIALIZED (\n" + within(check.query) + "\n)\n";
  relation.from = "asked";
  relation.time = column(check, "ts", type, memory);
  if (!check.ingest_column.empty()) relation.ingest = column(check, check.ingest_column, type, memory);
  return relation;
}

Relation table_of(const FreshnessCheck& check, const Memory& memory) {
  const std::string_view dimension = at(memory, "dimension");
  const auto type_at = [&](const char* key) { return time_type(at(memory, key)).value_or(TimeType::kTimestamptz); };
  Relation relation;
  relation.from = at(memory, "relation");
  relation.time = column(check, dimension.empty() ? check.time_column : dimension, type_at("time_type"), memory);
  if (!check.ingest_column.empty())
    relation.ingest = column(check, check.ingest_column, type_at("ingest_type"), memory);
  if (!dimension.empty()) relation.kind = Relation::Kind::kChunked;
  if (dimension.empty() && at(memory, "has_parts") == "t")
    relation.kind = at(memory, "slices").empty() ? Relation::Kind::kPartitioned : Relation::Kind::kChunked;
  return relation;
}

}  // namespace

std::string within(const std::string& query) { return query.substr(0, query.find_last_not_of(" \t\r\n;") + 1); }

std::string subject_of(const FreshnessCheck& check) {
  return "check " + check.name + ": " + (check.query.empty() ? "table " + check.table : "its query");
}

std::size_t Relation::chunks_from(Micros at) const {
  // The first that begins at or before it is the last that counts.
  const auto last = std::ranges::find_if(chunks, [at](Micros start) { return start <= at; });
  return static_cast<std::size_t>(last - chunks.begin()) + (last == chunks.end() ? 0 : 1);
}

std::vector<Micros> Relation::pieces_from(Micros at) const {
  std::vector<Micros> pieces;
  std::vector<Micros> times;
  std::ranges::unique_copy(chunks, std::back_inserter(times));
  for (std::size_t i = slices_at_once; i <= times.size() && times[i - 1] > at; i += slices_at_once)
    pieces.push_back(times[i - 1]);
  pieces.push_back(at);
  return pieces;
}

void remember_relation(const FreshnessCheck& check, const Rows& rows, Memory& memory) {
  for (std::size_t column = 0; column < rows.columns().size(); ++column)
    if (const Cell cell = rows.size() == 0 ? Cell() : rows.at(0, column)) memory[rows.columns()[column]] = *cell;
  if (!check.query.empty()) return;
  check_kind(check, memory);
  check_time_column(check, memory);
  check_ingest_column(check, memory);
  check_parts(check, memory);
  check_index(check, memory);
}

std::string unit_statement(const FreshnessCheck& check, const Memory& memory) {
  if (check.ticks_per_second > 0 || time_type(at(memory, "time_type")) != TimeType::kInteger) return "";
  return "SELECT " + std::string(at(memory, "clock")) + "() AS clock";
}

void remember_unit(const FreshnessCheck& check, const Rows& rows, Memory& memory) {
  const std::string_view clock = rows.size() == 0 ? std::string_view() : rows.at(0, "clock").value_or("");
  const double seconds = static_cast<double>(integer(at(memory, "now"))) / static_cast<double>(kSecond);
  for (const std::int64_t ticks : std::array<std::int64_t, 4>{1, 1'000, 1'000'000, 1'000'000'000}) {
    const double ratio = static_cast<double>(integer(clock)) / (seconds * static_cast<double>(ticks));
    if (ratio < 0.5 || ratio > 2) continue;
    memory["ticks"] = std::to_string(ticks);
    return;
  }
  misconfigured(check, "has an integer as time whose clock, " + std::string(at(memory, "clock")) + "(), says " +
                           std::string(clock) + ", which is no time since 1970 in s, ms, us or ns; say time_unit");
}

Relation relation_of(const FreshnessCheck& check, const Memory& memory) {
  const Micros now = integer(at(memory, "now"));
  const Micros end = end_of_present(check, now);
  Relation relation = check.query.empty() ? table_of(check, memory) : query_of(check, memory);
  relation.now = now;
  switch (relation.kind) {
    case Relation::Kind::kChunked:
      add_slices(relation, read_ranges(relation.time, at(memory, "slices")), end,
                 static_cast<std::size_t>(check.most_steps_back) + 1, locks_of_slice(memory));
      break;
    case Relation::Kind::kPartitioned:
      relation.starts = slices_by_age(check, now);
      relation.future_end = end + std::max(now - relation.starts.front(), 24 * 3600 * kSecond);
      break;
    default: relation.starts = {kEver}; relation.is_all = true;
  }
  return relation;
}

}  // namespace pgwatch::collectors
