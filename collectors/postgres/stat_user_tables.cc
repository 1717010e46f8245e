// stat_user_tables: what happened to each table, as pg_stat_user_tables counts it, under postgres_exporter's names. The
// two sizes are table_sizes's.
//
// The view joins every table to its indexes and groups by names, which spills to disk with many tables. Here indexes
// are summed by table number alone, which stays small, and in one pass however many tables there have come to be since
// the statement was prepared. Tables are sorted before their counts are read, and the names as text, for the same
// reason.
#include "collectors/catalogue.h"
#include "collectors/postgres/relations.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kStatUserTablesSql = R"sql(
SELECT c.schemaname,
       c.relname,
       pg_stat_get_numscans(c.oid) AS seq_scan,
       /*if pg_stat_get_lastscan()*/ date_part('epoch', pg_stat_get_lastscan(c.oid)) /*else NULL*/ AS last_seq_scan,
       pg_stat_get_tuples_returned(c.oid) AS seq_tup_read,
       coalesce(c.scans, 0) AS idx_scan,
       /*if pg_stat_get_lastscan()*/ date_part('epoch', c.last_scan) /*else NULL*/ AS last_idx_scan,
       coalesce(c.fetched + pg_stat_get_tuples_fetched(c.oid), 0) AS idx_tup_fetch,
       pg_stat_get_tuples_inserted(c.oid) AS n_tup_ins,
       pg_stat_get_tuples_updated(c.oid) AS n_tup_upd,
       pg_stat_get_tuples_deleted(c.oid) AS n_tup_del,
       pg_stat_get_tuples_hot_updated(c.oid) AS n_tup_hot_upd,
       /*if pg_stat_get_tuples_newpage_updated()*/ pg_stat_get_tuples_newpage_updated(c.oid) /*else NULL*/
         AS n_tup_newpage_upd,
       pg_stat_get_live_tuples(c.oid) AS n_live_tup,
       pg_stat_get_dead_tuples(c.oid) AS n_dead_tup,
       pg_stat_get_mod_since_analyze(c.oid) AS n_mod_since_analyze,
       pg_stat_get_ins_since_vacuum(c.oid) AS n_ins_since_vacuum,
       coalesce(floor(date_part('epoch', pg_stat_get_last_vacuum_time(c.oid))), 0) AS last_vacuum,
       coalesce(floor(date_part('epoch', pg_stat_get_last_autovacuum_time(c.oid))), 0) AS last_autovacuum,
       coalesce(floor(date_part('epoch', pg_stat_get_last_analyze_time(c.oid))), 0) AS last_analyze,
       coalesce(floor(date_part('epoch', pg_stat_get_last_autoanalyze_time(c.oid))), 0) AS last_autoanalyze,
       pg_stat_get_vacuum_count(c.oid) AS vacuum_count,
       pg_stat_get_autovacuum_count(c.oid) AS autovacuum_count,
       pg_stat_get_analyze_count(c.oid) AS analyze_count,
       pg_stat_get_autoanalyze_count(c.oid) AS autoanalyze_count,
       /*if pg_stat_get_total_vacuum_time()*/ pg_stat_get_total_vacuum_time(c.oid) / 1000 /*else NULL*/
         AS vacuum_seconds_total,
       /*if pg_stat_get_total_autovacuum_time()*/ pg_stat_get_total_autovacuum_time(c.oid) / 1000 /*else NULL*/
         AS autovacuum_seconds_total,
       /*if pg_stat_get_total_analyze_time()*/ pg_stat_get_total_analyze_time(c.oid) / 1000 /*else NULL*/
         AS analyze_seconds_total,
       /*if pg_stat_get_total_autoanalyze_time()*/ pg_stat_get_total_autoanalyze_time(c.oid) / 1000 /*else NULL*/
         AS autoanalyze_seconds_total
FROM (
  SELECT c.oid, n.nspname::text AS schemaname, c.relname::text, i.scans, i.last_scan, i.fetched
  FROM pg_class AS c
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
  LEFT JOIN (
    SELECT indrelid,
           sum(pg_stat_get_numscans(indexrelid)) AS scans,
           /*if pg_stat_get_lastscan()*/ max(pg_stat_get_lastscan(indexrelid)) /*else NULL*/ AS last_scan,
           sum(pg_stat_get_tuples_fetched(indexrelid)) AS fetched
    FROM pg_index
    GROUP BY indrelid) AS i ON i.indrelid = c.oid
  WHERE )sql";

std::vector<Column> stat_user_tables_columns() {
  return {
      label("schemaname"),
      label("relname"),
      counter("seq_scan", "Sequential scans begun on the table."),
      counter("seq_tup_read", "Rows that sequential scans have read."),
      counter("idx_scan", "Index scans begun on the table; 0 where it has no index."),
      counter("idx_tup_fetch", "Rows that index scans have fetched; 0 where it has no index."),
      counter("n_tup_ins", "Rows inserted."),
      counter("n_tup_upd", "Rows updated, HOT updates included."),
      counter("n_tup_del", "Rows deleted."),
      counter("n_tup_hot_upd", "Rows updated without touching an index (HOT)."),
      counter("n_tup_newpage_upd", "Rows updated whose new version went to another page.").since(16),
      gauge("n_live_tup", "Rows that are alive, as estimated."),
      gauge("n_dead_tup", "Rows that are dead and not yet vacuumed, as estimated."),
      gauge("n_mod_since_analyze", "Rows changed since the last ANALYZE, as estimated."),
      gauge("n_ins_since_vacuum", "Rows inserted since the last VACUUM, as estimated."),
      gauge("last_vacuum", "When VACUUM was last run by hand, as a Unix time; 0: never."),
      gauge("last_autovacuum", "When autovacuum last vacuumed it, as a Unix time; 0: never."),
      gauge("last_analyze", "When ANALYZE was last run by hand, as a Unix time; 0: never."),
      gauge("last_autoanalyze", "When autovacuum last analyzed it, as a Unix time; 0: never."),
      counter("vacuum_count", "Times VACUUM was run by hand, VACUUM FULL left out."),
      counter("autovacuum_count", "Times autovacuum vacuumed it."),
      counter("analyze_count", "Times ANALYZE was run by hand."),
      counter("autoanalyze_count", "Times autovacuum analyzed it."),
      gauge("last_seq_scan", "When the last sequential scan was, as a Unix time; absent: never.")
          .called("pg_stat_user_tables_last_seq_scan_timestamp_seconds")
          .since(16),
      gauge("last_idx_scan", "When the last index scan was, as a Unix time; absent: never.")
          .called("pg_stat_user_tables_last_idx_scan_timestamp_seconds")
          .since(16),
      counter("vacuum_seconds_total", "Time VACUUM run by hand took.").since(18),
      counter("autovacuum_seconds_total", "Time autovacuum took to vacuum it.").since(18),
      counter("analyze_seconds_total", "Time ANALYZE run by hand took.").since(18),
      counter("autoanalyze_seconds_total", "Time autovacuum took to analyze it.").since(18),
  };
}

}  // namespace

Collector stat_user_tables() {
  return {
      .name = "stat_user_tables",
      .help = "Scans, changes, vacuums and analyzes of each table.",
      .scope = Scope::kDatabase,
      .source = std::vector<Sql>{{.text = kStatUserTablesSql + chosen_table() + ") AS c", .since = 130000}},
      .columns = stat_user_tables_columns(),
      .options = {top_option("tables")},
      .cost = {.pages = 60, .more = 1, .of = "table"},
  };
}

}  // namespace pgwatch::collectors
