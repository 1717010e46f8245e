// stat_io: reads and writes by who does them, to what and why.
//
// What has never happened has no row: there are a hundred combinations, and a server uses a dozen.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kStatIoSql = R"sql(
SELECT backend_type,
       object,
       context,
       reads,
       /*if pg_stat_io.read_bytes*/ read_bytes /*else reads * op_bytes*/ AS read_bytes,
       nullif(read_time, 0) / 1000 AS read_seconds,
       writes,
       /*if pg_stat_io.write_bytes*/ write_bytes /*else writes * op_bytes*/ AS write_bytes,
       nullif(write_time, 0) / 1000 AS write_seconds,
       writebacks,
       nullif(writeback_time, 0) / 1000 AS writeback_seconds,
       extends,
       /*if pg_stat_io.extend_bytes*/ extend_bytes /*else extends * op_bytes*/ AS extend_bytes,
       nullif(extend_time, 0) / 1000 AS extend_seconds,
       hits,
       evictions,
       reuses,
       fsyncs,
       nullif(fsync_time, 0) / 1000 AS fsync_seconds,
       extract(epoch FROM stats_reset) AS stats_reset
FROM pg_stat_io
WHERE greatest(reads, writes, writebacks, extends, hits, evictions, reuses, fsyncs) > 0
)sql";

Column stat_io_total(const std::string& name, const std::string& help) {
  return counter(name, help).called("pg_stat_io_" + name + "_total");
}

Column timed(const std::string& name, const std::string& what) {
  return stat_io_total(name, "Time spent " + what + "; absent where nothing was timed, as without track_io_timing.");
}

}  // namespace

Collector stat_io() {
  return {
      .name = "stat_io",
      .help = "Reads and writes by kind of process, object and context, where there were any. PostgreSQL 16 and newer.",
      .source = std::vector<Sql>{{.text = kStatIoSql, .since = 160000, .needs = {"pg_stat_io.reads"}}},
      .columns =
          {
              label("backend_type"),
              label("object"),
              label("context"),
              stat_io_total("reads", "Reads.").since(16),
              stat_io_total("read_bytes", "Bytes read.").since(16),
              timed("read_seconds", "reading").since(16),
              stat_io_total("writes", "Writes.").since(16),
              stat_io_total("write_bytes", "Bytes written.").since(16),
              timed("write_seconds", "writing").since(16),
              stat_io_total("writebacks", "Blocks the kernel was asked to write out to storage.").since(16),
              timed("writeback_seconds", "asking the kernel to write out").since(16),
              stat_io_total("extends", "Extensions of a relation.").since(16),
              stat_io_total("extend_bytes", "Bytes by which relations were extended.").since(16),
              timed("extend_seconds", "extending relations").since(16),
              stat_io_total("hits", "Blocks found in shared buffers.").since(16),
              stat_io_total("evictions", "Blocks written out to make room for another.").since(16),
              stat_io_total("reuses", "Buffers of a ring used again.").since(16),
              stat_io_total("fsyncs", "Calls of fsync.").since(16),
              timed("fsync_seconds", "in fsync").since(16),
              gauge("stats_reset", "When these statistics were last reset, as a Unix time.")
                  .called("pg_stat_io_stats_reset_timestamp_seconds")
                  .unlabelled()
                  .since(16),
          },
      .cost = {.pages = 2},
  };
}

}  // namespace pgwatch::collectors
