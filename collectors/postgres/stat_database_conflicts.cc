// stat_database_conflicts: queries that a standby cancelled because they were in the way of replay, by cause.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kStatDatabaseConflictsSql = R"sql(
SELECT datid, datname, confl_tablespace, confl_lock, confl_snapshot, confl_bufferpin, confl_deadlock,
       /*if pg_stat_database_conflicts.confl_active_logicalslot*/ confl_active_logicalslot /*else NULL*/
         AS confl_active_logicalslot
FROM pg_stat_database_conflicts
)sql";

}  // namespace

Collector stat_database_conflicts() {
  return {
      .name = "stat_database_conflicts",
      .help = "Queries cancelled on a standby because they were in the way of replay, by cause.",
      .source = std::vector<Sql>{{.text = kStatDatabaseConflictsSql}},
      .columns =
          {
              label("datid"),
              label("datname"),
              counter("confl_tablespace", "Queries cancelled because a tablespace was dropped."),
              counter("confl_lock", "Queries cancelled because replay had waited for a lock too long."),
              counter("confl_snapshot", "Queries cancelled because rows they could still see were removed."),
              counter("confl_bufferpin", "Queries cancelled because they pinned a buffer."),
              counter("confl_deadlock", "Queries cancelled because of a deadlock with replay."),
              untyped("confl_active_logicalslot",
                      "Uses of logical slots cancelled because of old snapshots or a wal_level too low on the primary. "
                      "It only grows; postgres_exporter leaves it untyped.")
                  .since(16),
          },
      .cost = {.pages = 4, .more = 1, .of = "database"},
  };
}

}  // namespace pgwatch::collectors
