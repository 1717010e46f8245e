// Relations: which tables and indexes the per-table collectors speak of, as SQL. In it, c is pg_class and n its
// pg_namespace. They come in the order of their numbers: where series are capped, each page and each collector keeps
// the same ones, and a new relation displaces none.
#pragma once

#include <string>

#include "exporter/model/collector.h"

namespace pgwatch::collectors {

// Left out are catalogs, temporary tables, which belong to sessions, and TimescaleDB's chunks, which a data lake has by
// the thousand; timescaledb_hypertable_stats sums them. Chunks are known by the names TimescaleDB gives them: its
// catalog would be one more relation that somebody may have locked, and one more that this role may not be allowed to
// read.
inline constexpr const char* kUserTable = R"sql(
      c.relkind IN ('r', 'm', 'p')
  AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND NOT ((right(c.relname, 6) = '_chunk' OR right(c.relname, 17) = '_chunk_compressed')
           AND (n.nspname = '_timescaledb_internal' OR starts_with(c.relname, '_hyper_')))
)sql";

// Those, or only the largest of them where the option `top` says so.
std::string chosen_table();

// The indexes of those tables: x is pg_class of the index, i its pg_index.
std::string from_indexes();
std::string from_chosen_indexes();

Option top_option(const std::string& what, int value = 0);

}  // namespace pgwatch::collectors
