// stat_archiver: WAL that was archived, and WAL that could not be.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kStatArchiverSql = R"sql(
SELECT archived_count,
       failed_count,
       CASE WHEN last_archived_time IS NOT NULL
            THEN greatest(0, extract(epoch FROM clock_timestamp() - last_archived_time)) END AS last_archive_age
FROM pg_stat_archiver
)sql";

}  // namespace

Collector stat_archiver() {
  return {
      .name = "stat_archiver",
      .help = "The archiver of WAL.",
      .source = std::vector<Sql>{{.text = kStatArchiverSql}},
      .columns =
          {
              counter("archived_count", "WAL files that were archived."),
              counter("failed_count", "Tries to archive a WAL file that failed."),
              gauge("last_archive_age", "Seconds since a WAL file was archived; absent where none ever was."),
          },
      .cost = {.pages = 2},
  };
}

}  // namespace pgwatch::collectors
