// An asking, step by step: what the relation is and what time the server has; the unit of an integer time; which groups
// are expected; the newest row, slice by slice back until there is one, or the newest of each group; and one scan for
// all that is asked of a window. Where many chunks are to be read, these two are asked piece by piece.
//
// No statement is without bounds. An unbounded max(time) of 10,500 chunks was measured to take 3 to 5 s and 31,500
// locks, which is enough to make other sessions fail; bounded by a literal it takes 2 ms and 89.
#include "collectors/freshness/freshness.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "collectors/freshness/bounds.h"
#include "collectors/freshness/pieces.h"
#include "collectors/freshness/relation.h"
#include "collectors/freshness/resolve.h"
#include "collectors/freshness/statements.h"
#include "collectors/freshness/telling.h"

namespace pgwatch::collectors {
namespace {

// The step that is to be taken; none at the beginning.
constexpr std::string_view kStep = "step";
constexpr std::string_view kUnit = "unit";
constexpr std::string_view kExpected = "expected";
constexpr std::string_view kNewest = "newest";
constexpr std::string_view kGroups = "groups";
constexpr std::string_view kWindow = "window";
constexpr std::array kSteps = {kUnit, kExpected, kNewest, kGroups, kWindow};

// An answer is judged anew for this long at least: its newest row grows older meanwhile. A query that a user wrote may
// hold up the next for the time that it has by default, twice.
constexpr std::chrono::minutes kLeastKeep{1};

constexpr std::string_view kSlice = "slice";          // of kNewest; the piece of kGroups and kWindow
constexpr std::string_view kPriced = "priced";        // the step whose plan is not too dear
constexpr std::string_view kRestarted = "restarted";  // once is enough

std::string remembered(const Memory& memory, std::string_view key) {
  const auto found = memory.find(key);
  return found == memory.end() ? "" : found->second;
}

void remember(Memory& memory, std::string_view key, std::string value) {
  memory.insert_or_assign(std::string(key), std::move(value));
}

// -- Statements -------------------------------------------------------------------------------------------------------

std::size_t slice_of(const Memory& memory) {
  const std::string text = remembered(memory, kSlice);
  return text.empty() ? 0 : std::stoul(text);
}

void check_chunks(const FreshnessCheck& check, const Relation& relation, Micros from, const char* cure) {
  if (relation.chunks_from(from) > kMostChunks)
    throw std::runtime_error(subject_of(check) + " has more than " + std::to_string(kMostChunks) +
                             " chunks or partitions where it would be read; " + cure);
}

std::string statement(const FreshnessCheck& check, const Facts& facts, const Memory& memory) {
  const std::string step = remembered(memory, kStep);
  if (step.empty()) return resolve_statement(check, facts);
  if (step == kUnit) return unit_statement(check, memory);
  if (step == kExpected) return expected_statement(check);
  const Relation relation = relation_of(check, memory);
  if (step == kNewest) return newest_statement(check, relation, slice_of(memory));
  if (step == kGroups) {
    check_chunks(check, relation, reach(check, relation.now), "lower critical_after, from which groups are looked for");
    return groups_statement(check, relation, expected_groups(check, memory), slice_of(memory));
  }
  check_chunks(check, relation, window_start(check, relation.now), "shorten its windows");
  return window_statement(check, relation, newest_told(memory), slice_of(memory));
}

// -- What a plan would cost -------------------------------------------------------------------------------------------

bool is_to_be_priced(const FreshnessCheck& check, const Memory& memory) {
  const std::string step = remembered(memory, kStep);
  const bool reads = step == kNewest || step == kGroups || step == kWindow;
  return check.most_plan_cost > 0 && reads && remembered(memory, kPriced) != step + remembered(memory, kSlice);
}

std::string spelled(double number) {
  std::string text;
  Number(number).append_to(text);
  return text;
}

void take_price(const FreshnessCheck& check, const Rows& rows, Sink& sink) {
  constexpr std::string_view kKey = "\"Total Cost\": ";
  const std::string plan(rows.size() == 0 ? "" : rows.at(0, 0).value_or(""));
  const std::size_t key = plan.find(kKey);
  if (key == std::string::npos) throw std::runtime_error(subject_of(check) + " has a plan that tells no cost");
  const double cost = std::stod(plan.substr(key + kKey.size()));
  if (cost > check.most_plan_cost)
    throw std::runtime_error(subject_of(check) + " would cost " + spelled(cost) + " by its plan, more than the " +
                             spelled(check.most_plan_cost) + " allowed; add an index, look at less, or allow more");
  remember(sink.memory(), kPriced, remembered(sink.memory(), kStep) + remembered(sink.memory(), kSlice));
  sink.ask_again();
}

// -- Steps ------------------------------------------------------------------------------------------------------------

bool is_asked(const FreshnessCheck& check, std::string_view step, const Memory& memory) {
  if (step == kUnit) return !unit_statement(check, memory).empty();
  if (step == kExpected) return check.groups && !check.groups->expected_query.empty();
  if (step == kNewest) return !check.groups;
  if (step == kGroups) return check.groups.has_value();
  return has_window(check);
}

// Nothing of the relation is kept for the next asking: a look into catalogs, cheaper than a check of what was kept,
// tells all again.
void go_on(const FreshnessCheck& check, std::string_view after, Sink& sink) {
  auto next = after.empty() ? kSteps.begin() : std::ranges::find(kSteps, after) + 1;
  while (next != kSteps.end() && !is_asked(check, *next, sink.memory())) ++next;
  if (next == kSteps.end()) return end_asking(check, sink.memory());
  remember(sink.memory(), kStep, std::string(*next));
  remember(sink.memory(), kSlice, "");
  (void)statement(check, {}, sink.memory());  // what cannot be asked is a failure here, and would be a skip in a plan
  sink.ask_again();
}

void take_newest(const FreshnessCheck& check, const Rows& rows, Sink& sink) {
  const Relation relation = relation_of(check, sink.memory());
  const std::size_t slice = slice_of(sink.memory());
  if (slice == 0) tell_future(check, rows, sink);
  tell_newest(check, rows, sink);
  const bool is_found = newest_told(sink.memory()).has_value();
  if (!is_found && slice + 1 < relation.starts.size()) {
    remember(sink.memory(), kSlice, std::to_string(slice + 1));
    return sink.ask_again();
  }
  if (!is_found && !relation.is_all) tell_searched(check, relation.starts.back(), sink);
  go_on(check, kNewest, sink);
}

void tell_all(const FreshnessCheck& check, std::string_view step, const Relation& relation, Sink& sink) {
  const Memory& memory = sink.memory();
  if (step == kWindow) return tell_window(check, relation, gathered_window(memory), sink);
  tell_groups(check, gathered_groups(check, expected_groups(check, memory), memory), reach(check, relation.now), sink);
}

void take_piece(const FreshnessCheck& check, std::string_view step, const Rows& rows, Sink& sink) {
  Memory& memory = sink.memory();
  const Relation relation = relation_of(check, memory);
  const std::size_t piece = slice_of(memory);
  step == kGroups ? gather_groups(rows, memory) : gather_window(rows, memory);
  const Micros from = step == kGroups ? reach(check, relation.now) : window_start(check, relation.now);
  if (piece + 1 < relation.pieces_from(from).size()) {
    remember(memory, kSlice, std::to_string(piece + 1));
    return sink.ask_again();
  }
  tell_all(check, step, relation, sink);
  go_on(check, step, sink);
}

void take_step(const FreshnessCheck& check, const Rows& rows, Sink& sink) {
  Memory& memory = sink.memory();
  const std::string step = remembered(memory, kStep);
  if (step == kNewest) return take_newest(check, rows, sink);
  if (step == kGroups || step == kWindow) return take_piece(check, step, rows, sink);
  if (step.empty()) remember_relation(check, rows, memory);
  if (step == kUnit) remember_unit(check, rows, memory);
  if (step == kExpected) remember_expected(check, rows, memory);
  go_on(check, step, sink);
}

// What was resolved may be gone a moment later: a table is made again, a chunk is dropped while it is waited for.
bool start_anew(const FreshnessCheck& check, const Failure& failure, Sink& sink) {
  const bool is_gone = failure.cls == "42P01" || failure.cls == "42703" || failure.cls == "XX000";
  if (!is_gone || !sink.memory().contains(kStep) || sink.memory().contains(kRestarted)) return false;
  const bool something_is_said = newest_told(sink.memory()) || remembered(sink.memory(), kStep) == kWindow;
  if (something_is_said) return false;
  end_asking(check, sink.memory());
  remember(sink.memory(), kRestarted, "yes");
  sink.ask_again();
  return true;
}

std::string grant(const FreshnessCheck& check, const Failure& failure, const std::string& role) {
  const bool is_schema = failure.message.find("permission denied for schema ") != std::string::npos;
  const std::string what = is_schema ? "USAGE ON SCHEMA " + failure.message.substr(failure.message.rfind(' ') + 1)
                           : check.query.empty() ? "SELECT ON " + check.table
                                                 : "SELECT ON what the query reads";
  return "; GRANT " + what + " TO " + (role.empty() ? "the role" : role);
}

bool recover(const FreshnessCheck& check, const Failure& failure, Sink& sink) {
  if (start_anew(check, failure, sink)) return true;
  const std::string said = subject_of(check) + ": " + failure.message;
  if (failure.cls == "42501") throw std::runtime_error(said + grant(check, failure, remembered(sink.memory(), "role")));
  const bool is_no_time = failure.cls == "42883" && failure.message.find(".extract(") != std::string::npos;
  if (is_no_time) throw std::runtime_error(said + "; let it give a time as ts, or say the time_unit of a number");
  if (failure.cls == "0A000") throw std::runtime_error(said);
  return false;
}

}  // namespace

Collector freshness_collector(const FreshnessCheckPtr& check) {
  Collector collector;
  collector.name = "freshness_" + check->name;
  collector.help = "How fresh the rows of a table are, as the check asks.";
  collector.kind = "freshness";
  collector.servers = check->servers;
  collector.database = check->database;
  collector.lane = Lane::kSlow;
  collector.interval = check->interval;
  collector.timeout = check->timeout;
  collector.keep = std::max<std::chrono::milliseconds>(3 * check->interval, kLeastKeep);
  collector.own_search_path = true;
  collector.prefix = "pgwatch_freshness";
  collector.columns = freshness_columns();
  // Of groups and of a window each chunk may be a piece; each may be priced first, and all begun anew.
  collector.most_steps = 4 * (check->most_steps_back + 8 + 2 * static_cast<int>(kMostChunks));
  collector.source = [check](const Facts& facts, const Memory& memory) -> Step {
    const std::string sql = statement(*check, facts, memory);
    return Statement{is_to_be_priced(*check, memory) ? "EXPLAIN (FORMAT JSON) " + sql : sql};
  };
  collector.emit = [check](const Rows& rows, Sink& sink) {
    if (is_to_be_priced(*check, sink.memory())) return take_price(*check, rows, sink);
    take_step(*check, rows, sink);
  };
  collector.recover = [check](const Failure& failure, Sink& sink) { return recover(*check, failure, sink); };
  return collector;
}

Collector freshness_example() {
  FreshnessCheck check;
  check.name = "NAME";
  check.table = "TABLE";
  return freshness_collector(std::make_shared<const FreshnessCheck>(std::move(check)));
}

}  // namespace pgwatch::collectors
