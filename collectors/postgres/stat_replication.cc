// stat_replication: the standbys and other receivers connected to this server, a row for each.
//
// Receivers without slots that call themselves alike, behind one address, are told apart by the sender's process id in
// place of a slot, as postgres_exporter 0.19 has it for all.
//
// Positions move while they are read, and after a restart a standby has received less than it has replayed: so the
// greater of two positions is the one that is ahead.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kStatReplicationSql = R"sql(
SELECT sender.application_name,
       host(sender.client_addr) AS client_addr,
       coalesce(slot.slot_name::text,
                CASE WHEN count(*) OVER (PARTITION BY sender.application_name, sender.client_addr, slot.slot_name) > 1
                     THEN sender.pid::text END) AS slot_name,
       sender.state,
       sender.sync_state,
       floor(extract(epoch FROM sender.reply_time)) AS reply_time,
       pg_wal_lsn_diff(here.position, '0/0') AS pg_current_wal_lsn_bytes,
       pg_wal_lsn_diff(greatest(here.position, sender.sent_lsn), sender.sent_lsn) AS sent_lag_bytes,
       pg_wal_lsn_diff(greatest(here.position, sender.write_lsn), sender.write_lsn) AS write_lag_bytes,
       pg_wal_lsn_diff(greatest(here.position, sender.flush_lsn), sender.flush_lsn) AS flush_lag_bytes,
       pg_wal_lsn_diff(greatest(here.position, sender.replay_lsn), sender.replay_lsn) AS replay_lag_bytes,
       extract(epoch FROM sender.write_lag) AS write_lag_seconds,
       extract(epoch FROM sender.flush_lag) AS flush_lag_seconds,
       extract(epoch FROM sender.replay_lag) AS replay_lag_seconds
FROM pg_stat_replication AS sender
LEFT JOIN pg_replication_slots AS slot ON slot.active_pid = sender.pid,
     (SELECT CASE WHEN pg_is_in_recovery() THEN coalesce(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())
                  ELSE pg_current_wal_lsn() END AS position) AS here
)sql";

Column per_standby(Column column) { return std::move(column).by({"application_name", "client_addr", "slot_name"}); }

// As postgres_exporter labels it.
Column per_sender(Column column) {
  return std::move(column).by({"application_name", "client_addr", "slot_name", "state"});
}

Column lag_bytes(const char* stage) {
  return per_standby(gauge(std::string(stage) + "_lag_bytes",
                           "WAL bytes between this server's position and what the "
                           "standby has sent to it, written, flushed or replayed.")
                         .called("pg_stat_replication_lag_bytes")
                         .with("stage", stage));
}

Column lag_seconds(const char* stage) {
  return per_standby(
      gauge(std::string(stage) + "_lag_seconds",
            "Time from flushing WAL here to its being written, flushed or replayed by the standby; absent "
            "while the standby is idle.")
          .called("pg_stat_replication_lag_seconds")
          .with("stage", stage));
}

}  // namespace

Collector stat_replication() {
  return {
      .name = "stat_replication",
      .help = "Standbys and other receivers connected to this server, and how far they are behind.",
      .source = std::vector<Sql>{{.text = kStatReplicationSql, .since = 120000}},
      .columns =
          {
              label("application_name"),
              label("client_addr"),
              label("slot_name"),
              label("state"),
              per_sender(gauge("pg_current_wal_lsn_bytes", "This server's WAL position in bytes.")),
              per_sender(gauge("replay_lag_bytes", "WAL bytes the standby has not replayed yet.")
                             .called("pg_stat_replication_pg_wal_lsn_diff")),
              per_sender(untyped("reply_time",
                                 "When the standby sent its last message, by its own clock, as a Unix time in whole "
                                 "seconds.")),
              per_standby(state("state", "Whether the WAL sender is in the labelled state.",
                                {"startup", "catchup", "streaming", "backup", "stopping"})),
              per_standby(state("sync_state",
                                "Whether the standby is in the labelled state of synchronous replication.",
                                {"async", "potential", "sync", "quorum"})),
              lag_bytes("sent"),
              lag_bytes("write"),
              lag_bytes("flush"),
              lag_bytes("replay"),
              lag_seconds("write"),
              lag_seconds("flush"),
              lag_seconds("replay"),
          },
      .cost = {.pages = 4, .more = 4, .of = "standby"},
      .role = "pg_read_all_stats",
  };
}

}  // namespace pgwatch::collectors
