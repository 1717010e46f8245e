// stat_progress_copy: COPY under way, summed over the sessions that copy the same table. COPY of a query has no table.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kStatProgressCopySql = R"sql(
SELECT datname,
       CASE WHEN relid = 0 THEN ''
            WHEN datname = current_database() THEN regexp_replace(relid::regclass::text, '^public\.', '')
            ELSE relid::text END AS relname,
       command,
       count(*) AS sessions,
       sum(bytes_processed) AS processed_bytes,
       nullif(sum(bytes_total), 0) AS bytes,
       sum(tuples_processed) AS tuples_processed,
       sum(tuples_excluded) AS tuples_excluded,
       /*if pg_stat_progress_copy.tuples_skipped*/ sum(tuples_skipped) /*else NULL*/ AS tuples_skipped
FROM pg_stat_progress_copy
WHERE relid IS NOT NULL
GROUP BY datname, relid, command
)sql";

}  // namespace

Collector stat_progress_copy() {
  return {
      .name = "stat_progress_copy",
      .help = "COPY under way, by table and direction. PostgreSQL 14 and newer.",
      .source =
          std::vector<Sql>{
              {.text = kStatProgressCopySql, .since = 140000, .needs = {"pg_stat_progress_copy.tuples_excluded"}}},
      .columns =
          {
              label("datname"),
              label("relname"),
              label("command"),
              gauge("sessions", "Sessions that copy.").since(14),
              gauge("processed_bytes", "Bytes copied.").since(14),
              gauge("bytes", "Size of the file that is read; absent where it comes from the client.").since(14),
              gauge("tuples_processed", "Rows copied.").since(14),
              gauge("tuples_excluded", "Rows left out by WHERE.").since(14),
              gauge("tuples_skipped", "Rows left out because they are malformed.").since(17),
          },
      .cost = {.pages = 8, .more = 8, .of = "running COPY"},
      .role = "pg_read_all_stats",
  };
}

}  // namespace pgwatch::collectors
