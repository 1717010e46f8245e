// database: how large each database is, templates included, and how many connections it takes.
//
// A size reads the directory of every database, so it is asked by a timer. pg_database_size() fails on a database that
// the role may not look into, and on one that is gone; has_database_privilege() is asked first and is NULL for the
// latter.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kDatabaseSql = R"sql(
SELECT datname,
       datconnlimit AS connection_limit,
       CASE WHEN has_database_privilege(oid, 'CONNECT') THEN pg_database_size(oid)
            WHEN has_database_privilege(oid, 'CONNECT') IS NOT NULL AND pg_has_role('pg_read_all_stats', 'USAGE')
            THEN pg_database_size(oid) END AS size_bytes
FROM pg_database
)sql";

}  // namespace

Collector database() {
  return {
      .name = "database",
      .help = "Sizes and connection limits of databases.",
      .lane = Lane::kSlow,
      .interval = std::chrono::minutes(5),
      .source = std::vector<Sql>{{.text = kDatabaseSql}},
      .columns =
          {
              label("datname"),
              gauge("size_bytes", "Disk space the database takes; absent where the role may not ask for it."),
              gauge("connection_limit",
                    "Most connections the database takes at a time; -1 is no limit, -2 a database whose DROP was "
                    "interrupted."),
          },
      .cost = {.pages = 80, .more = 3, .of = "database"},
  };
}

}  // namespace pgwatch::collectors
