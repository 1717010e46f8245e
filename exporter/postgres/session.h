// Session: what we say to a server before we ask it anything, and what we learn from it. SQL texts and their readers;
// pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/model/facts.h"
#include "exporter/model/rows.h"
#include "exporter/postgres/connection.h"

namespace pgwatch::postgres {

enum class SearchPath { kCatalog, kRole };

struct SessionSettings {
  std::chrono::milliseconds statement_timeout{5'000};
  std::chrono::milliseconds lock_timeout{250};
  SearchPath search_path = SearchPath::kCatalog;
};

// The lock budget belongs to the pipeline: clamp(1 s / statements, 20 ms, 250 ms).
std::chrono::milliseconds lock_budget(std::size_t statements);

// Statements that make the session ours, by SET and never as start-up options, so that reset_val stays the server's
// own: read only, jit off, no parallel workers, timeouts, search_path. The first must succeed; later ones set what not
// every server has (client_connection_check_interval) or needs (client_encoding), and may fail.
std::vector<std::string> session_statements(const SessionSettings& settings);
// For the change of the lock budget alone.
std::string lock_timeout_statement(std::chrono::milliseconds lock_timeout);

// For a pooler: the same, for one transaction.
Transaction pooled_transaction(const SessionSettings& settings);

// Who our backend is: pid and backend_start as text, for recognising it in pg_stat_activity later.
struct Backend {
  int pid = 0;
  std::string started;  // "" where unknown
  friend bool operator==(const Backend&, const Backend&) = default;
};
std::string backend_statement();
Backend read_backend(const Rows& rows);
// Which of these backends the server still has. One row each, columns pid and started as backend_statement spells them.
std::string still_there_statement(const std::vector<Backend>& backends);
std::vector<Backend> read_backends(const Rows& rows);

// Role, timeline, version, database, extensions: the first statement of every pipeline. One row.
std::string facts_statement();
// Keeps what this statement does not say (present). Throws std::invalid_argument where the row is not one of ours.
Facts read_facts(const Rows& rows, const Facts& before);

// Which of the catalogue's needs (collector.h: relation.column, schema.relation.column, function(), schema.function())
// this database has. One row each.
std::string needs_statement(const std::vector<std::string>& needs);
std::set<std::string, std::less<>> read_needs(const Rows& rows);

// Databases one could connect to: not templates, connections allowed and granted, not the internals of managed clouds.
std::string databases_statement();
std::vector<std::string> read_databases(const Rows& rows);

}  // namespace pgwatch::postgres
