// stat_wal: how much WAL is made, and what writing it costs.
//
// PostgreSQL 18 counts writes and syncs in pg_stat_io: there with those of WAL receivers and of new segments, which
// stay out, so that a metric means the same on every major.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kStatWalSql = R"sql(
SELECT wal.wal_records AS records,
       wal.wal_fpi AS full_page_images,
       wal.wal_bytes AS bytes,
       wal.wal_buffers_full AS buffers_full,
       io.writes,
       nullif(io.write_time, 0) / 1000 AS write_seconds,
       io.syncs,
       nullif(io.sync_time, 0) / 1000 AS sync_seconds,
       extract(epoch FROM wal.stats_reset) AS stats_reset
FROM pg_stat_wal AS wal,
     (/*if pg_stat_io.read_bytes*/
      SELECT sum(writes) AS writes, sum(write_time) AS write_time, sum(fsyncs) AS syncs, sum(fsync_time) AS sync_time
      FROM pg_stat_io WHERE object = 'wal' AND context = 'normal' AND backend_type <> 'walreceiver'
      /*else SELECT wal_write AS writes, wal_write_time AS write_time, wal_sync AS syncs, wal_sync_time AS sync_time
             FROM pg_stat_wal*/) AS io
)sql";

Column stat_wal_total(const std::string& name, const std::string& help) {
  return counter(name, help).called("pg_stat_wal_" + name + "_total").since(14);
}

}  // namespace

Collector stat_wal() {
  return {
      .name = "stat_wal",
      .help = "WAL that is made, and its writing. PostgreSQL 14 and newer.",
      .source = std::vector<Sql>{{.text = kStatWalSql, .since = 140000, .needs = {"pg_stat_wal.wal_records"}}},
      .columns =
          {
              stat_wal_total("records", "WAL records made."),
              stat_wal_total("full_page_images", "Full page images in WAL."),
              stat_wal_total("bytes", "Bytes of WAL made."),
              stat_wal_total("buffers_full", "Times WAL was written because its buffers were full."),
              stat_wal_total("writes", "Times WAL buffers were written out."),
              stat_wal_total("write_seconds",
                             "Time spent writing WAL; absent where nothing was timed, as without "
                             "track_wal_io_timing."),
              stat_wal_total("syncs", "Times WAL files were synced."),
              stat_wal_total("sync_seconds",
                             "Time spent syncing WAL; absent where nothing was timed, as without "
                             "track_wal_io_timing."),
              gauge("stats_reset", "When these statistics were last reset, as a Unix time.")
                  .called("pg_stat_wal_stats_reset_timestamp_seconds")
                  .since(14),
          },
      .cost = {.pages = 2},
  };
}

}  // namespace pgwatch::collectors
