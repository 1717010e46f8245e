// stat_bgwriter: who writes dirty buffers, under the names that dashboards have had since PostgreSQL 8.3.
//
// PostgreSQL 17 took the checkpointer's part to pg_stat_checkpointer and that of other processes to pg_stat_io. The old
// names are filled from there:
//
//   checkpoints_timed, checkpoints_req             num_timed, num_requested, and a standby's restartpoints, as before
//   checkpoint_write_time, checkpoint_sync_time    write_time, sync_time: of restartpoints too, as before
//   buffers_checkpoint                             buffers_written
//   buffers_backend                                relations' blocks written or added by all but the two writers
//   buffers_backend_fsync                          fsyncs of relations by these
//
// The last two were counted so before: by whoever wrote and was neither writer. 17 counts in blocks; 18 counts calls,
// and bytes beside them. A fork without pg_stat_io lacks these two and no other.
//
// Twins have the unit that a name lacks, and NULL is absent where postgres_exporter says 0.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kStatBgwriterSql = R"sql(
SELECT checkpointer.num_timed + checkpointer.restartpoints_timed AS checkpoints_timed,
       checkpointer.num_requested + checkpointer.restartpoints_req AS checkpoints_req,
       checkpointer.write_time AS checkpoint_write_time,
       checkpointer.write_time / 1000 AS checkpoint_write_time_seconds,
       checkpointer.sync_time AS checkpoint_sync_time,
       checkpointer.sync_time / 1000 AS checkpoint_sync_time_seconds,
       checkpointer.buffers_written AS buffers_checkpoint,
       bgwriter.buffers_clean,
       bgwriter.maxwritten_clean,
       /*if pg_stat_io.fsyncs*/ others.blocks /*else NULL*/ AS buffers_backend,
       /*if pg_stat_io.fsyncs*/ others.fsyncs /*else NULL*/ AS buffers_backend_fsync,
       bgwriter.buffers_alloc,
       coalesce(floor(extract(epoch FROM bgwriter.stats_reset)), 0) AS stats_reset,
       extract(epoch FROM bgwriter.stats_reset) AS stats_reset_timestamp_seconds
FROM pg_stat_bgwriter AS bgwriter,
     pg_stat_checkpointer AS checkpointer,
     (SELECT coalesce(sum(/*if pg_stat_io.write_bytes*/ trunc((coalesce(write_bytes, 0) + coalesce(extend_bytes, 0))
                                                              / current_setting('block_size')::int)
                          /*else coalesce(writes, 0) + coalesce(extends, 0)*/), 0) AS blocks,
             coalesce(sum(fsyncs), 0) AS fsyncs
      FROM /*if pg_stat_io.fsyncs*/ pg_stat_io
           /*else (SELECT '' AS object, '' AS backend_type, 0 AS writes, 0 AS extends, 0 AS fsyncs) AS none*/
      WHERE object = 'relation' AND backend_type NOT IN ('background writer', 'checkpointer')) AS others
)sql";

constexpr const char* kBefore17 = R"sql(
SELECT checkpoints_timed,
       checkpoints_req,
       checkpoint_write_time,
       checkpoint_write_time / 1000 AS checkpoint_write_time_seconds,
       checkpoint_sync_time,
       checkpoint_sync_time / 1000 AS checkpoint_sync_time_seconds,
       buffers_checkpoint,
       buffers_clean,
       maxwritten_clean,
       buffers_backend,
       buffers_backend_fsync,
       buffers_alloc,
       coalesce(floor(extract(epoch FROM stats_reset)), 0) AS stats_reset,
       extract(epoch FROM stats_reset) AS stats_reset_timestamp_seconds
FROM pg_stat_bgwriter
)sql";

Column bgwriter_total(const std::string& name, const std::string& help) {
  return counter(name, help).called("pg_stat_bgwriter_" + name + "_total");
}

std::vector<Column> stat_bgwriter_columns() {
  return {
      bgwriter_total("checkpoints_timed",
                     "Checkpoints, and restartpoints of a standby, begun because checkpoint_timeout had passed."),
      bgwriter_total("checkpoints_req",
                     "Checkpoints, and restartpoints of a standby, begun on request, as of max_wal_size."),
      bgwriter_total("checkpoint_write_time", "Milliseconds that checkpoints and restartpoints spent on writing."),
      bgwriter_total("checkpoint_write_time_seconds", "Seconds that checkpoints and restartpoints spent on writing."),
      bgwriter_total("checkpoint_sync_time", "Milliseconds that checkpoints and restartpoints spent on syncing files."),
      bgwriter_total("checkpoint_sync_time_seconds",
                     "Seconds that checkpoints and restartpoints spent on syncing files."),
      bgwriter_total("buffers_checkpoint", "Buffers written by checkpoints and restartpoints."),
      bgwriter_total("buffers_clean", "Buffers written by the background writer."),
      bgwriter_total("maxwritten_clean",
                     "Times the background writer stopped because it had written bgwriter_lru_maxpages."),
      bgwriter_total(
          "buffers_backend",
          "Buffers written or added by any process but the checkpointer and the background writer; from pg_stat_io "
          "since PostgreSQL 17, and reset with it."),
      bgwriter_total(
          "buffers_backend_fsync",
          "Files synced by any process but the checkpointer and the background writer; from pg_stat_io since "
          "PostgreSQL 17, and reset with it."),
      bgwriter_total("buffers_alloc", "Buffers allocated."),
      bgwriter_total(
          "stats_reset",
          "When these statistics were last reset, as a Unix time in whole seconds, 0 where never: no total, as "
          "pg_stat_bgwriter_stats_reset_timestamp_seconds."),
      gauge("stats_reset_timestamp_seconds",
            "When these statistics were last reset, as a Unix time; absent where never."),
  };
}

}  // namespace

Collector stat_bgwriter() {
  return {
      .name = "stat_bgwriter",
      .help = "Checkpoints and writers of buffers.",
      .source = std::vector<Sql>{{.text = kStatBgwriterSql, .needs = {"pg_stat_checkpointer.num_timed"}},
                                 {.text = kBefore17, .needs = {"pg_stat_bgwriter.checkpoints_timed"}}},
      .columns = stat_bgwriter_columns(),
      .cost = {.pages = 2},
  };
}

}  // namespace pgwatch::collectors
