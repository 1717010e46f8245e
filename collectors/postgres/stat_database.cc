// stat_database: what each database has done. The row of shared objects, which has no name, is left out.
//
// Twins have the unit that a name lacks, and NULL is absent where postgres_exporter says 0.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kStatDatabaseSql = R"sql(
SELECT datid, datname, numbackends, xact_commit, xact_rollback, blks_read, blks_hit, tup_returned, tup_fetched,
       tup_inserted, tup_updated, tup_deleted, conflicts, temp_files, temp_bytes, deadlocks,
       blk_read_time,
       blk_read_time / 1000 AS blk_read_time_seconds,
       blk_write_time,
       blk_write_time / 1000 AS blk_write_time_seconds,
       coalesce(floor(extract(epoch FROM stats_reset)), 0) AS stats_reset,
       extract(epoch FROM stats_reset) AS stats_reset_timestamp_seconds,
       /*if pg_stat_database.active_time*/ active_time / 1000 /*else NULL*/ AS active_time_seconds,
       /*if pg_stat_database.session_time*/ session_time / 1000 /*else NULL*/ AS session_time_seconds,
       /*if pg_stat_database.idle_in_transaction_time*/ idle_in_transaction_time / 1000 /*else NULL*/
         AS idle_in_transaction_time_seconds,
       /*if pg_stat_database.sessions*/ sessions /*else NULL*/ AS sessions,
       /*if pg_stat_database.sessions_abandoned*/ sessions_abandoned /*else NULL*/ AS sessions_abandoned,
       /*if pg_stat_database.sessions_fatal*/ sessions_fatal /*else NULL*/ AS sessions_fatal,
       /*if pg_stat_database.sessions_killed*/ sessions_killed /*else NULL*/ AS sessions_killed,
       /*if pg_stat_database.parallel_workers_to_launch*/ parallel_workers_to_launch /*else NULL*/
         AS parallel_workers_to_launch,
       /*if pg_stat_database.parallel_workers_launched*/ parallel_workers_launched /*else NULL*/
         AS parallel_workers_launched
FROM pg_stat_database
WHERE datname IS NOT NULL
)sql";

Column stat_database_total(const std::string& name, const std::string& help) {
  return counter(name, help).called("pg_stat_database_" + name + "_total");
}

std::vector<Column> stat_database_columns() {
  return {
      label("datid"),
      label("datname"),
      gauge("numbackends", "Sessions connected to the database."),
      counter("xact_commit", "Transactions committed."),
      counter("xact_rollback", "Transactions rolled back."),
      counter("blks_read", "Blocks read from disk, or from what the kernel keeps of it."),
      counter("blks_hit", "Blocks found in the server's shared buffers."),
      counter("tup_returned", "Rows that table scans read and entries that index scans found."),
      counter("tup_fetched", "Rows that index scans fetched."),
      counter("tup_inserted", "Rows inserted."),
      counter("tup_updated", "Rows updated."),
      counter("tup_deleted", "Rows deleted."),
      counter("conflicts", "Queries cancelled because they were in the way of replay; on standbys only."),
      counter("temp_files", "Temporary files queries made."),
      counter("temp_bytes", "Bytes queries wrote to temporary files."),
      counter("deadlocks", "Deadlocks found."),
      counter("blk_read_time", "Milliseconds spent on reading blocks, where track_io_timing is on."),
      stat_database_total("blk_read_time_seconds", "Seconds spent on reading blocks, where track_io_timing is on."),
      counter("blk_write_time", "Milliseconds backends spent on writing blocks, where track_io_timing is on."),
      stat_database_total("blk_write_time_seconds",
                          "Seconds backends spent on writing blocks, where track_io_timing is on."),
      counter("stats_reset",
              "When these statistics were last reset, as a Unix time in whole seconds, 0 where never: no counter, as "
              "pg_stat_database_stats_reset_timestamp_seconds."),
      gauge("stats_reset_timestamp_seconds",
            "When these statistics were last reset, as a Unix time; absent where never."),
      stat_database_total("active_time_seconds", "Seconds sessions spent on running statements.").since(14),
      stat_database_total("session_time_seconds",
                          "Seconds sessions lasted; a session is counted up to its last change of state.")
          .since(14),
      stat_database_total("idle_in_transaction_time_seconds", "Seconds sessions were idle in a transaction.").since(14),
      stat_database_total("sessions", "Sessions begun.").since(14),
      stat_database_total("sessions_abandoned", "Sessions ended because the client was lost.").since(14),
      stat_database_total("sessions_fatal", "Sessions ended by a fatal error.").since(14),
      stat_database_total("sessions_killed", "Sessions ended by an operator.").since(14),
      stat_database_total("parallel_workers_to_launch", "Parallel workers that queries planned to have.").since(18),
      stat_database_total("parallel_workers_launched", "Parallel workers that queries got.").since(18),
  };
}

}  // namespace

Collector stat_database() {
  return {
      .name = "stat_database",
      .help = "What each database has done: transactions, blocks, rows, temporary files, deadlocks, sessions.",
      .source = std::vector<Sql>{{.text = kStatDatabaseSql}},
      .columns = stat_database_columns(),
      .cost = {.pages = 4, .more = 1, .of = "database"},
  };
}

}  // namespace pgwatch::collectors
