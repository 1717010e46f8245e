// process_idle: for how long idle sessions have been idle, in a transaction and outside, as a histogram.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kProcessIdleSql = R"sql(
SELECT state,
       application_name,
       ARRAY[1, 2, 5, 15, 30, 60, 90, 120, 300] AS seconds,
       ARRAY[count(*) FILTER (WHERE idle <= 1), count(*) FILTER (WHERE idle <= 2), count(*) FILTER (WHERE idle <= 5),
             count(*) FILTER (WHERE idle <= 15), count(*) FILTER (WHERE idle <= 30), count(*) FILTER (WHERE idle <= 60),
             count(*) FILTER (WHERE idle <= 90), count(*) FILTER (WHERE idle <= 120),
             count(*) FILTER (WHERE idle <= 300)] AS seconds_bucket,
       sum(idle) AS seconds_sum,
       count(*) AS seconds_count
FROM (SELECT state,
             application_name,
             greatest(0, extract(epoch FROM clock_timestamp() - state_change)) AS idle
      FROM pg_stat_activity
      WHERE state LIKE 'idle%' AND pid <> pg_backend_pid()) AS sessions
GROUP BY state, application_name
ORDER BY state, application_name
)sql";

}  // namespace

Collector process_idle() {
  return {
      .name = "process_idle",
      .help = "How long idle sessions have been idle.",
      .source = std::vector<Sql>{{.text = kProcessIdleSql}},
      .columns =
          {
              label("state"),
              label("application_name"),
              histogram("seconds", "Idle sessions by the time since they came into this state."),
          },
      .cost = {.pages = 4, .more = 2, .of = "session"},
      .role = "pg_read_all_stats",
  };
}

}  // namespace pgwatch::collectors
