// stat_activity_autovacuum: what autovacuum works on, and since when.
//
// A worker says what it does in the place of its query: `autovacuum: VACUUM public.note`. Tables of the same name in
// several schemas or databases share a series, which tells of the one that has been worked on longest.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kStatActivityAutovacuumSql = R"sql(
SELECT split_part(query, '.', 2) AS relname,
       extract(epoch FROM min(xact_start)) AS timestamp_seconds
FROM pg_stat_activity
WHERE backend_type = 'autovacuum worker' AND query LIKE 'autovacuum:%'
GROUP BY 1
)sql";

}  // namespace

Collector stat_activity_autovacuum() {
  return {
      .name = "stat_activity_autovacuum",
      .help = "Tables that autovacuum works on.",
      .source = std::vector<Sql>{{.text = kStatActivityAutovacuumSql}},
      .columns =
          {
              label("relname"),
              gauge("timestamp_seconds", "When autovacuum began with the table, as a Unix time."),
          },
      .cost = {.pages = 4, .more = 2, .of = "session"},
      .role = "pg_read_all_stats",
  };
}

}  // namespace pgwatch::collectors
