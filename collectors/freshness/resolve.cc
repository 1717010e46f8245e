// The role's own search_path counts, as it does for whoever wrote the check, so all of the catalogs is qualified.
//
// Of TimescaleDB's catalog it needs what no version has changed: hypertables, their dimensions, and slices, from an
// index on (dimension, start, end). Where a dimension has more than one chunk per slice, newer versions list a slice
// once per chunk, which is what counts: so many are locked.
#include "collectors/freshness/resolve.h"

#include "collectors/freshness/bounds.h"
#include "collectors/freshness/relation.h"
#include "exporter/model/plan.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kNow = "pg_catalog.floor(extract(epoch FROM pg_catalog.now()) * 1000000)::pg_catalog.int8";

constexpr const char* kWithoutTimescaleDb = R"sql(
wanted AS (SELECT named.oid FROM named),
dimension AS (
  SELECT NULL::pg_catalog.int4 AS id, NULL::pg_catalog.name AS column_name, NULL::pg_catalog.text AS clock WHERE false))sql";

// A continuous aggregate is the hypertable that holds what has been materialized.
constexpr const char* kWithTimescaleDb = R"sql(
aggregate AS (
  SELECT h.schema_name, h.table_name
  FROM named
  JOIN pg_catalog.pg_class AS c ON c.oid = named.oid
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  JOIN _timescaledb_catalog.continuous_agg AS a ON a.user_view_schema = n.nspname AND a.user_view_name = c.relname
  JOIN _timescaledb_catalog.hypertable AS h ON h.id = a.mat_hypertable_id),
wanted AS (
  SELECT COALESCE((SELECT c.oid FROM aggregate AS a
                   JOIN pg_catalog.pg_namespace AS n ON n.nspname = a.schema_name
                   JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = a.table_name),
                  named.oid) AS oid
  FROM named),
dimension AS (
  SELECT d.id, d.column_name,
         CASE WHEN d.integer_now_func IS NOT NULL
              THEN pg_catalog.format('%I.%I', d.integer_now_func_schema, d.integer_now_func) END AS clock
  FROM wanted
  JOIN pg_catalog.pg_class AS c ON c.oid = wanted.oid
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  JOIN _timescaledb_catalog.hypertable AS h ON h.schema_name = n.nspname AND h.table_name = c.relname
  JOIN _timescaledb_catalog.dimension AS d ON d.hypertable_id = h.id
  WHERE d.interval_length IS NOT NULL
  ORDER BY d.id
  LIMIT 1))sql";

// Up to now, and a few of the future, the newest first. Of an integer time nobody knows yet what now is.
std::string slices(const FreshnessCheck& check) {
  const std::string end = "(CASE WHEN time_type.typname IN ('int2', 'int4', 'int8') THEN 9223372036854775807 ELSE " +
                          std::string(kNow) + " + " + std::to_string(end_of_present(check, 0)) + " END)";
  const auto some = [&](const char* sign, const char* order, std::size_t limit) {
    return "(SELECT s.range_start, s.range_end FROM _timescaledb_catalog.dimension_slice AS s"
           " WHERE s.dimension_id = dimension.id AND s.range_start " +
           std::string(sign) + " " + end + " ORDER BY s.range_start " + order + " LIMIT " + std::to_string(limit) + ")";
  };
  return "(SELECT pg_catalog.string_agg(pg_catalog.format('%s:%s', s.range_start, s.range_end), ' '"
         " ORDER BY s.range_start DESC) FROM (" +
         some("<=", "DESC", kMostChunks + 1) + " UNION ALL " + some(">", "ASC", kFutureSlices) + ") AS s)";
}

std::string resolve_table(const FreshnessCheck& check, bool timescaledb) {
  const std::string ingest = quote_literal(check.ingest_column);
  return "WITH named AS (SELECT pg_catalog.to_regclass(" + quote_literal(check.table) + ")::pg_catalog.oid AS oid)," +
         (timescaledb ? kWithTimescaleDb : kWithoutTimescaleDb) + R"sql(
SELECT pg_catalog.quote_ident(CURRENT_USER) AS role, pg_catalog.current_database() AS database, )sql" +
         kNow + R"sql( AS now,
       pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) AS relation, c.relkind AS kind,
       c.relkind = 'p' OR c.relhassubclass AS has_parts,
       dimension.column_name AS dimension, dimension.clock, time_type.typname AS time_type,
       (SELECT COALESCE(b.typname, t.typname)
        FROM pg_catalog.pg_attribute AS a
        JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
        LEFT JOIN pg_catalog.pg_type AS b ON b.oid = t.typbasetype
        WHERE a.attrelid = c.oid AND a.attname = )sql" +
         ingest + R"sql( AND a.attnum > 0 AND NOT a.attisdropped) AS ingest_type,
       EXISTS (SELECT FROM pg_catalog.pg_index AS i
               JOIN pg_catalog.pg_class AS x ON x.oid = i.indexrelid
               JOIN pg_catalog.pg_am AS m ON m.oid = x.relam
               WHERE i.indrelid = c.oid AND i.indkey[0] = a.attnum AND m.amname = 'btree'
                 AND i.indisvalid AND i.indisready AND i.indpred IS NULL
                 AND i.indoption[0] IN (0, 3)) AS indexed,
       )sql" +
         (timescaledb ? slices(check) : "NULL") +
         R"sql( AS slices
FROM wanted
LEFT JOIN pg_catalog.pg_class AS c ON c.oid = wanted.oid
LEFT JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN dimension ON true
LEFT JOIN pg_catalog.pg_attribute AS a
  ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 AND a.attname = COALESCE(dimension.column_name, )sql" +
         quote_literal(check.time_column) + R"sql(::pg_catalog.name)
LEFT JOIN pg_catalog.pg_type AS declared ON declared.oid = a.atttypid
LEFT JOIN pg_catalog.pg_type AS time_type
  ON time_type.oid = CASE WHEN declared.typbasetype = 0::pg_catalog.oid THEN declared.oid ELSE declared.typbasetype END
)sql";
}

}  // namespace

std::string resolve_statement(const FreshnessCheck& check, const Facts& facts) {
  if (check.query.empty()) return resolve_table(check, facts.extension("timescaledb") != nullptr);
  return "SELECT pg_catalog.quote_ident(CURRENT_USER) AS role, " + std::string(kNow) + " AS now";
}

}  // namespace pgwatch::collectors
