#include "collectors/freshness/telling.h"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "collectors/freshness/bounds.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kNewestTold = "newest_told";
constexpr const char* kExpectedTold = "expected_told";
constexpr Micros kRemembered = 7 * 24 * 3'600 * kSecond;
constexpr char kSeparator = '\x1f';  // made for that, and in few names

std::string metric(std::string_view name) { return "pgwatch_freshness_" + std::string(name); }

void tell(const FreshnessCheck& check, std::string_view name, Number value, Sink& sink) {
  sink.sample(metric(name), {{"check", check.name}}, value);
}

void tell(const FreshnessCheck& check, std::string_view name, const Label& label, Number value, Sink& sink) {
  sink.sample(metric(name), {{"check", check.name}, label}, value);
}

void tell_cell(const FreshnessCheck& check, std::string_view name, const Cell& cell, Sink& sink) {
  if (const auto value = cell ? Number::parse(*cell) : std::nullopt) tell(check, name, *value, sink);
}

Number in_seconds(Micros time) {
  if (time % kSecond == 0) return time / kSecond;
  return static_cast<double>(time) / static_cast<double>(kSecond);
}

void remember_newest(Memory& memory, Micros newest) {
  const auto known = newest_told(memory);
  memory[kNewestTold] = std::to_string(std::max(newest, known.value_or(newest)));
}

Column of_check(const char* name, const char* help) { return gauge(name, help).by({"check"}); }
Column of_group(const char* name, const char* help) { return gauge(name, help).by({"check", "group"}); }

void tell_group(const FreshnessCheck& check, const Rows& rows, std::size_t row, Sink& sink) {
  const Label group{"group", *rows.at(row, "group")};
  if (const auto newest = read_seconds(rows.at(row, "newest"))) {
    tell(check, "last_timestamp_seconds", group, in_seconds(*newest), sink);
    remember_newest(sink.memory(), *newest);
  }
  if (const auto ingested = read_seconds(rows.at(row, "ingested")))
    tell(check, "last_ingest_timestamp_seconds", group, in_seconds(*ingested), sink);
}

std::vector<std::string_view> parts_of(const Memory& memory, const std::string& key) {
  const auto found = memory.find(key);
  std::vector<std::string_view> parts;
  std::string_view rest = found == memory.end() ? std::string_view() : std::string_view(found->second);
  while (!rest.empty()) {
    const std::size_t end = rest.find(kSeparator);
    parts.push_back(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  return parts;
}

// What stays from one asking to the next: each group's newest row and name. A check that has come to ask for something
// else under its name begins anew.
std::string key_of_seen(const FreshnessCheck& check) {
  std::string key = "groups_seen";
  for (const std::string& part : {check.database, check.table, check.query, check.filter, check.groups->column})
    key += kSeparator + part;
  return key;
}

using Seen = std::map<std::string, Micros, std::less<>>;

Seen groups_seen(const FreshnessCheck& check, const Memory& memory) {
  Seen seen;
  for (const std::string_view part : parts_of(memory, key_of_seen(check))) {
    const std::size_t space = part.find(' ');
    seen.emplace(part.substr(space + 1), std::stoll(std::string(part.substr(0, space))));
  }
  return seen;
}

void remember_groups(const FreshnessCheck& check, const Seen& seen, Memory& memory) {
  std::string& told = memory[key_of_seen(check)];
  told.clear();
  for (const auto& [group, newest] : seen)
    if (group.find(kSeparator) == std::string::npos) told += std::to_string(newest) + " " + group + kSeparator;
}

// A feed that dies must not take its alert with it: a group that was within reach once goes on being told of, for a
// week or until its place is wanted. Those that are expected have a metric of their own for that.
void tell_silent_groups(const FreshnessCheck& check, Seen now, const std::vector<std::string>& expected, Micros since,
                        Sink& sink) {
  for (const auto& [group, newest] : groups_seen(check, sink.memory())) {
    const bool is_told = now.contains(group) || std::ranges::find(expected, group) != expected.end();
    if (is_told || newest < since - kRemembered || now.size() >= static_cast<std::size_t>(check.groups->most)) continue;
    tell(check, "last_timestamp_seconds", {"group", group}, in_seconds(newest), sink);
    remember_newest(sink.memory(), newest);
    now.emplace(group, newest);
  }
  remember_groups(check, now, sink.memory());
}

std::int64_t steps_due(const FreshnessCheck& check, Micros now, Micros newest) {
  std::int64_t due = 0;
  for (const Stretch& one : stretches(check, now, newest)) due += one.count;
  return due;
}

}  // namespace

std::vector<Column> freshness_columns() {
  return {
      label("check"),
      label("group"),
      label("rule"),
      of_group("last_timestamp_seconds",
               "Newest event time, as a Unix time; rows beyond now and max_future are not "
               "looked at. Absent where no row was found."),
      of_check("searched_since_timestamp_seconds",
               "Where no row was found: from here on there is none, as a Unix time. "
               "Absent where the whole table has none."),
      of_group("last_ingest_timestamp_seconds",
               "When the newest row was written, as a Unix time; of a group, when any of its rows was written last."),
      of_check("ingest_delay_seconds", "Time from the newest row's event to its ingest."),
      of_check("future_rows",
               "Rows beyond now and max_future, counted to 10,000; of chunks and partitions, those of "
               "the near future."),
      of_check("rows_in_window", "Rows in the window, in market time where the check has a calendar."),
      of_check("missing_intervals", "Steps without a row, from the window's start to the newest row, inside sessions."),
      of_check("late_rows", "Rows in the window that were written later after their event than the check allows."),
      of_check("worst_delay_seconds", "Longest time from event to ingest in the window."),
      gauge("violations", "Rows in the window that break the rule.").by({"check", "rule"}),
      of_check("groups", "Groups with a row within reach: twice the critical age, or the window."),
      of_check("groups_missing", "Groups that are expected and have no row within reach."),
      of_group("group_missing", "1 for a group that is expected and has no row within reach."),
      of_check("groups_dropped", "Groups that were not looked at, since there are more than the check allows."),
  };
}

// -- The newest row ---------------------------------------------------------------------------------------------------

void tell_newest(const FreshnessCheck& check, const Rows& rows, Sink& sink) {
  const auto newest = read_seconds(rows.at(0, "newest"));
  const auto ingested = read_seconds(rows.at(0, "ingested"));
  if (!newest) return;
  tell(check, "last_timestamp_seconds", in_seconds(*newest), sink);
  remember_newest(sink.memory(), *newest);
  if (!ingested) return;
  tell(check, "last_ingest_timestamp_seconds", in_seconds(*ingested), sink);
  tell(check, "ingest_delay_seconds", in_seconds(*ingested - *newest), sink);
}

void tell_searched(const FreshnessCheck& check, std::optional<Micros> since, Sink& sink) {
  if (since) tell(check, "searched_since_timestamp_seconds", in_seconds(*since), sink);
}

void tell_future(const FreshnessCheck& check, const Rows& rows, Sink& sink) {
  tell_cell(check, "future_rows", rows.at(0, "future_rows"), sink);
}

std::optional<Micros> newest_told(const Memory& memory) {
  const auto found = memory.find(kNewestTold);
  if (found == memory.end()) return std::nullopt;
  return std::stoll(found->second);
}

// -- Groups -----------------------------------------------------------------------------------------------------------

void remember_expected(const FreshnessCheck& check, const Rows& rows, Memory& memory) {
  std::string& told = memory[kExpectedTold];
  for (std::size_t row = 0; row < rows.size(); ++row)
    if (const Cell group = rows.at(row, 0)) (told += *group) += kSeparator;
  if (expected_groups(check, memory).size() > static_cast<std::size_t>(check.groups->most))
    throw std::runtime_error(subject_of(check) + " expects more than " + std::to_string(check.groups->most) +
                             " groups; expect fewer, or raise max of group_by");
}

std::vector<std::string> expected_groups(const FreshnessCheck& check, const Memory& memory) {
  std::set<std::string> all(check.groups->expected.begin(), check.groups->expected.end());
  for (const std::string_view group : parts_of(memory, kExpectedTold)) all.emplace(group);
  return {all.begin(), all.end()};
}

void tell_groups(const FreshnessCheck& check, const Rows& rows, Micros since, Sink& sink) {
  const std::vector<std::string> expected = expected_groups(check, sink.memory());
  std::vector<std::string> missing = expected;
  Seen seen;
  std::int64_t shown = 0;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const Cell group = rows.at(row, "group");
    if (!group) continue;
    ++shown;
    tell_group(check, rows, row, sink);
    std::erase(missing, *group);
    if (const auto newest = read_seconds(rows.at(row, "newest"))) seen.emplace(*group, *newest);
  }
  const Number all = Number::parse(rows.at(0, "groups").value_or("0")).value_or(0);
  tell(check, "groups", all, sink);
  tell(check, "groups_dropped", static_cast<std::int64_t>(all.as_double()) - shown, sink);
  tell(check, "groups_missing", missing.size(), sink);
  for (const std::string& group : missing) tell(check, "group_missing", {"group", group}, 1, sink);
  tell_silent_groups(check, std::move(seen), expected, since, sink);
  if (shown == 0) tell_searched(check, since, sink);
  tell_future(check, rows, sink);
}

void end_asking(const FreshnessCheck& check, Memory& memory) {
  const std::string kept = check.groups ? key_of_seen(check) : "";
  std::erase_if(memory, [&](const auto& one) { return one.first != kept; });
}

// -- The window -------------------------------------------------------------------------------------------------------

void tell_window(const FreshnessCheck& check, const Relation& relation, const Rows& rows, Sink& sink) {
  for (const char* name : {"rows_in_window", "late_rows", "worst_delay_seconds"})
    tell_cell(check, name, rows.at(0, name), sink);
  const auto newest = newest_told(sink.memory());
  const auto steps = Number::parse(rows.at(0, "steps").value_or(""));
  if (newest && steps)
    tell(check, "missing_intervals",
         steps_due(check, relation.now, *newest) - static_cast<std::int64_t>(steps->as_double()), sink);
  if (!check.validity) return;
  for (std::size_t i = 0; i < check.validity->rules.size(); ++i)
    if (const auto count = Number::parse(rows.at(0, "violations_" + std::to_string(i)).value_or("")))
      tell(check, "violations", {"rule", check.validity->rules[i].name}, *count, sink);
}

}  // namespace pgwatch::collectors
