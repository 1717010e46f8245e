// locks: how many locks are held or awaited in each database, by mode. Every pair of the two has its series, so that a
// graph shows 0 and no gap.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

// Locks of no database, as those on transactions, are left out.
constexpr const char* kLocksSql = R"sql(
SELECT database.datname,
       wanted.mode,
       coalesce(held.count, 0) AS count
FROM pg_database AS database
CROSS JOIN unnest(ARRAY['accesssharelock', 'rowsharelock', 'rowexclusivelock', 'shareupdateexclusivelock',
                        'sharelock', 'sharerowexclusivelock', 'exclusivelock', 'accessexclusivelock',
                        'sireadlock']) AS wanted (mode)
LEFT JOIN (SELECT database, lower(mode) AS mode, count(*) AS count
           FROM pg_locks
           WHERE database IS NOT NULL
           GROUP BY 1, 2) AS held ON held.database = database.oid AND held.mode = wanted.mode
ORDER BY database.oid, wanted.mode
)sql";

}  // namespace

Collector locks() {
  return {
      .name = "locks",
      .help = "Locks by database and mode.",
      .source = std::vector<Sql>{{.text = kLocksSql}},
      .columns =
          {
              label("datname"),
              label("mode"),
              gauge("count", "Locks of this mode, held or awaited, in the database; those of the asking itself, too."),
          },
      .cost = {.pages = 4, .more = 1, .of = "database"},
  };
}

}  // namespace pgwatch::collectors
