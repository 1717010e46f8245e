// Query formats: files in which people keep queries of their own, each read as collectors. Pure.
//
// All of them throw Error where the file says what has no meaning here, at the line that says it.
#pragma once

#include <vector>

#include "exporter/config/reader.h"

namespace pgwatch::config {

using ReadQueries = std::vector<Collector> (*)(const Reader& reader, const Node& root);

// A list of {name, help, sql, columns, …}; docs/queries.md has all of it.
std::vector<Collector> read_own_queries(const Reader& reader, const Node& root);
// NAMESPACE: {query, master, cache_seconds, runonserver, metrics: [{COLUMN: {usage, description}}]}. Keys it does not
// know postgres_exporter passes over, and so do we.
std::vector<Collector> read_postgres_exporter_queries(const Reader& reader, const Node& root);
// The same shape with name, ttl, timeout, tags, min_version, max_version, and rename, scale and default of columns.
std::vector<Collector> read_pg_exporter_queries(const Reader& reader, const Node& root);
// A collector file: {collector_name, min_interval, metrics: [{metric_name, type, help, …}], queries: […]}.
std::vector<Collector> read_sql_exporter_queries(const Reader& reader, const Node& root);

// Which of them a file is by its looks.
ReadQueries format_of(const Node& root);

}  // namespace pgwatch::config
