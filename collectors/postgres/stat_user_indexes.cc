// stat_user_indexes: how much each index is used, and how large it is, so that large ones nobody uses stand out.
//
// Of interest over weeks, so asked by a timer, and of the largest indexes only.
#include "collectors/catalogue.h"
#include "collectors/postgres/relations.h"

namespace pgwatch::collectors {
namespace {

// The size is what the last VACUUM or ANALYZE saw: the exact one would take a lock.
constexpr const char* kStatUserIndexesSql = R"sql(
SELECT n.nspname::text AS schemaname,
       c.relname::text,
       x.relname::text AS indexrelname,
       pg_stat_get_numscans(x.oid) AS idx_scan,
       pg_stat_get_tuples_returned(x.oid) AS idx_tup_read,
       pg_stat_get_tuples_fetched(x.oid) AS idx_tup_fetch,
       /*if pg_stat_get_lastscan()*/ date_part('epoch', pg_stat_get_lastscan(x.oid)) /*else NULL*/ AS last_idx_scan,
       x.relpages * current_setting('block_size')::bigint AS estimated_size_bytes)sql";

}  // namespace

Collector stat_user_indexes() {
  return {
      .name = "stat_user_indexes",
      .help = "How much each index is used, and how large it is.",
      .scope = Scope::kDatabase,
      .lane = Lane::kSlow,
      .source = std::vector<Sql>{{.text = kStatUserIndexesSql + from_chosen_indexes(), .since = 130000}},
      .columns =
          {
              label("schemaname"),
              label("relname"),
              label("indexrelname"),
              counter("idx_scan", "Scans begun on the index."),
              counter("idx_tup_read", "Index entries that scans have returned."),
              counter("idx_tup_fetch", "Live rows that simple scans of the index have fetched."),
              gauge("last_idx_scan", "When the index was last scanned, as a Unix time; absent: never.")
                  .called("pg_stat_user_indexes_last_idx_scan_timestamp_seconds")
                  .since(16),
              gauge("estimated_size_bytes", "Size of the index when it was last vacuumed or analyzed."),
          },
      .options = {top_option("indexes", 1'000)},
      .cost = {.pages = 80, .more = 4, .of = "index"},
  };
}

}  // namespace pgwatch::collectors
