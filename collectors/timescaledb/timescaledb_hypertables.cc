// timescaledb_hypertables: each hypertable and continuous aggregate, its chunks by state, and the time they span.
//
// Oldest, newest and current are looked up in the index of ranges, and chunks are counted in one look at a small
// catalog: 10,000 of them take milliseconds.
#include "collectors/catalogue.h"
#include "collectors/timescaledb/catalog.h"

namespace pgwatch::collectors {
namespace {

using namespace timescaledb;

std::string counted() {
  return std::string(R"sql(counted AS (
  SELECT c.hypertable_id,
         count(*) AS total,
         count(*) FILTER (WHERE c.status & 1 = 0) AS uncompressed,
         count(*) FILTER (WHERE c.status & 1 = 1) AS compressed,
         count(*) FILTER (WHERE c.status & 8 = 8) AS partial,
         count(*) FILTER (WHERE c.status & 2 = 2) AS unordered,
         count(*) FILTER (WHERE c.status & 4 = 4) AS frozen,
         max(c.creation_time) FILTER (WHERE isfinite(c.creation_time)) AS last_created
  FROM _timescaledb_catalog.chunk AS c
  WHERE )sql") +
         kIsChunk + R"sql(
  GROUP BY c.hypertable_id))sql";
}

// The range of the chunk that stands for data kept elsewhere is none of ours.
std::string elsewhere() {
  return std::string("elsewhere AS MATERIALIZED (\n  SELECT s.id FROM ") + kChunksWithRanges + " WHERE c.osm_chunk)";
}

std::string policed() {
  return std::string(R"sql(policed AS (
  SELECT j.hypertable_id,
         bool_or(j.proc_name = 'policy_compression') AS compression,
         bool_or(j.proc_name = 'policy_retention') AS retention,
         bool_or(j.proc_name = 'policy_refresh_continuous_aggregate') AS refresh,
         bool_or(j.proc_name = 'policy_reorder') AS reorder
  FROM )sql") +
         kJobs + "\n  WHERE " + kIsPolicy + "\n  GROUP BY j.hypertable_id)";
}

// A range ends never, or began at the beginning of time, where it has the least or the greatest number.
constexpr const char* kHypertablesSelect = R"sql(
SELECT named.schema,
       named.hypertable,
       coalesce(counted.total, 0) AS chunks_total,
       coalesce(counted.uncompressed, 0) AS chunks_uncompressed,
       coalesce(counted.compressed, 0) AS chunks_compressed,
       coalesce(counted.partial, 0) AS chunks_partial,
       coalesce(counted.unordered, 0) AS chunks_unordered,
       coalesce(counted.frozen, 0) AS chunks_frozen,
       extract(epoch FROM counted.last_created) AS last_chunk_created_timestamp_seconds,
       CASE WHEN axis.now IS NOT NULL THEN axis.interval_length / 1e6 END AS chunk_interval_seconds,
       CASE WHEN oldest.range_start > -9223372036854775808 THEN oldest.range_start / 1e6 END
         AS oldest_chunk_start_timestamp_seconds,
       CASE WHEN newest.range_end < 9223372036854775807 THEN newest.range_end / 1e6 END
         AS newest_chunk_end_timestamp_seconds,
       CASE WHEN axis.now IS NOT NULL THEN coalesce(reached.range_end > axis.now, false) END AS has_current_chunk,
       CASE WHEN axis.now IS NOT NULL THEN coalesce(future.chunks, 0) END AS future_chunks,
       named.is_compressed AS compression_enabled,
       coalesce(policed.compression, false) AS policy_compression,
       coalesce(policed.retention, false) AS policy_retention,
       CASE WHEN named.is_aggregate THEN coalesce(policed.refresh, false) END AS policy_refresh,
       CASE WHEN NOT named.is_aggregate THEN coalesce(policed.reorder, false) END AS policy_reorder
FROM named
LEFT JOIN axis ON axis.hypertable_id = named.id
LEFT JOIN counted ON counted.hypertable_id = named.id
LEFT JOIN policed ON policed.hypertable_id = named.id
LEFT JOIN LATERAL (
  SELECT s.range_start FROM _timescaledb_catalog.dimension_slice AS s
  WHERE s.dimension_id = axis.dimension_id AND s.id NOT IN (SELECT id FROM elsewhere)
  ORDER BY s.range_start LIMIT 1) AS oldest ON axis.now IS NOT NULL
LEFT JOIN LATERAL (
  SELECT s.range_end FROM _timescaledb_catalog.dimension_slice AS s
  WHERE s.dimension_id = axis.dimension_id AND s.id NOT IN (SELECT id FROM elsewhere)
  ORDER BY s.range_start DESC LIMIT 1) AS newest ON axis.now IS NOT NULL
LEFT JOIN LATERAL (
  SELECT s.range_end FROM _timescaledb_catalog.dimension_slice AS s
  WHERE s.dimension_id = axis.dimension_id AND s.range_start <= axis.now AND s.id NOT IN (SELECT id FROM elsewhere)
  ORDER BY s.range_start DESC LIMIT 1) AS reached ON axis.now IS NOT NULL
LEFT JOIN LATERAL (
  SELECT count(*) AS chunks FROM )sql";

std::string hypertables_sql() {
  return std::string("WITH ") + kAxis + ",\n" + kNamed + ",\n" + counted() + ",\n" + elsewhere() + ",\n" + policed() +
         kHypertablesSelect + kChunksWithRanges +
         "\n  WHERE s.dimension_id = axis.dimension_id AND s.range_start > axis.now + axis.interval_length AND " +
         kIsChunk + ") AS future ON axis.now IS NOT NULL";
}

Column chunks(const char* state) {
  return gauge(
             std::string("chunks_") + state,
             "Chunks. Each is compressed or not; a compressed one may be partial or unordered as well, and any may be "
             "frozen.")
      .called("timescaledb_hypertable_chunks")
      .with("state", state);
}

Column policy(const char* kind) {
  return gauge(std::string("policy_") + kind, "Whether there is such a policy, running or paused.")
      .called("timescaledb_hypertable_policy")
      .with("policy", kind);
}

}  // namespace

Collector timescaledb_hypertables() {
  return {
      .name = "timescaledb_hypertables",
      .help =
          "Hypertables and continuous aggregates: chunks by state, the time they span, and which policies there are.",
      .scope = Scope::kDatabase,
      .extension = kExtension,
      .prefix = "timescaledb_hypertable",
      .source = std::vector<Sql>{{.text = hypertables_sql()}},
      .columns =
          {
              label("schema"),
              label("hypertable"),
              chunks("total"),
              chunks("uncompressed"),
              chunks("compressed"),
              chunks("partial"),
              chunks("unordered"),
              chunks("frozen"),
              gauge("last_chunk_created_timestamp_seconds", "When its newest chunk was made, as a Unix time."),
              gauge("chunk_interval_seconds",
                    "The time a new chunk spans; absent where an integer tells the time, as are the times below."),
              gauge("oldest_chunk_start_timestamp_seconds", "Where its oldest chunk begins, as a Unix time."),
              gauge("newest_chunk_end_timestamp_seconds", "Where its newest chunk ends, as a Unix time."),
              gauge("has_current_chunk", "Whether there is a chunk for the present."),
              gauge("future_chunks", "Chunks that begin more than a chunk's length ahead: some clock is wrong."),
              gauge("compression_enabled", "Whether its chunks may be compressed."),
              policy("compression"),
              policy("retention"),
              policy("refresh"),
              policy("reorder"),
          },
      .cost = {.pages = 200, .more = 2, .of = "chunk"},
  };
}

}  // namespace pgwatch::collectors
