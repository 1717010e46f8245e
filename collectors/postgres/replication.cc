// replication: how this server follows its own primary. What it sends to others is for stat_replication.
//
// Three signals, since none is enough alone: an idle primary makes the age of the last replay grow, and a dead receiver
// makes received equal replayed. So an age counts only while received WAL waits for replay, 0 only while the receiver
// streams, and the receiver's own state and last message are told beside them.
//
// The age of the last replayed transaction is at most how far replay is behind, and far too much where the primary was
// idle or works on one long transaction. So each look remembers what had been received by then. Once replay has passed
// that, it is no further behind than the time since. caught_up_at is the latest such time: the server's clock, as a
// Unix time.
//
// Positions move while they are read, and after a restart a standby has received less than it has replayed: so the
// greater of two positions is the one that is ahead.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kReplicationSql = R"sql(
WITH here AS (
  SELECT standby,
         CASE WHEN standby THEN pg_last_wal_receive_lsn() END AS received,
         CASE WHEN standby THEN pg_last_wal_replay_lsn() END AS replayed,
         CASE WHEN standby THEN pg_is_wal_replay_paused() END AS replay_paused,
         CASE WHEN standby AND pg_has_role('pg_read_all_settings', 'USAGE')
              THEN current_setting('primary_conninfo') <> '' END AS primary_configured,
         CASE WHEN pg_last_xact_replay_timestamp() IS NOT NULL
              THEN greatest(0, extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())) END
           AS last_replay_age,
         CASE WHEN standby THEN extract(epoch FROM clock_timestamp()) END AS moment
  FROM (SELECT pg_is_in_recovery() AS standby) AS role),
look AS (
  SELECT coalesce(received <= replayed, false) AS idle,
         coalesce(replayed >= :'seen_lsn'::pg_lsn, true) AS passed
  FROM here),
replay AS (
  SELECT CASE WHEN idle THEN moment WHEN passed THEN :'seen_at'::numeric ELSE :'caught_up_at'::numeric END
           AS caught_up_at,
         CASE WHEN idle OR passed THEN received ELSE :'seen_lsn'::pg_lsn END AS seen_lsn,
         CASE WHEN idle OR passed THEN moment ELSE :'seen_at'::numeric END AS seen_at
  FROM here, look),
lag AS (
  SELECT least(last_replay_age, moment - caught_up_at) AS age FROM here, replay),
receiver AS (
  SELECT pid, status, extract(epoch FROM clock_timestamp() - last_msg_receipt_time) AS last_message_age
  FROM pg_stat_wal_receiver)
SELECT here.standby AS is_replica,
       CASE WHEN NOT here.standby THEN 0
            WHEN receiver.status <> 'streaming' OR receiver.status IS NULL THEN NULL
            WHEN here.received > here.replayed THEN lag.age
            ELSE 0 END AS lag_seconds,
       coalesce(here.last_replay_age, 0) AS last_replay_seconds,
       CASE WHEN here.received > here.replayed THEN lag.age
            WHEN receiver.status = 'streaming' THEN 0 END AS replay_age_seconds,
       CASE WHEN here.received IS NOT NULL
            THEN pg_wal_lsn_diff(greatest(here.received, here.replayed), here.replayed) END AS replay_pending_bytes,
       here.replay_paused,
       here.primary_configured,
       CASE WHEN here.standby AND receiver.pid IS NULL THEN 'stopped' ELSE receiver.status END AS status,
       receiver.last_message_age AS receiver_last_message_age_seconds,
       CASE WHEN here.standby THEN extract(epoch FROM current_setting('wal_receiver_timeout')::interval) END
         AS receiver_timeout_seconds,
       replay.caught_up_at,
       replay.seen_lsn,
       replay.seen_at
FROM here
CROSS JOIN replay
CROSS JOIN lag
LEFT JOIN receiver ON true
)sql";

}  // namespace

Collector replication() {
  return {
      .name = "replication",
      .help =
          "How this server follows its own primary. Of its WAL receiver a role without pg_read_all_stats is told "
          "nothing, and of primary_conninfo none without pg_read_all_settings.",
      .source = std::vector<Sql>{{.text = kReplicationSql, .since = 100000}},
      .columns =
          {
              gauge("is_replica", "Whether the server is in recovery."),
              gauge("lag_seconds",
                    "How far replay is behind at most, while received WAL waits for it; 0 where none waits or on a "
                    "primary; absent on a standby that does not stream."),
              gauge("last_replay_seconds",
                    "Age of the last replayed transaction; grows while the primary is idle, and after a "
                    "promotion. 0 where none was replayed since the start."),
              gauge(
                  "replay_age_seconds",
                  "How far replay is behind at most, while received WAL waits for it: the age of the last replayed "
                  "transaction, or the time since replay had passed all that was received, whichever is less; 0 while "
                  "streaming and none waits; absent where unknown."),
              gauge("replay_pending_bytes", "WAL received and not yet replayed."),
              gauge("replay_paused", "Whether replay has been paused by an operator."),
              gauge("primary_configured",
                    "Whether the standby is told of a primary to stream from; absent on a primary."),
              state("status", "Whether the WAL receiver is in the labelled state; stopped: there is none.",
                    {"streaming", "stopped", "starting", "waiting", "restarting", "stopping"})
                  .called("pg_replication_receiver_status"),
              gauge("receiver_last_message_age_seconds", "Time since the last message of the primary."),
              gauge("receiver_timeout_seconds",
                    "After how long a silence the WAL receiver gives its connection up; 0: never."),
              remember("caught_up_at"),
              remember("seen_lsn"),
              remember("seen_at"),
          },
      .cost = {.pages = 4},
      .partly = "pg_read_all_stats",
  };
}

}  // namespace pgwatch::collectors
