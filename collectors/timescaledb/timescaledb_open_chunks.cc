// timescaledb_open_chunks: how large the chunks are that rows come into, with their indexes and TOAST. They should fit
// into memory.
//
// Those are the chunks for the present or, where there is none, the newest that is not in the future. What somebody has
// locked is not measured, and its hypertable then has no value.
#include "collectors/catalogue.h"
#include "collectors/postgres/batches.h"
#include "collectors/timescaledb/catalog.h"

namespace pgwatch::collectors {
namespace {

using namespace timescaledb;

std::string open_chunks_sql() {
  return "WITH " + held_relations("'AccessExclusiveLock'") + ",\n" + kAxis + ",\n" + kNamed + R"sql(,
reached AS MATERIALIZED (
  SELECT axis.hypertable_id, axis.dimension_id, newest.range_start
  FROM axis
  CROSS JOIN LATERAL (
    SELECT s.range_start FROM _timescaledb_catalog.dimension_slice AS s
    WHERE s.dimension_id = axis.dimension_id AND s.range_start <= coalesce(axis.now, 9223372036854775805)
    ORDER BY s.range_start DESC LIMIT 1) AS newest),
open AS MATERIALIZED (
  SELECT c.hypertable_id, r.oid, r.oid IN (SELECT relation FROM left_out)
           OR r.reltoastrelid IN (SELECT relation FROM left_out) AS is_left_out
  FROM reached
  JOIN )sql" +
         kChunksWithRanges + " ON s.dimension_id = reached.dimension_id AND s.range_start = reached.range_start" +
         table_of_chunk("JOIN") + "  WHERE " + kIsChunk + R"sql()
SELECT named.schema,
       named.hypertable,
       CASE WHEN NOT bool_or(open.is_left_out)
            THEN sum(CASE WHEN NOT open.is_left_out THEN pg_total_relation_size(open.oid) END) END AS bytes
FROM named
JOIN open ON open.hypertable_id = named.id
GROUP BY named.schema, named.hypertable)sql";
}

}  // namespace

Collector timescaledb_open_chunks() {
  return {
      .name = "timescaledb_open_chunks",
      .help = "Size of the chunks that rows come into.",
      .scope = Scope::kDatabase,
      .extension = kExtension,
      .lane = Lane::kSlow,
      .interval = std::chrono::minutes{1},
      .prefix = "timescaledb_hypertable_open_chunk",
      .source = std::vector<Sql>{{.text = open_chunks_sql()}},
      .columns =
          {
              label("schema"),
              label("hypertable"),
              gauge("bytes",
                    "Size of the chunks for the present, or else of the newest, with their indexes and TOAST; absent "
                    "while somebody has one of them locked."),
          },
      .cost = {.pages = 100, .more = 150, .of = "hypertable"},
  };
}

}  // namespace pgwatch::collectors
