// wait_events: what sessions wait for while they work. Background processes that wait for work are left out, as are
// idle sessions. Nothing is said to a role that may not see all sessions.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kWaitEventsSql = R"sql(
SELECT coalesce(wait_event_type, '') AS wait_event_type,
       coalesce(wait_event, '') AS wait_event,
       count(*) AS sessions
FROM (SELECT *, bool_and(backend_type IS NOT NULL) OVER () AS all_seen FROM pg_stat_activity) AS session
WHERE all_seen
  AND pid <> pg_backend_pid()
  AND state IS DISTINCT FROM 'idle'
  AND wait_event_type IS DISTINCT FROM 'Activity'
GROUP BY 1, 2
ORDER BY 3 DESC, 1, 2
LIMIT 200
)sql";

}  // namespace

Collector wait_events() {
  return {
      .name = "wait_events",
      .help = "What sessions wait for that are not idle: the 200 commonest wait events.",
      .source = std::vector<Sql>{{.text = kWaitEventsSql}},
      .columns =
          {
              label("wait_event_type"),
              label("wait_event"),
              gauge("sessions",
                    "Sessions that are not idle and wait for this event; both labels are empty where they "
                    "wait for nothing."),
          },
      .cost = {.pages = 2},
      .role = "pg_read_all_stats",
  };
}

}  // namespace pgwatch::collectors
