// Relation: what a check reads: a table, a hypertable, a partitioned table, or what a query gives. Pure.
//
// It is resolved anew at each asking: one look into catalogs tells the table's identity, its newest slices and the
// server's clock, and one that is dropped, renamed or made again needs no care of its own.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "collectors/freshness/moment.h"
#include "exporter/model/freshness.h"
#include "exporter/model/rows.h"
#include "exporter/model/samples.h"

namespace pgwatch::collectors {

// Most chunks that one question may read, in as many statements as it takes.
inline constexpr std::size_t kMostChunks = 200;
// Most locks that a statement may take with the chunks it reads, where it can do with so few: each is locked, and so is
// each of its indexes and what it may be compressed into.
inline constexpr std::size_t kMostLocks = 48;
// Slices of the future, where only rows are counted, and the locks they take.
inline constexpr std::size_t kFutureSlices = 8;
inline constexpr std::size_t kFutureLocks = 24;

struct Relation {
  // Partitions whose times are known are chunks; those that are kPartitioned nothing tells apart.
  enum class Kind { kPlain, kChunked, kPartitioned, kQuery };

  Kind kind = Kind::kPlain;
  std::string with;  // what goes before SELECT
  std::string from;  // as FROM has it
  TimeColumn time;
  std::optional<TimeColumn> ingest = {};
  Micros now = 0;  // the server's

  // The slices to look for the newest row in, those of the newest first: its chunks' ranges, or of a
  // partitioned table what the check's age tells. The first one ends now, each other where the one before begins.
  std::vector<Micros> starts = {};
  bool is_all = false;              // there is nothing before them
  std::vector<Micros> chunks = {};  // where each begins, the newest first, and one more than may be read
  std::size_t slices_at_once = 1;   // chunks that begin at so many times are within kMostLocks
  Micros future_end = kNever;       // rows of the future are counted up to here

  // How many chunks there are from `at` on.
  std::size_t chunks_from(Micros at) const;
  // Where the pieces begin in which all from `at` on is read, each by one statement, the newest first.
  std::vector<Micros> pieces_from(Micros at) const;
};

// Keeps the row that resolve_statement() gives (resolve.h). Throws std::runtime_error with the cure where the check
// cannot be asked of what it found.
void remember_relation(const FreshnessCheck& check, const Rows& rows, Memory& memory);

// An integer time needs its unit, which the hypertable's own clock tells: the statement that reads it, "" where there
// is no need to ask. What it gives is `clock`; from that comes the unit, or std::runtime_error.
std::string unit_statement(const FreshnessCheck& check, const Memory& memory);
void remember_unit(const FreshnessCheck& check, const Rows& rows, Memory& memory);

// REQUIRES: resolved and, where that is asked, its unit known.
Relation relation_of(const FreshnessCheck& check, const Memory& memory);

// A query of the operator's, to stand in parentheses: without the semicolon that may end it.
std::string within(const std::string& query);

// How messages call what is read.
std::string subject_of(const FreshnessCheck& check);

}  // namespace pgwatch::collectors
