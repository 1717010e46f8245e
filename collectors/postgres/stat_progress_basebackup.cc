// stat_progress_basebackup: base backups being taken from this server.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kStatProgressBasebackupSql = R"sql(
SELECT sender.application_name,
       count(*) AS backups,
       min(backup.phase) AS phase,
       sum(backup.backup_total) AS bytes,
       sum(backup.backup_streamed) AS streamed_bytes,
       sum(backup.tablespaces_total) AS tablespaces,
       sum(backup.tablespaces_streamed) AS tablespaces_streamed
FROM pg_stat_progress_basebackup AS backup
JOIN pg_stat_activity AS sender ON sender.pid = backup.pid
GROUP BY sender.application_name
)sql";

}  // namespace

Collector stat_progress_basebackup() {
  return {
      .name = "stat_progress_basebackup",
      .help = "Base backups being taken from this server.",
      .source = std::vector<Sql>{{.text = kStatProgressBasebackupSql}},
      .columns =
          {
              label("application_name"),
              gauge("backups", "Base backups under way."),
              state("phase", "Whether the backup is in the labelled phase; of several backups, one.",
                    {"initializing", "waiting for checkpoint to finish", "estimating backup size",
                     "streaming database files", "waiting for wal archiving to finish", "transferring wal files"}),
              gauge("bytes", "Estimated size of what is to be sent; absent where the client asks for no estimate."),
              gauge("streamed_bytes", "Bytes sent."),
              gauge("tablespaces", "Tablespaces to send."),
              gauge("tablespaces_streamed", "Tablespaces sent."),
          },
      .cost = {.pages = 2},
      .role = "pg_read_all_stats",
  };
}

}  // namespace pgwatch::collectors
