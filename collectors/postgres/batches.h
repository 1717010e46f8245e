// Batches: relations taken a few at a time, in the order of their numbers, by statements that take a lock on each.
//
// What somebody has locked is left out. Should a lock come in between, the batch is halved, down to the one relation
// that is locked, which is then left out, too. In SQL, a batch is `WHERE c.oid > kAfter … ORDER BY c.oid LIMIT kLimit`,
// its rows have their number as `oid`, and nothing of it is to be touched while kUntouched.
#pragma once

#include <algorithm>
#include <string>

#include "exporter/model/failure.h"
#include "exporter/model/samples.h"

namespace pgwatch::collectors {

inline constexpr const char* kAfter = "coalesce(:'after', '0')::oid";
inline constexpr const char* kLimit = "coalesce(:'limit', '200')::bigint";
inline constexpr const char* kUntouched = ":'untouched' IS NOT NULL";
inline constexpr int kMostInBatch = 200;

inline int limit_of(const Memory& memory) {
  const auto found = memory.find("limit");
  return found == memory.end() ? kMostInBatch : std::stoi(found->second);
}

// After a batch: asks for the next. False, with nothing of it remembered, where this was the last.
inline bool next_batch(const Rows& rows, Sink& sink) {
  Memory& memory = sink.memory();
  const int limit = limit_of(memory);
  for (const char* key : {"after", "limit", "untouched"}) memory.erase(key);
  if (static_cast<int>(rows.size()) < limit) return false;
  memory["after"] = rows.at(rows.size() - 1, "oid").value_or("");
  memory["limit"] = std::to_string(std::min(2 * limit, kMostInBatch));
  sink.ask_again();
  return true;
}

// A collector's Recover. Where even a batch that touches nothing waits for a lock, it is the catalog's: that fails.
inline bool smaller_batch(const Failure& failure, Sink& sink) {
  constexpr const char* kLockNotAvailable = "55P03";
  Memory& memory = sink.memory();
  if (failure.cls != kLockNotAvailable || memory.contains("untouched")) return false;
  const int limit = limit_of(memory);
  memory["limit"] = std::to_string(std::max(limit / 2, 1));
  if (limit == 1) memory["untouched"] = "yes";
  sink.ask_again();
  return true;
}

// Relations on which one of these modes of lock is held or awaited, and tables of such indexes.
inline std::string held_relations(const std::string& modes) {
  return "held AS MATERIALIZED (SELECT l.relation FROM pg_locks AS l WHERE l.locktype = 'relation' AND l.mode IN (" +
         modes +
         ") AND l.database IN (0, (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database()))), "
         "left_out AS MATERIALIZED (SELECT relation FROM held UNION ALL "
         "SELECT i.indrelid FROM held JOIN pg_index AS i ON i.indexrelid = held.relation)";
}

}  // namespace pgwatch::collectors
