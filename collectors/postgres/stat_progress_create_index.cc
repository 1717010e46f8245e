// stat_progress_create_index: indexes being built, by table: the index of a CREATE INDEX has no number yet that others
// could read.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kStatProgressCreateIndexSql = R"sql(
SELECT datname,
       CASE WHEN datname = current_database() THEN regexp_replace(relid::regclass::text, '^public\.', '')
            ELSE relid::text END AS relname,
       count(*) AS builds,
       min(phase) AS phase,
       sum(lockers_total) AS lockers,
       sum(lockers_done) AS lockers_done,
       sum(blocks_total) * current_setting('block_size')::bigint AS bytes,
       sum(blocks_done) * current_setting('block_size')::bigint AS done_bytes,
       sum(tuples_total) AS tuples,
       sum(tuples_done) AS tuples_done,
       sum(partitions_total) AS partitions,
       sum(partitions_done) AS partitions_done
FROM pg_stat_progress_create_index
WHERE relid IS NOT NULL
GROUP BY datname, relid
)sql";

}  // namespace

Collector stat_progress_create_index() {
  return {
      .name = "stat_progress_create_index",
      .help = "Indexes being built or built anew, by table.",
      .source = std::vector<Sql>{{.text = kStatProgressCreateIndexSql}},
      .columns =
          {
              label("datname"),
              label("relname"),
              gauge("builds", "Indexes of the table being built."),
              state(
                  "phase", "Whether the build is in the labelled phase; of several builds, one.",
                  {"initializing", "waiting for writers before build", "building index",
                   "waiting for writers before validation", "index validation: scanning index",
                   "index validation: sorting tuples", "index validation: scanning table", "waiting for old snapshots",
                   "waiting for readers before marking dead", "waiting for readers before dropping"}),
              gauge("lockers", "Transactions to wait for in this phase."),
              gauge("lockers_done", "Transactions waited for in this phase."),
              gauge("bytes", "Bytes to read in this phase."),
              gauge("done_bytes", "Bytes read in this phase."),
              gauge("tuples", "Rows to take in in this phase."),
              gauge("tuples_done", "Rows taken in in this phase."),
              gauge("partitions", "Partitions on which to build."),
              gauge("partitions_done", "Partitions that are done."),
          },
      .cost = {.pages = 8, .more = 8, .of = "index being built"},
      .role = "pg_read_all_stats",
  };
}

}  // namespace pgwatch::collectors
