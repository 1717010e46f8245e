// statio_user_indexes: pages of each index that were read, and found in shared buffers, under postgres_exporter's
// names.
#include "collectors/catalogue.h"
#include "collectors/postgres/relations.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kStatioUserIndexesSql = R"sql(
SELECT n.nspname::text AS schemaname,
       c.relname::text,
       x.relname::text AS indexrelname,
       pg_stat_get_blocks_fetched(x.oid) - pg_stat_get_blocks_hit(x.oid) AS idx_blks_read_total,
       pg_stat_get_blocks_hit(x.oid) AS idx_blks_hit_total)sql";

}  // namespace

Collector statio_user_indexes() {
  return {
      .name = "statio_user_indexes",
      .help = "Pages of each index that were read from disk or found in shared buffers.",
      .scope = Scope::kDatabase,
      .enabled = false,
      .source = std::vector<Sql>{{.text = kStatioUserIndexesSql + from_chosen_indexes(), .since = 130000}},
      .columns =
          {
              label("schemaname"),
              label("relname"),
              label("indexrelname"),
              counter("idx_blks_read_total", "Pages of the index that were read."),
              counter("idx_blks_hit_total", "Pages of the index that were found in shared buffers."),
          },
      .options = {top_option("indexes")},
      .cost = {.pages = 60, .more = 4, .of = "index"},
  };
}

}  // namespace pgwatch::collectors
