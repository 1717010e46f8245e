// xmin_horizon: what keeps vacuum from removing dead rows, and for how long already. The oldest of them is the
// horizon.
//
// A vacuum has a snapshot that no other vacuum minds. A standby holds the horizon by its slot where it has one. Of
// sessions nothing is said to a role that may not see them all.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kXminHorizonSql = R"sql(
SELECT 'session' AS holder,
       max(greatest(age(backend_xid), age(backend_xmin))) AS age_transactions,
       extract(epoch FROM clock_timestamp() - min(xact_start)) AS age_seconds
FROM (SELECT *, bool_and(backend_type IS NOT NULL) OVER () AS all_seen FROM pg_stat_activity) AS session
WHERE all_seen
  AND (backend_xid IS NOT NULL OR backend_xmin IS NOT NULL)
  AND backend_type <> 'walsender'
  AND pid <> pg_backend_pid()
  AND pid NOT IN (SELECT pid FROM pg_stat_progress_vacuum)
UNION ALL
SELECT 'prepared_transaction', max(age(transaction)), extract(epoch FROM clock_timestamp() - min(prepared))
FROM pg_prepared_xacts
UNION ALL
SELECT 'replication_slot', max(age(xmin)), NULL FROM pg_replication_slots
UNION ALL
SELECT 'replication_slot_catalog', max(age(catalog_xmin)), NULL FROM pg_replication_slots
UNION ALL
SELECT 'standby', max(age(backend_xmin)), NULL FROM pg_stat_replication
)sql";

}  // namespace

Collector xmin_horizon() {
  return {
      .name = "xmin_horizon",
      .help =
          "What keeps vacuum from removing dead rows: sessions, prepared transactions, slots, standbys with "
          "hot_standby_feedback.",
      .source = std::vector<Sql>{{.text = kXminHorizonSql}},
      .columns =
          {
              label("holder"),
              gauge("age_transactions",
                    "Transactions begun since the oldest that a holder of this kind keeps visible; "
                    "absent where none holds. A slot's catalog_xmin holds only system catalogs."),
              gauge("age_seconds", "Age of the oldest transaction of a holder of this kind, where that is known."),
          },
      .cost = {.pages = 4},
      .role = "pg_read_all_stats",
  };
}

}  // namespace pgwatch::collectors
