// connections: how many more clients may come. Walsenders, workers and autovacuum have places of their own.
// Who may not see all sessions does not know what kind they are, and cannot count them.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kConnectionsSql = R"sql(
SELECT used,
       most AS max,
       superusers,
       roles,
       CASE WHEN used IS NOT NULL THEN greatest(0, most - used - superusers - coalesce(roles, 0)) END AS available
FROM (SELECT CASE WHEN bool_and(backend_type IS NOT NULL)
                  THEN count(*) FILTER (WHERE backend_type = 'client backend') END AS used
      FROM pg_stat_activity) AS now,
     (SELECT current_setting('max_connections')::bigint AS most,
             current_setting('superuser_reserved_connections')::bigint AS superusers,
             current_setting('reserved_connections', true)::bigint AS roles) AS settings
)sql";

Column reserved(const char* name, const char* whom) {
  return gauge(name, "Connections kept for superusers, or for roles with the rights of pg_use_reserved_connections.")
      .called("pg_connections_reserved")
      .with("whom", whom);
}

}  // namespace

Collector connections() {
  return {
      .name = "connections",
      .help = "Client connections that are used, reserved and left.",
      .source = std::vector<Sql>{{.text = kConnectionsSql}},
      .columns =
          {
              gauge("used", "Connections of clients."),
              gauge("max", "max_connections."),
              reserved("superusers", "superusers"),
              reserved("roles", "roles"),
              gauge("available", "Connections left for ordinary roles."),
          },
      .cost = {.pages = 2},
      .role = "pg_read_all_stats",
  };
}

}  // namespace pgwatch::collectors
