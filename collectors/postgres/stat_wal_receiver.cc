// stat_wal_receiver: the process by which a standby receives WAL.
//
// postgres_exporter passes over a receiver without slot and keeps the lower 52 bits of a position. Here an unknown slot
// or host is an empty label, and a position is whole; up to 4 PiB of WAL that is the same number.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

// The host is what the standby was told; sender_host may be the address that a name came to.
constexpr const char* kStatWalReceiverSql = R"sql(
SELECT coalesce(trim(BOTH '''' FROM substring(conninfo FROM 'host=([^ ]*)')), sender_host) AS upstream_host,
       slot_name,
       status,
       receive_start_lsn - '0/0' AS receive_start_lsn,
       receive_start_tli,
       flushed_lsn - '0/0' AS flushed_lsn,
       received_tli,
       extract(epoch FROM last_msg_send_time) AS last_msg_send_time,
       extract(epoch FROM last_msg_receipt_time) AS last_msg_receipt_time,
       latest_end_lsn - '0/0' AS latest_end_lsn,
       extract(epoch FROM latest_end_time) AS latest_end_time,
       substring(slot_name FROM 'repmgr_slot_([0-9]+)') AS upstream_node
FROM pg_stat_wal_receiver
)sql";

}  // namespace

Collector stat_wal_receiver() {
  return {
      .name = "stat_wal_receiver",
      .help = "The process by which a standby receives WAL.",
      .source = std::vector<Sql>{{.text = kStatWalReceiverSql, .since = 130000}},
      .columns =
          {
              label("upstream_host"),
              label("slot_name"),
              label("status"),
              counter("receive_start_lsn", "WAL position in bytes from which the receiver began."),
              gauge("receive_start_tli", "Timeline on which the receiver began."),
              counter("flushed_lsn", "WAL position in bytes up to which all was received and is on disk."),
              gauge("received_tli", "Timeline of what was received and is on disk."),
              counter("last_msg_send_time", "When the last message was sent, by the sender's clock, as a Unix time."),
              counter("last_msg_receipt_time", "When the last message came, as a Unix time."),
              counter("latest_end_lsn", "WAL position in bytes that was last reported to the sender."),
              counter("latest_end_time", "When a position was last reported to the sender, as a Unix time."),
              gauge("upstream_node", "Number of the sender's node in repmgr; absent where the slot is not repmgr's."),
          },
      .cost = {.pages = 2},
      .role = "pg_read_all_stats",
  };
}

}  // namespace pgwatch::collectors
