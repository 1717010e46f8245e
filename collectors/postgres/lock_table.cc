// lock_table: how full the shared table of locks is. When it is full, statements fail with "out of shared memory".
//
// Locks taken on the fast path are not in it, nor are those of serializable transactions, which have a table of their
// own; a lock that several hold or await is in it once.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kLockTableSql = R"sql(
SELECT (SELECT count(*)
        FROM (SELECT DISTINCT locktype, database, relation, page, tuple, virtualxid, transactionid, classid, objid,
                     objsubid
              FROM pg_locks WHERE NOT fastpath AND mode <> 'SIReadLock') AS locked) AS used,
       current_setting('max_locks_per_transaction')::bigint
         * (current_setting('max_connections')::bigint + current_setting('max_prepared_transactions')::bigint)
         AS capacity
)sql";

}  // namespace

Collector lock_table() {
  return {
      .name = "lock_table",
      .help = "How full the shared table of locks is.",
      .source = std::vector<Sql>{{.text = kLockTableSql}},
      .columns =
          {
              gauge("used", "Objects locked in the shared table."),
              gauge("capacity",
                    "Objects the table is made for: max_locks_per_transaction times the sum of "
                    "max_connections and max_prepared_transactions. Some more find room."),
          },
      .cost = {.pages = 2},
  };
}

}  // namespace pgwatch::collectors
