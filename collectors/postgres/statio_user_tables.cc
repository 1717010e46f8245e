// statio_user_tables: pages of each table, its indexes and its TOAST that were read, and found in shared buffers, under
// postgres_exporter's names.
#include "collectors/catalogue.h"
#include "collectors/postgres/relations.h"

namespace pgwatch::collectors {
namespace {

// Indexes are summed by the table they belong to once, for tables and for TOAST tables.
constexpr const char* kStatioUserTablesSql = R"sql(
WITH indexes AS MATERIALIZED (
  SELECT indrelid,
         sum(pg_stat_get_blocks_fetched(indexrelid) - pg_stat_get_blocks_hit(indexrelid)) AS read,
         sum(pg_stat_get_blocks_hit(indexrelid)) AS hit
  FROM pg_index
  GROUP BY indrelid)
SELECT c.schemaname,
       c.relname,
       pg_stat_get_blocks_fetched(c.oid) - pg_stat_get_blocks_hit(c.oid) AS heap_blocks_read,
       pg_stat_get_blocks_hit(c.oid) AS heap_blocks_hit,
       coalesce(c.idx_read, 0) AS idx_blocks_read,
       coalesce(c.idx_hit, 0) AS idx_blocks_hit,
       pg_stat_get_blocks_fetched(c.reltoastrelid) - pg_stat_get_blocks_hit(c.reltoastrelid) AS toast_blocks_read,
       pg_stat_get_blocks_hit(c.reltoastrelid) AS toast_blocks_hit,
       coalesce(c.tidx_read, 0) AS tidx_blocks_read,
       coalesce(c.tidx_hit, 0) AS tidx_blocks_hit
FROM (
  SELECT c.oid, n.nspname::text AS schemaname, c.relname::text, c.reltoastrelid,
         i.read AS idx_read, i.hit AS idx_hit, t.read AS tidx_read, t.hit AS tidx_hit
  FROM pg_class AS c
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
  LEFT JOIN indexes AS i ON i.indrelid = c.oid
  LEFT JOIN indexes AS t ON t.indrelid = c.reltoastrelid
  WHERE )sql";

}  // namespace

Collector statio_user_tables() {
  return {
      .name = "statio_user_tables",
      .help = "Pages of each table that were read from disk or found in shared buffers.",
      .scope = Scope::kDatabase,
      .source = std::vector<Sql>{{.text = kStatioUserTablesSql + chosen_table() + ") AS c", .since = 130000}},
      .columns =
          {
              label("schemaname"),
              label("relname"),
              counter("heap_blocks_read", "Pages of the table that were read."),
              counter("heap_blocks_hit", "Pages of the table that were found in shared buffers."),
              counter("idx_blocks_read", "Pages of the table's indexes that were read; 0 where it has none."),
              counter("idx_blocks_hit",
                      "Pages of the table's indexes that were found in shared buffers; 0 where it has none."),
              counter("toast_blocks_read", "Pages of the table's TOAST table that were read; 0 where it has none."),
              counter("toast_blocks_hit",
                      "Pages of the table's TOAST table that were found in shared buffers; 0 where it has none."),
              counter("tidx_blocks_read",
                      "Pages of the indexes of the table's TOAST table that were read; 0 where it has none."),
              counter("tidx_blocks_hit",
                      "Pages of the indexes of the table's TOAST table that were found in shared buffers; 0 where it "
                      "has none."),
          },
      .options = {top_option("tables")},
      .cost = {.pages = 60, .more = 1, .of = "table"},
  };
}

}  // namespace pgwatch::collectors
