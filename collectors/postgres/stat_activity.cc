// stat_activity: how many sessions do what, and the longest transaction among them. Each database has a series for each
// state, so that a graph shows 0 and no gap.
//
// As with postgres_exporter the session that asks is left out, and so is what has no state or no database: sessions
// that the role may not see, and processes of the server.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kStatActivitySql = R"sql(
SELECT database.datname,
       wanted.state,
       sessions.usename,
       sessions.application_name,
       sessions.backend_type,
       sessions.wait_event_type,
       sessions.wait_event,
       coalesce(sessions.count, 0) AS count,
       coalesce(sessions.max_tx_duration, 0) AS max_tx_duration
FROM pg_database AS database
CROSS JOIN unnest(ARRAY['active', 'idle', 'idle in transaction', 'idle in transaction (aborted)',
                        'fastpath function call', 'disabled']) AS wanted (state)
LEFT JOIN (SELECT datname, state, usename, application_name, backend_type, wait_event_type, wait_event,
                  count(*) AS count,
                  greatest(0, max(extract(epoch FROM clock_timestamp() - xact_start))) AS max_tx_duration
           FROM pg_stat_activity
           WHERE pid <> pg_backend_pid()
           GROUP BY 1, 2, 3, 4, 5, 6, 7) AS sessions
  ON sessions.datname = database.datname AND sessions.state = wanted.state
ORDER BY database.oid, wanted.state, 3, 4, 5, 6, 7
)sql";

}  // namespace

Collector stat_activity() {
  return {
      .name = "stat_activity",
      .help = "Sessions by what they do, and their longest transactions.",
      .source = std::vector<Sql>{{.text = kStatActivitySql}},
      .columns =
          {
              label("datname"),
              label("state"),
              label("usename"),
              label("application_name"),
              label("backend_type"),
              label("wait_event_type"),
              label("wait_event"),
              gauge("count", "Sessions of these labels; pgwatch's own that asks is left out."),
              gauge("max_tx_duration",
                    "Age in seconds of the longest open transaction among these sessions, 0 where none is open."),
          },
      .cost = {.pages = 8, .more = 1, .of = "database"},
      .role = "pg_read_all_stats",
  };
}

}  // namespace pgwatch::collectors
