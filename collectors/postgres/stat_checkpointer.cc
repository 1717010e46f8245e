// stat_checkpointer: checkpoints and restartpoints, from PostgreSQL 17 on. What is older tells of checkpoints in
// stat_bgwriter.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kStatCheckpointerSql = R"sql(
SELECT num_timed,
       num_requested,
       /*if pg_stat_checkpointer.num_done*/ num_done /*else NULL*/ AS num_done,
       restartpoints_timed,
       restartpoints_req,
       restartpoints_done,
       write_time,
       write_time / 1000 AS write_time_seconds,
       sync_time,
       sync_time / 1000 AS sync_time_seconds,
       buffers_written,
       /*if pg_stat_checkpointer.slru_written*/ slru_written /*else NULL*/ AS slru_written,
       coalesce(floor(extract(epoch FROM stats_reset)), 0) AS stats_reset,
       extract(epoch FROM stats_reset) AS stats_reset_timestamp_seconds
FROM pg_stat_checkpointer
)sql";

Column checkpointer_total(const std::string& name, const std::string& help) {
  return counter(name, help).called("pg_stat_checkpointer_" + name + "_total").since(17);
}

std::vector<Column> stat_checkpointer_columns() {
  return {
      checkpointer_total("num_timed", "Checkpoints due because checkpoint_timeout had passed, skipped ones included."),
      checkpointer_total("num_requested", "Checkpoints due on request."),
      checkpointer_total("num_done", "Checkpoints done.").since(18),
      checkpointer_total("restartpoints_timed",
                         "Restartpoints due because checkpoint_timeout had passed, or after a failed one."),
      checkpointer_total("restartpoints_req", "Restartpoints due on request."),
      checkpointer_total("restartpoints_done", "Restartpoints done."),
      checkpointer_total("write_time", "Milliseconds that checkpoints and restartpoints spent on writing."),
      checkpointer_total("write_time_seconds", "Seconds that checkpoints and restartpoints spent on writing."),
      checkpointer_total("sync_time", "Milliseconds that checkpoints and restartpoints spent on syncing files."),
      checkpointer_total("sync_time_seconds", "Seconds that checkpoints and restartpoints spent on syncing files."),
      checkpointer_total("buffers_written", "Shared buffers written by checkpoints and restartpoints."),
      checkpointer_total("slru_written", "SLRU buffers written by checkpoints and restartpoints.").since(18),
      checkpointer_total(
          "stats_reset",
          "When these statistics were last reset, as a Unix time in whole seconds, 0 where never: no total, as "
          "pg_stat_checkpointer_stats_reset_timestamp_seconds."),
      gauge("stats_reset_timestamp_seconds",
            "When these statistics were last reset, as a Unix time; absent where never.")
          .since(17),
  };
}

}  // namespace

Collector stat_checkpointer() {
  return {
      .name = "stat_checkpointer",
      .help = "Checkpoints and restartpoints.",
      .source =
          std::vector<Sql>{
              {.text = kStatCheckpointerSql, .since = 170000, .needs = {"pg_stat_checkpointer.num_timed"}}},
      .columns = stat_checkpointer_columns(),
      .cost = {.pages = 2},
  };
}

}  // namespace pgwatch::collectors
