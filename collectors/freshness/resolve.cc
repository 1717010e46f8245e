// The role's own search_path counts, as it does for whoever wrote the check, so all of the catalogs is qualified.
//
// Of TimescaleDB's catalog it needs what no version has changed: hypertables, their dimensions, and slices, from an
// index on (dimension, start, end). Where a dimension has more than one chunk per slice, newer versions list a slice
// once per chunk, which is what counts: so many are locked.
//
// Partitions by ranges that begin with the time are told apart as chunks are, by the bounds that the server spells.
// Where it does not spell them in ISO's way they are not read: a time zone's abbreviation may mean several.
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
  SELECT NULL::pg_catalog.int4 AS id, NULL::pg_catalog.name AS column_name, NULL::pg_catalog.text AS clock,
         NULL::pg_catalog.int8 AS partitions
  WHERE false))sql";

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
              THEN pg_catalog.format('%I.%I', d.integer_now_func_schema, d.integer_now_func) END AS clock,
         (SELECT pg_catalog.round(pg_catalog.exp(pg_catalog.sum(pg_catalog.ln(space.num_slices))))::pg_catalog.int8
          FROM _timescaledb_catalog.dimension AS space
          WHERE space.hypertable_id = d.hypertable_id AND space.num_slices IS NOT NULL) AS partitions
  FROM wanted
  JOIN pg_catalog.pg_class AS c ON c.oid = wanted.oid
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  JOIN _timescaledb_catalog.hypertable AS h ON h.schema_name = n.nspname AND h.table_name = c.relname
  JOIN _timescaledb_catalog.dimension AS d ON d.hypertable_id = h.id
  WHERE d.interval_length IS NOT NULL
  ORDER BY d.id
  LIMIT 1))sql";

// What a bound says in microseconds since 1970 or, of an integer time, as it stands.
std::string raw(const std::string& bound) {
  const std::string micros = "pg_catalog.round(extract(epoch FROM " + bound;
  return "CASE WHEN " + bound + " IN ('MINVALUE', '-infinity') THEN (-9223372036854775808)::pg_catalog.int8 WHEN " +
         bound + " IN ('MAXVALUE', 'infinity') THEN 9223372036854775807 WHEN type IN ('int2', 'int4', 'int8') THEN " +
         bound + "::pg_catalog.int8 WHEN type = 'timestamptz' THEN " + micros +
         "::pg_catalog.timestamptz) * 1000000)::pg_catalog.int8 ELSE " + micros +
         "::pg_catalog.timestamp) * 1000000)::pg_catalog.int8 END";
}

// What a server that plans for a range of times cannot leave alone: the table itself and what is below it, but for
// what lies below ranges of the time.
std::string untimed(const std::string& time_column) {
  return R"sql(
untimed AS (
  SELECT wanted.oid FROM wanted WHERE NOT EXISTS (SELECT FROM dimension)
  UNION ALL
  SELECT i.inhrelid
  FROM untimed
  JOIN pg_catalog.pg_inherits AS i ON i.inhparent = untimed.oid
  WHERE NOT EXISTS (
    SELECT
    FROM pg_catalog.pg_partitioned_table AS p
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = p.partrelid AND a.attnum = p.partattrs[0]
    WHERE p.partrelid = untimed.oid AND p.partstrat = 'r' AND a.attname = )sql" +
         time_column + "))";
}

// The default partition has what no other has, which may be of any time. Tables of one time are locked together.
std::string partitions(const std::string& time_column) {
  return R"sql(
bound AS (
  SELECT t.typname AS type, c.oid,
         pg_catalog.regexp_match(pg_catalog.pg_get_expr(c.relpartbound, c.oid),
                                 $$^FOR VALUES FROM \('?([^',)]*).* TO \('?([^',)]*)$$) AS ends
  FROM wanted
  JOIN pg_catalog.pg_partitioned_table AS p ON p.partrelid = wanted.oid AND p.partstrat = 'r'
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = wanted.oid AND a.attnum = p.partattrs[0]
  JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
  JOIN pg_catalog.pg_inherits AS i ON i.inhparent = wanted.oid
  JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid
  WHERE a.attname = )sql" +
         time_column + R"sql(
    AND t.typname IN ('timestamptz', 'timestamp', 'date', 'int2', 'int4', 'int8')
    AND pg_catalog.current_setting('DateStyle') LIKE 'ISO%'),
part AS (
  SELECT oid,
         )sql" +
         raw("COALESCE(ends[1], 'MINVALUE')") + " AS range_start,\n         " + raw("COALESCE(ends[2], 'MINVALUE')") +
         R"sql( AS range_end
  FROM bound),
tree AS (
  SELECT part.range_start, part.oid FROM part
  UNION ALL
  SELECT tree.range_start, i.inhrelid FROM tree JOIN pg_catalog.pg_inherits AS i ON i.inhparent = tree.oid))sql";
}

constexpr const char* kMostOfOneTime =
    "(SELECT pg_catalog.max(tables) FROM (SELECT pg_catalog.count(*) AS tables FROM tree GROUP BY range_start) AS one)";

// Whether a table has a valid btree index that begins with its time.
std::string is_indexed(const FreshnessCheck& check, const std::string& table, const std::string& column) {
  // What groups are looked for in is a range of time, and any order serves that.
  const char* const serves_newest = check.groups ? "" : " AND i.indoption[0] IN (0, 3)";
  return R"sql(EXISTS (
         SELECT
         FROM pg_catalog.pg_index AS i
         JOIN pg_catalog.pg_class AS x ON x.oid = i.indexrelid
         JOIN pg_catalog.pg_am AS m ON m.oid = x.relam
         WHERE i.indrelid = )sql" +
         table + " AND i.indkey[0] = " + column +
         " AND m.amname = 'btree' AND i.indisvalid AND i.indisready AND i.indpred IS NULL" + serves_newest + ")";
}

// Up to now, and a few of the future, the newest first. Of an integer time nobody knows yet what now is.
std::string slices(const FreshnessCheck& check, const std::string& of) {
  const std::string end = "(CASE WHEN time_type.typname IN ('int2', 'int4', 'int8') THEN 9223372036854775807 ELSE " +
                          std::string(kNow) + " + " + std::to_string(end_of_present(check, 0)) + " END)";
  const auto some = [&](const char* sign, const char* order, std::size_t limit) {
    return "(SELECT s.range_start, s.range_end FROM " + of + " AND s.range_start " + std::string(sign) + " " + end +
           " ORDER BY s.range_start " + order + " LIMIT " + std::to_string(limit) + ")";
  };
  return "(SELECT pg_catalog.string_agg(pg_catalog.format('%s:%s', s.range_start, s.range_end), ' '"
         " ORDER BY s.range_start DESC) FROM (" +
         some("<=", "DESC", kMostChunks + 1) + " UNION ALL " + some(">", "ASC", kFutureSlices) + ") AS s)";
}

std::string resolve_table(const FreshnessCheck& check, bool timescaledb) {
  const std::string ingest = quote_literal(check.ingest_column);
  const std::string time_column = quote_literal(check.time_column) + "::pg_catalog.name";
  const std::string of_parts = slices(check, "part AS s WHERE true");
  const std::string of_chunks =
      slices(check, "_timescaledb_catalog.dimension_slice AS s WHERE s.dimension_id = dimension.id");
  return "WITH RECURSIVE named AS (SELECT pg_catalog.to_regclass(" + quote_literal(check.table) +
         ")::pg_catalog.oid AS oid)," + (timescaledb ? kWithTimescaleDb : kWithoutTimescaleDb) + "," +
         untimed(time_column) + "," + partitions(time_column) + R"sql(
SELECT pg_catalog.quote_ident(CURRENT_USER) AS role, pg_catalog.current_database() AS database, )sql" +
         kNow + R"sql( AS now,
       pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) AS relation, c.relkind AS kind,
       c.relkind = 'p' OR c.relhassubclass AS has_parts,
       dimension.column_name AS dimension, dimension.clock, COALESCE(dimension.partitions, )sql" +
         kMostOfOneTime + R"sql() AS partitions, time_type.typname AS time_type,
       (SELECT COALESCE(b.typname, t.typname)
        FROM pg_catalog.pg_attribute AS a
        JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
        LEFT JOIN pg_catalog.pg_type AS b ON b.oid = t.typbasetype
        WHERE a.attrelid = c.oid AND a.attname = )sql" +
         ingest + R"sql( AND a.attnum > 0 AND NOT a.attisdropped) AS ingest_type,
       )sql" +
         is_indexed(check, "c.oid", "a.attnum") + R"sql( AND NOT EXISTS (
         SELECT
         FROM untimed
         JOIN pg_catalog.pg_class AS below ON below.oid = untimed.oid AND below.relkind = 'r'
         JOIN pg_catalog.pg_attribute AS own ON own.attrelid = below.oid AND own.attname = a.attname
         WHERE NOT )sql" +
         is_indexed(check, "below.oid", "own.attnum") + R"sql() AS indexed,
       (SELECT count(*) FROM pg_catalog.pg_index AS i WHERE i.indrelid = c.oid) AS indexes,
       (SELECT count(*) FROM untimed) AS together,
       )sql" +
         (timescaledb ? "CASE WHEN dimension.id IS NULL THEN " + of_parts + " ELSE " + of_chunks + " END" : of_parts) +
         R"sql( AS slices
FROM wanted
LEFT JOIN pg_catalog.pg_class AS c ON c.oid = wanted.oid
LEFT JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN dimension ON true
LEFT JOIN pg_catalog.pg_attribute AS a
  ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 AND a.attname = COALESCE(dimension.column_name, )sql" +
         time_column + R"sql()
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
