// stat_progress_analyze: ANALYZE under way. A relation of another database has only its number, as in
// stat_progress_vacuum.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kStatProgressAnalyzeSql = R"sql(
SELECT datname,
       CASE WHEN datname = current_database() THEN regexp_replace(relid::regclass::text, '^public\.', '')
            ELSE relid::text END AS relname,
       phase,
       sample_blks_total * current_setting('block_size')::bigint AS sample_bytes,
       sample_blks_scanned * current_setting('block_size')::bigint AS sample_scanned_bytes,
       child_tables_total AS child_tables,
       child_tables_done
FROM pg_stat_progress_analyze
WHERE relid IS NOT NULL
)sql";

}  // namespace

Collector stat_progress_analyze() {
  return {
      .name = "stat_progress_analyze",
      .help = "ANALYZE under way.",
      .source = std::vector<Sql>{{.text = kStatProgressAnalyzeSql}},
      .columns =
          {
              label("datname"),
              label("relname"),
              state("phase", "Whether ANALYZE is in the labelled phase.",
                    {"initializing", "acquiring sample rows", "acquiring inherited sample rows", "computing statistics",
                     "computing extended statistics", "finalizing analyze"}),
              gauge("sample_bytes", "Size of the sample to read."),
              gauge("sample_scanned_bytes", "How much of the sample has been read."),
              gauge("child_tables", "Child tables to look at."),
              gauge("child_tables_done", "Child tables looked at."),
          },
      .cost = {.pages = 8, .more = 8, .of = "running ANALYZE"},
      .role = "pg_read_all_stats",
  };
}

}  // namespace pgwatch::collectors
