// stat_progress_cluster: CLUSTER and VACUUM FULL under way. Nobody else can read the table meanwhile.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kStatProgressClusterSql = R"sql(
SELECT datname,
       CASE WHEN datname = current_database() THEN regexp_replace(relid::regclass::text, '^public\.', '')
            ELSE relid::text END AS relname,
       phase,
       heap_tuples_scanned,
       heap_tuples_written,
       heap_blks_total * current_setting('block_size')::bigint AS heap_bytes,
       heap_blks_scanned * current_setting('block_size')::bigint AS heap_scanned_bytes,
       index_rebuild_count AS indexes_rebuilt
FROM pg_stat_progress_cluster
WHERE relid IS NOT NULL
)sql";

}  // namespace

Collector stat_progress_cluster() {
  return {
      .name = "stat_progress_cluster",
      .help = "CLUSTER and VACUUM FULL under way.",
      .source = std::vector<Sql>{{.text = kStatProgressClusterSql}},
      .columns =
          {
              label("datname"),
              label("relname"),
              state("phase", "Whether the work is in the labelled phase.",
                    {"initializing", "seq scanning heap", "index scanning heap", "sorting tuples", "writing new heap",
                     "swapping relation files", "rebuilding index", "performing final cleanup"}),
              gauge("heap_tuples_scanned", "Rows read."),
              gauge("heap_tuples_written", "Rows written."),
              gauge("heap_bytes", "Size of the table; 0 where it is read by an index."),
              gauge("heap_scanned_bytes", "How much of the table has been read; 0 where it is read by an index."),
              gauge("indexes_rebuilt", "Indexes built anew."),
          },
      .cost = {.pages = 8, .more = 8, .of = "running CLUSTER"},
      .role = "pg_read_all_stats",
  };
}

}  // namespace pgwatch::collectors
