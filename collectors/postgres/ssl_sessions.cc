// ssl_sessions: how clients are connected. A remote one without TLS shows. Those that the role may not look at
// are left out.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kSslSessionsSql = R"sql(
SELECT CASE WHEN tls.ssl THEN 'on' ELSE 'off' END AS ssl,
       coalesce(tls.version, '') AS version,
       coalesce(tls.cipher, '') AS cipher,
       CASE WHEN session.client_addr IS NULL THEN 'socket'
            WHEN session.client_addr <<= '127.0.0.0/8' OR session.client_addr = '::1' THEN 'loopback'
            ELSE 'remote' END AS client,
       count(*) AS sessions
FROM pg_stat_ssl AS tls
JOIN pg_stat_activity AS session ON session.pid = tls.pid
WHERE tls.ssl IS NOT NULL
GROUP BY 1, 2, 3, 4
)sql";

}  // namespace

Collector ssl_sessions() {
  return {
      .name = "ssl_sessions",
      .help = "Client connections by TLS version and cipher.",
      .source = std::vector<Sql>{{.text = kSslSessionsSql}},
      .columns =
          {
              label("ssl"),
              label("version"),
              label("cipher"),
              label("client"),
              gauge("sessions", "Connections of clients and standbys; client is socket, loopback or remote.")
                  .called("pg_ssl_sessions"),
          },
      .cost = {.pages = 2},
      .role = "pg_read_all_stats",
  };
}

}  // namespace pgwatch::collectors
