// long_running_transactions: open transactions and the oldest of them, but for those of autovacuum. Nothing is
// said to a role that may not see them all.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kLongRunningTransactionsSql = R"sql(
SELECT transactions, coalesce(oldest, 0) AS oldest_timestamp_seconds, oldest AS oldest_age_seconds
FROM (SELECT bool_and(backend_type IS NOT NULL) AS all_seen,
             count(*) FILTER (WHERE is_open) AS transactions,
             max(greatest(0, extract(epoch FROM clock_timestamp() - xact_start))) FILTER (WHERE is_open) AS oldest
      FROM (SELECT *, state IS DISTINCT FROM 'idle' AND query NOT LIKE 'autovacuum:%' AND xact_start IS NOT NULL
                      AND pid <> pg_backend_pid() AS is_open
            FROM pg_stat_activity) AS session) AS open
WHERE all_seen
)sql";

}  // namespace

Collector long_running_transactions() {
  return {
      .name = "long_running_transactions",
      .help = "Open transactions, and how old the oldest is.",
      .source = std::vector<Sql>{{.text = kLongRunningTransactionsSql}},
      .columns =
          {
              gauge("transactions", "Open transactions, however short, but for autovacuum's.")
                  .called("pg_long_running_transactions"),
              gauge("oldest_timestamp_seconds",
                    "Age of the oldest open transaction, 0 where none is open: an age and no timestamp, as "
                    "pg_long_running_transactions_oldest_age_seconds."),
              gauge("oldest_age_seconds", "Age of the oldest open transaction; absent where none is open."),
          },
      .cost = {.pages = 4, .more = 2, .of = "session"},
      .role = "pg_read_all_stats",
  };
}

}  // namespace pgwatch::collectors
