// Statements: what is asked of a check's relation, each bounded by literals. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "collectors/freshness/relation.h"
#include "exporter/model/freshness.h"

namespace pgwatch::collectors {

// More rows of the future than this are not counted.
inline constexpr int kMostFutureRows = 10'000;

// One row: `newest` and `ingested` of the newest row in this slice, and, of the first slice, `future_rows`.
std::string newest_statement(const FreshnessCheck& check, const Relation& relation, std::size_t slice);

// Texts, in the first column: one more than there may be groups.
std::string expected_statement(const FreshnessCheck& check);

// Of a piece that Relation::pieces_from() reach() makes, a row per group, those that are expected first: `group`,
// `newest`, `ingested`; how many `groups` there are and of the first piece `future_rows` in each row. Without any group
// one row whose `group` is NULL.
std::string groups_statement(const FreshnessCheck& check, const Relation& relation,
                             const std::vector<std::string>& expected, std::size_t piece);

// Of a piece that Relation::pieces_from() window_start() makes, one row of what is configured: `rows_in_window`,
// `steps` that have a row with the `first_step` and `last_step` of them, `late_rows`, `worst_delay_seconds`, and
// `violations_0`, … per rule. Steps are looked for where the newest row is known.
std::string window_statement(const FreshnessCheck& check, const Relation& relation, std::optional<Micros> newest,
                             std::size_t piece);

// Whether there is anything for window_statement() to ask.
bool has_window(const FreshnessCheck& check);

}  // namespace pgwatch::collectors
