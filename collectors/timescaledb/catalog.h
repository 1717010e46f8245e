// TimescaleDB's own catalog, as SQL that runs on each of its generations, from 2.14 on. What a generation has is asked,
// never told from the version. No statement locks a chunk, and none but those of the sizes looks at one.
//
// Chunks are c, their ranges on a dimension s, hypertables h, jobs j. Times are microseconds since 1970 as the catalog
// has them, or whatever an integer column counts.
#pragma once

#include <string>

#include "exporter/model/collector.h"

namespace pgwatch::collectors::timescaledb {

inline constexpr const char* kExtension = "timescaledb";

// Of each hypertable its first time dimension, and what time it is there: NULL where an integer tells the time, since
// nobody but the user's own function knows.
inline constexpr const char* kAxis = R"sql(axis AS MATERIALIZED (
  SELECT DISTINCT ON (d.hypertable_id)
         d.hypertable_id, d.id AS dimension_id, d.interval_length, d.column_type,
         d.integer_now_func IS NOT NULL AS has_integer_now,
         (1000000 * CASE
           WHEN d.column_type IN ('timestamptz'::regtype, 'uuid'::regtype) THEN extract(epoch FROM now())
           WHEN d.column_type IN ('timestamp'::regtype, 'date'::regtype) THEN extract(epoch FROM localtimestamp)
         END)::bigint AS now
  FROM _timescaledb_catalog.dimension AS d
  WHERE d.interval_length IS NOT NULL
  ORDER BY d.hypertable_id, d.id))sql";

// Hypertables as people know them: a continuous aggregate goes by its view's name. Before 2.29 those that hold what is
// compressed are hypertables, too.
inline constexpr const char* kNamed = R"sql(named AS MATERIALIZED (
  SELECT h.id,
         coalesce(a.user_view_schema, h.schema_name) AS schema,
         coalesce(a.user_view_name, h.table_name) AS hypertable,
         h.schema_name, h.table_name,
         a.mat_hypertable_id IS NOT NULL AS is_aggregate,
         /*if _timescaledb_catalog.chunk.relid*/ h.status & 4 = 4 /*else h.compression_state = 1*/ AS is_compressed
  FROM _timescaledb_catalog.hypertable AS h
  LEFT JOIN _timescaledb_catalog.continuous_agg AS a ON a.mat_hypertable_id = h.id
  WHERE h.compression_state <> 2))sql";

inline constexpr const char* kChunksWithRanges = R"sql(_timescaledb_catalog.chunk AS c
  /*if _timescaledb_catalog.dimension_slice.chunk_id*/
  JOIN _timescaledb_catalog.dimension_slice AS s ON s.chunk_id = c.id
  /*else
  JOIN _timescaledb_catalog.chunk_constraint AS k ON k.chunk_id = c.id
  JOIN _timescaledb_catalog.dimension_slice AS s ON s.id = k.dimension_slice_id
  */)sql";

// Left out are what was dropped and is only remembered, and the one chunk that stands for data kept elsewhere.
inline constexpr const char* kIsChunk =
    "NOT c.osm_chunk AND /*if _timescaledb_catalog.chunk.dropped*/ NOT c.dropped /*else true*/";

inline constexpr const char* kJobs =
    "/*if _timescaledb_catalog.bgw_job.id*/ _timescaledb_catalog.bgw_job /*else _timescaledb_config.bgw_job*/ AS j";

inline constexpr const char* kIsPolicy = "j.proc_schema IN ('_timescaledb_functions', '_timescaledb_internal')";

// A chunk's table, r: by its number or, before 2.29, by its name.
inline std::string table_of_chunk(const std::string& join) {
  return "\n  /*if _timescaledb_catalog.chunk.relid*/ " + join + R"sql( pg_class AS r ON r.oid = c.relid
  /*else )sql" +
         join + " pg_namespace AS n ON n.nspname = c.schema_name " + join +
         R"sql( pg_class AS r ON r.relnamespace = n.oid AND r.relname = c.table_name
  */)sql";
}

// The table beside it that holds what is compressed, z.
inline constexpr const char* kCompressedTable = R"sql(
  /*if _timescaledb_catalog.chunk.relid*/
  LEFT JOIN _timescaledb_catalog.compression_settings AS t ON t.relid = c.relid
  LEFT JOIN pg_class AS z ON z.oid = t.compress_relid
  /*else
  LEFT JOIN _timescaledb_catalog.chunk AS t ON t.id = c.compressed_chunk_id
  LEFT JOIN pg_namespace AS m ON m.nspname = t.schema_name
  LEFT JOIN pg_class AS z ON z.relnamespace = m.oid AND z.relname = t.table_name
  */)sql";

// Seconds since 1970; NULL for what never happened, which TimescaleDB writes as -infinity.
inline std::string epoch(const std::string& time) {
  return "CASE WHEN isfinite(" + time + ") THEN extract(epoch FROM " + time + ") END";
}

// Policies of one kind with what each of them is to treat: chunks that end by `ends_by`, or that were created before
// `created_before`. The bounds are made as the policy itself makes them; months are not of one length.
inline std::string policies(const std::string& procedure, const std::string& after, const std::string& created_before,
                            const std::string& more = "") {
  const std::string lag = "(j.config ->> '" + after + "')";
  return R"sql(policy AS MATERIALIZED (
  SELECT j.hypertable_id, axis.dimension_id, axis.now,
         CASE
           WHEN axis.column_type IN ('timestamptz'::regtype, 'uuid'::regtype)
             THEN (1000000 * extract(epoch FROM now() - )sql" +
         lag + R"sql(::interval))::bigint
           WHEN axis.column_type = 'timestamp'::regtype
             THEN (1000000 * extract(epoch FROM localtimestamp - )sql" +
         lag + R"sql(::interval))::bigint
           WHEN axis.column_type = 'date'::regtype
             THEN (1000000 * extract(epoch FROM (localtimestamp - )sql" +
         lag + R"sql(::interval)::date))::bigint
           WHEN axis.has_integer_now AND :'integer_now' = '1'
             THEN /*if _timescaledb_functions.subtract_integer_from_now()*/
               _timescaledb_functions.subtract_integer_from_now(
                 format('%I.%I', h.schema_name, h.table_name)::regclass, )sql" +
         lag + R"sql(::bigint)
               /*else NULL*/
         END AS ends_by,
         CASE WHEN )sql" +
         lag + " IS NULL THEN now() - (j.config ->> '" + created_before +
         R"sql(')::interval END AS created_before)sql" + more + R"sql(
  FROM )sql" +
         kJobs + R"sql(
  JOIN axis ON axis.hypertable_id = j.hypertable_id
  JOIN _timescaledb_catalog.hypertable AS h ON h.id = j.hypertable_id
  WHERE )sql" +
         kIsPolicy + " AND j.proc_name = '" + procedure + "')";
}

// Of policies and the chunks they are to treat, for how many seconds each has waited; NULL where an integer tells the
// time, whose unit is not known.
inline constexpr const char* kLate = R"sql(CASE
           WHEN policy.created_before IS NOT NULL THEN extract(epoch FROM policy.created_before - c.creation_time)
           WHEN policy.now IS NOT NULL THEN (policy.ends_by - s.range_end) / 1e6
         END)sql";

inline std::string chunks_to_treat() {
  return std::string("policy\n  JOIN ") + kChunksWithRanges +
         " ON c.hypertable_id = policy.hypertable_id AND s.dimension_id = policy.dimension_id\n  WHERE " + kIsChunk +
         R"sql(
    AND c.status & 4 = 0
    AND (s.range_end <= policy.ends_by OR (c.creation_time < policy.created_before AND isfinite(c.creation_time))))sql";
}

inline Option integer_now_option() {
  return {.name = "integer_now",
          .help =
              "1: also where an integer tells the time; that calls the hypertable's own function, with the rights "
              "of this role and as slow as it is.",
          .value = 0,
          .most = 1};
}

}  // namespace pgwatch::collectors::timescaledb
