// server_version: the metric pg_static, by which dashboards show what runs.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

// postgres_exporter writes the version with three numbers: 15.18.0.
constexpr const char* kServerVersionSql = R"sql(
SELECT version() AS version,
       number / 10000 || '.' || number % 10000 || '.0' AS short_version,
       1 AS static
FROM (SELECT current_setting('server_version_num')::int AS number) AS here
)sql";

}  // namespace

Collector server_version() {
  return {
      .name = "server_version",
      .help = "The server's version.",
      .source = std::vector<Sql>{{.text = kServerVersionSql}},
      .columns =
          {
              label("version"),
              label("short_version"),
              untyped("static", "1, with the server's version.").called("pg_static"),
          },
      .cost = {.pages = 2},
  };
}

}  // namespace pgwatch::collectors
