// stat_progress_vacuum: how far each running VACUUM has come.
//
// A table of the database we are connected to has its name, written as with an everyday search_path: without schema
// where that is public. One of another database has only its OID.
//
// PostgreSQL 17 keeps dead row ids in another way. Their number goes on under its old name; the most that fit is told
// in bytes from then on, and has no old name, because postgres_exporter's max_dead_tuples are these bytes by mistake.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kStatProgressVacuumSql = R"sql(
SELECT coalesce(datname, 'unknown') AS datname,
       coalesce(CASE WHEN datname = current_database() THEN regexp_replace(relid::regclass::text, '^public\.', '') END,
                relid::text) AS relname,
       phase,
       heap_blks_total,
       heap_blks_scanned,
       heap_blks_vacuumed,
       index_vacuum_count,
       /*if pg_stat_progress_vacuum.num_dead_item_ids*/ NULL /*else max_dead_tuples*/ AS max_dead_tuples,
       /*if pg_stat_progress_vacuum.num_dead_item_ids*/ num_dead_item_ids /*else num_dead_tuples*/ AS num_dead_tuples,
       /*if pg_stat_progress_vacuum.max_dead_tuple_bytes*/ max_dead_tuple_bytes /*else NULL*/ AS max_dead_tuple_bytes,
       /*if pg_stat_progress_vacuum.dead_tuple_bytes*/ dead_tuple_bytes /*else NULL*/ AS dead_tuple_bytes,
       /*if pg_stat_progress_vacuum.indexes_total*/ indexes_total /*else NULL*/ AS indexes,
       /*if pg_stat_progress_vacuum.indexes_processed*/ indexes_processed /*else NULL*/ AS indexes_processed,
       /*if pg_stat_progress_vacuum.delay_time*/ delay_time / 1000 /*else NULL*/ AS delay_time_seconds
FROM pg_stat_progress_vacuum
WHERE relid IS NOT NULL
)sql";

std::vector<Column> stat_progress_vacuum_columns() {
  return {
      label("datname"),
      label("relname"),
      state("phase", "Whether the VACUUM is in the labelled phase.",
            {"initializing", "scanning heap", "vacuuming indexes", "vacuuming heap", "cleaning up indexes",
             "truncating heap", "performing final cleanup"}),
      gauge("heap_blks_total", "Blocks of the table when the VACUUM began.")
          .called("pg_stat_progress_vacuum_heap_blks"),
      gauge("heap_blks_scanned", "Blocks of the table scanned so far."),
      gauge("heap_blks_vacuumed", "Blocks of the table vacuumed so far."),
      gauge("index_vacuum_count", "Rounds through the indexes completed.")
          .called("pg_stat_progress_vacuum_index_vacuums"),
      gauge("max_dead_tuples", "Dead row ids that fit in memory before the indexes need a round.").until(16),
      gauge("num_dead_tuples", "Dead row ids collected since the last round through the indexes."),
      gauge("max_dead_tuple_bytes", "Memory for dead row ids before the indexes need a round.").since(17),
      gauge("dead_tuple_bytes", "Memory that dead row ids take since the last round through the indexes.").since(17),
      gauge("indexes", "Indexes that the round goes through.").since(17),
      gauge("indexes_processed", "Indexes that the round has gone through so far.").since(17),
      gauge("delay_time_seconds", "Time slept because of vacuum_cost_delay, where track_cost_delay_timing is on.")
          .since(18),
  };
}

}  // namespace

Collector stat_progress_vacuum() {
  return {
      .name = "stat_progress_vacuum",
      .help = "Progress of each running VACUUM.",
      .source = std::vector<Sql>{{.text = kStatProgressVacuumSql}},
      .columns = stat_progress_vacuum_columns(),
      .cost = {.pages = 4, .more = 8, .of = "running VACUUM"},
      .role = "pg_read_all_stats",
  };
}

}  // namespace pgwatch::collectors
