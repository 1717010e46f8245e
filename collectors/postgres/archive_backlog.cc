// archive_backlog: WAL that waits to be archived. Unlike the age of the last archived segment, it is nothing on a
// server where nothing is written.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

// Files are listed only where this server archives.
constexpr const char* kArchiveBacklogSql = R"sql(
SELECT archiving.enabled,
       CASE WHEN archiving.enabled THEN count(waiting.name) END AS segments,
       extract(epoch FROM clock_timestamp() - min(waiting.modification)) AS oldest_age_seconds
FROM (SELECT mode = 'always' OR mode = 'on' AND NOT pg_is_in_recovery() AS enabled
      FROM current_setting('archive_mode') AS mode) AS archiving
LEFT JOIN LATERAL (
  SELECT name, modification FROM pg_ls_archive_statusdir()
  WHERE archiving.enabled AND name ~ '^[0-9A-F]{24}[.]ready$') AS waiting ON true
GROUP BY archiving.enabled
)sql";

}  // namespace

Collector archive_backlog() {
  return {
      .name = "archive_backlog",
      .help = "WAL segments that wait to be archived.",
      .source = std::vector<Sql>{{.text = kArchiveBacklogSql}},
      .columns =
          {
              gauge("enabled", "Whether this server archives WAL; a standby does with archive_mode = always only."),
              gauge("segments", "WAL segments that wait to be archived; absent where the server does not archive."),
              gauge("oldest_age_seconds", "How long the oldest of them has waited; absent where none waits."),
          },
      .cost = {.pages = 2},
      .privilege = "EXECUTE ON FUNCTION pg_ls_archive_statusdir()",
  };
}

}  // namespace pgwatch::collectors
