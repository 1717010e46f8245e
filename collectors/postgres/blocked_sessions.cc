// blocked_sessions: who waits for a lock, and how long. From the lock table alone: who blocks whom would lock it whole.
//
// PostgreSQL 13 does not know since when a lock is awaited, only since when the session has been at its statement, and
// hides that from a role without pg_read_all_stats.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kBlockedSessionsSql = R"sql(
SELECT database.datname,
       count(awaited.pid) AS blocked,
       CASE WHEN bool_and(/*if pg_locks.waitstart*/ true /*else awaited.since IS NOT NULL*/)
            THEN extract(epoch FROM clock_timestamp() - min(awaited.since)) END AS longest_wait_seconds
FROM pg_database AS database
LEFT JOIN (
  SELECT awaiting.pid, activity.datid,
         /*if pg_locks.waitstart*/ awaiting.waitstart /*else activity.state_change*/ AS since
  FROM pg_locks AS awaiting
  JOIN pg_stat_activity AS activity ON activity.pid = awaiting.pid
  WHERE NOT awaiting.granted) AS awaited ON awaited.datid = database.oid
WHERE database.datallowconn
GROUP BY database.datname
)sql";

}  // namespace

Collector blocked_sessions() {
  return {
      .name = "blocked_sessions",
      .help = "Sessions that wait for a lock.",
      .source = std::vector<Sql>{{.text = kBlockedSessionsSql}},
      .columns =
          {
              label("datname"),
              gauge("blocked", "Sessions that wait for a lock.").called("pg_blocked_sessions"),
              gauge("longest_wait_seconds",
                    "How long the first of them has waited; absent where none does. On "
                    "PostgreSQL 13 how long its statement has run, which takes pg_read_all_stats."),
          },
      .cost = {.pages = 4, .more = 1, .of = "database"},
  };
}

}  // namespace pgwatch::collectors
