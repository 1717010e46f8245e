// invalid_indexes: what a CREATE INDEX CONCURRENTLY or REINDEX CONCURRENTLY that failed left behind. No query uses such
// an index, and some cost every write all the same. One that is being built is invalid, too, and left out.
#include "collectors/catalogue.h"
#include "collectors/postgres/relations.h"

namespace pgwatch::collectors {
namespace {

std::string invalid_indexes_sql() {
  return "WITH invalid AS (SELECT x.oid, n.nspname AS schemaname, c.relname, x.relname AS indexrelname, "
         "i.indisready AS maintained " +
         from_indexes() + R"sql(
  AND NOT i.indisvalid
  AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index AS p
                  WHERE p.relid = i.indrelid AND p.datname = current_database()))
SELECT count(invalid.relname) OVER () AS count, invalid.*
FROM (SELECT) AS one LEFT JOIN invalid ON true
ORDER BY invalid.oid)sql";
}

}  // namespace

Collector invalid_indexes() {
  return {
      .name = "invalid_indexes",
      .help = "Indexes that no query uses, since building them failed.",
      .scope = Scope::kDatabase,
      .lane = Lane::kSlow,
      .source = std::vector<Sql>{{.text = invalid_indexes_sql(), .since = 130000}},
      .columns =
          {
              label("schemaname"),
              label("relname"),
              label("indexrelname"),
              discard("oid"),
              gauge("count", "Invalid indexes of the database that nobody is building.").unlabelled(),
              gauge("maintained", "Whether every write goes to the invalid index all the same; DROP or REINDEX it."),
          },
      .cost = {.pages = 60, .more = 1, .of = "index"},
      .role = "pg_read_all_stats",
  };
}

}  // namespace pgwatch::collectors
