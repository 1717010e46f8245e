// subscriptions: whether logical replication comes in, and how late. Of all databases: pg_subscription is shared.
//
// A standby has its primary's subscriptions and no workers: it says nothing, so that nobody takes it for broken.
// PostgreSQL 13 shows no number of a subscription to ordinary roles, hence the joins by name.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kSubscriptionsSql = R"sql(
WITH worker AS (
  SELECT process.datid, stat.subname, stat.relid, stat.received_lsn, stat.latest_end_lsn, stat.last_msg_receipt_time,
         stat.latest_end_time,
         stat.relid IS NULL AND /*if pg_stat_subscription.leader_pid*/ stat.leader_pid IS NULL /*else true*/ AS applies
  FROM pg_stat_subscription AS stat
  JOIN pg_stat_activity AS process ON process.pid = stat.pid),
work AS (
  SELECT datid, subname,
         count(*) FILTER (WHERE applies) AS apply_workers,
         count(relid) AS sync_workers,
         /*if pg_stat_subscription.leader_pid*/ count(*) FILTER (WHERE NOT applies AND relid IS NULL) /*else NULL*/
           AS parallel_workers,
         max(pg_wal_lsn_diff(greatest(received_lsn, latest_end_lsn), latest_end_lsn)) FILTER (WHERE applies)
           AS lag_bytes,
         max(extract(epoch FROM clock_timestamp() - last_msg_receipt_time)) FILTER (WHERE applies)
           AS last_message_age_seconds,
         max(extract(epoch FROM clock_timestamp() - latest_end_time)) FILTER (WHERE applies)
           AS last_report_age_seconds
  FROM worker GROUP BY datid, subname)
SELECT database.datname,
       subscription.subname,
       subscription.subenabled AS enabled,
       coalesce(work.apply_workers, 0) AS apply_workers,
       coalesce(work.sync_workers, 0) AS sync_workers,
       /*if pg_stat_subscription.leader_pid*/ coalesce(work.parallel_workers, 0) /*else NULL*/ AS parallel_workers,
       work.lag_bytes,
       work.last_message_age_seconds,
       work.last_report_age_seconds,
       /*if pg_stat_subscription_stats.apply_error_count*/ stats.apply_error_count /*else NULL*/ AS apply_errors,
       /*if pg_stat_subscription_stats.sync_error_count*/ stats.sync_error_count /*else NULL*/ AS sync_errors,
       /*if pg_stat_subscription_stats.confl_insert_exists*/ stats.confl_insert_exists /*else NULL*/ AS insert_exists,
       /*if pg_stat_subscription_stats.confl_update_origin_differs*/ stats.confl_update_origin_differs /*else NULL*/
         AS update_origin_differs,
       /*if pg_stat_subscription_stats.confl_update_exists*/ stats.confl_update_exists /*else NULL*/ AS update_exists,
       /*if pg_stat_subscription_stats.confl_update_missing*/ stats.confl_update_missing /*else NULL*/ AS update_missing,
       /*if pg_stat_subscription_stats.confl_delete_origin_differs*/ stats.confl_delete_origin_differs /*else NULL*/
         AS delete_origin_differs,
       /*if pg_stat_subscription_stats.confl_delete_missing*/ stats.confl_delete_missing /*else NULL*/ AS delete_missing,
       /*if pg_stat_subscription_stats.confl_multiple_unique_conflicts*/ stats.confl_multiple_unique_conflicts /*else NULL*/
         AS multiple_unique_conflicts
FROM pg_subscription AS subscription
JOIN pg_database AS database ON database.oid = subscription.subdbid
LEFT JOIN work ON work.datid = subscription.subdbid AND work.subname = subscription.subname
LEFT JOIN /*if pg_stat_subscription_stats.subid*/ pg_stat_subscription_stats AS stats ON stats.subid = subscription.oid
          /*else (SELECT 1) AS stats ON true*/
WHERE NOT pg_is_in_recovery()
)sql";

Column workers(const char* name, const char* type) {
  return gauge(name,
               "Workers of the subscription that run: one applies; others copy tables at first, or apply large "
               "transactions beside it.")
      .called("pg_subscription_workers")
      .with("type", type);
}

Column errors(const char* name, const char* work) {
  return counter(name, "Errors while changes were applied or tables copied.")
      .called("pg_subscription_errors_total")
      .with("work", work)
      .since(15);
}

Column conflict(const char* type) {
  return counter(type, "Conflicts between what came in and what was there.")
      .called("pg_subscription_conflicts_total")
      .with("type", type)
      .since(18);
}

}  // namespace

Collector subscriptions() {
  return {
      .name = "subscriptions",
      .help = "Logical replication that comes in, of all databases; nothing on a standby, which does not apply it.",
      .prefix = "pg_subscription",
      .source = std::vector<Sql>{{.text = kSubscriptionsSql}},
      .columns =
          {
              label("datname"),
              label("subname"),
              gauge("enabled", "Whether the subscription is enabled."),
              workers("apply_workers", "apply"),
              workers("sync_workers", "table synchronization"),
              workers("parallel_workers", "parallel apply"),
              gauge("lag_bytes", "WAL bytes received and not yet reported to the publisher as applied."),
              gauge("last_message_age_seconds",
                    "Time since the last message of the publisher; absent while no worker "
                    "applies."),
              gauge("last_report_age_seconds",
                    "Time since a position was last reported to the publisher; absent while "
                    "no worker applies."),
              errors("apply_errors", "apply"),
              errors("sync_errors", "table synchronization"),
              conflict("insert_exists"),
              conflict("update_origin_differs"),
              conflict("update_exists"),
              conflict("update_missing"),
              conflict("delete_origin_differs"),
              conflict("delete_missing"),
              conflict("multiple_unique_conflicts"),
          },
      .cost = {.pages = 8, .more = 6, .of = "subscription"},
  };
}

}  // namespace pgwatch::collectors
