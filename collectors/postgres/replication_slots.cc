// replication_slots: WAL that slots hold back, and how near they are to losing it.
//
// Metrics postgres_exporter has come under its names, in the spelling of 0.19 (pg_replication_slot_…) and of 0.20.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kReplicationSlotsSql = R"sql(
SELECT slot.slot_name,
       slot.slot_type,
       slot.database,
       slot.active,
       pg_wal_lsn_diff(greatest(here.position, slot.restart_lsn), slot.restart_lsn) AS retained_bytes,
       pg_wal_lsn_diff(here.position, '0/0') AS slot_current_wal_lsn,
       CASE WHEN slot.active THEN pg_wal_lsn_diff(coalesce(slot.confirmed_flush_lsn, '0/0'), '0/0') END
         AS slot_confirmed_flush_lsn,
       slot.safe_wal_size,
       slot.wal_status,
       CASE WHEN slot.wal_status IS NOT NULL THEN 1 END AS has_wal_status,
       /*if pg_replication_slots.invalidation_reason*/ slot.invalidation_reason /*else NULL*/ AS invalidation_reason,
       /*if pg_replication_slots.invalidation_reason*/ CASE WHEN slot.invalidation_reason IS NOT NULL THEN 1 END /*else NULL*/
         AS invalidated,
       /*if pg_replication_slots.inactive_since*/ extract(epoch FROM slot.inactive_since) /*else NULL*/ AS inactive_since
FROM pg_replication_slots AS slot,
     (SELECT CASE WHEN pg_is_in_recovery() THEN coalesce(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())
                  ELSE pg_current_wal_lsn() END AS position) AS here
)sql";

Column by_database(Column column) { return std::move(column).by({"slot_name", "database"}); }

Column by_type(Column column) { return std::move(column).by({"slot_name", "slot_type"}); }

// A metric of postgres_exporter in both its spellings.
void add_both(std::vector<Column>& columns, const std::string& name, const Column& column) {
  columns.push_back(Column(column).called("pg_replication_slot_" + name));
  columns.push_back(Column(column).called("pg_replication_slots_" + name));
}

std::vector<Column> replication_slots_columns() {
  std::vector<Column> columns = {
      label("slot_name"),
      label("slot_type"),
      label("database"),
      label("wal_status"),
      label("invalidation_reason"),
      by_database(gauge("active", "Whether a receiver is connected to the slot.")),
      by_database(gauge("retained_bytes", "WAL bytes between this server's position and the slot's restart position.")
                      .called("pg_replication_slots_pg_wal_lsn_diff")),
      by_type(gauge("retained_bytes", "WAL bytes the slot holds back; absent where it holds none or has lost it.")),
      gauge("invalidated", "1 with the reason where the slot has been invalidated.")
          .by({"slot_name", "slot_type", "invalidation_reason"}),
      by_type(gauge("inactive_since", "When the slot became inactive, as a Unix time.")
                  .called("pg_replication_slots_inactive_since_timestamp_seconds")
                  .since(17)),
  };
  add_both(columns, "slot_current_wal_lsn",
           by_type(gauge("slot_current_wal_lsn", "This server's WAL position in bytes.")));
  add_both(columns, "slot_confirmed_flush_lsn",
           by_type(gauge("slot_confirmed_flush_lsn",
                         "Position in bytes up to which a logical receiver has confirmed; "
                         "absent while inactive.")));
  add_both(columns, "slot_is_active", by_type(gauge("active", "Whether a receiver is connected to the slot.")));
  add_both(columns, "safe_wal_size_bytes",
           by_type(gauge("safe_wal_size",
                         "WAL bytes that can still be written before the slot may lose WAL; absent "
                         "without max_slot_wal_keep_size.")));
  add_both(columns, "wal_status",
           gauge("has_wal_status", "1 with the availability of the slot's WAL: reserved, extended, unreserved or lost.")
               .by({"slot_name", "slot_type", "wal_status"}));
  return columns;
}

}  // namespace

Collector replication_slots() {
  return {
      .name = "replication_slots",
      .help = "Replication slots, the WAL they hold back and how near they are to losing it.",
      .source = std::vector<Sql>{{.text = kReplicationSlotsSql, .since = 130000}},
      .columns = replication_slots_columns(),
      .cost = {.pages = 4},
  };
}

}  // namespace pgwatch::collectors
