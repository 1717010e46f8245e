// timescaledb_continuous_aggregates: up to where each is materialized, how far behind its policy may leave it, and what
// has changed since and waits to be materialized anew.
#include "collectors/catalogue.h"
#include "collectors/timescaledb/catalog.h"

namespace pgwatch::collectors {
namespace {

using namespace timescaledb;

// 2.14 has the width of a bucket that is always of one length in the aggregate's own row, and -1 there of others.
constexpr const char* kWidth = R"sql(
  /*if _timescaledb_catalog.continuous_agg.bucket_width*/
  CASE WHEN a.bucket_width > 0 THEN a.bucket_width / 1e6 ELSE extract(epoch FROM b.bucket_width::interval) END
  /*else extract(epoch FROM b.bucket_width::interval)*/)sql";

// Rows from the beginning or to the end of time are always there, where nothing was materialized yet. Logs grow with
// every transaction while nobody refreshes: nobody counts further than this.
std::string waiting(const std::string& log, const std::string& number, const std::string& of) {
  return "(SELECT count(*) FROM (SELECT FROM _timescaledb_catalog." + log + " AS l WHERE l." + number + " = " + of +
         R"sql(
          AND l.lowest_modified_value > -9223372036854775808 AND l.greatest_modified_value < 9223372036854775807
        LIMIT 10000) AS few))sql";
}

// The watermark of one that was never refreshed is the least time there is.
std::string continuous_aggregates_sql() {
  return std::string("WITH ") + kAxis + R"sql(,
policy AS (
  SELECT j.hypertable_id, min(j.schedule_interval) AS schedule_interval, min(j.config ->> 'end_offset') AS end_offset
  FROM )sql" +
         kJobs + R"sql(
  WHERE )sql" +
         kIsPolicy + R"sql( AND j.proc_name = 'policy_refresh_continuous_aggregate'
  GROUP BY j.hypertable_id)
SELECT a.user_view_schema AS schema,
       a.user_view_name AS view,
       CASE WHEN axis.now IS NOT NULL AND w.watermark > -210866803200000000 THEN w.watermark / 1e6 END
         AS watermark_timestamp_seconds,
       CASE WHEN axis.now IS NOT NULL THEN
         extract(epoch FROM policy.schedule_interval)
           + CASE WHEN axis.now IS NOT NULL THEN coalesce(extract(epoch FROM policy.end_offset::interval), 0) END
           + )sql" +
         kWidth + R"sql( END AS expected_lag_seconds,
       a.materialized_only,
       )sql" +
         waiting("continuous_aggs_materialization_invalidation_log", "materialization_id", "a.mat_hypertable_id") +
         R"sql( AS invalidations_aggregate,
       )sql" +
         waiting("continuous_aggs_hypertable_invalidation_log", "hypertable_id", "a.raw_hypertable_id") +
         R"sql( AS invalidations_hypertable
FROM _timescaledb_catalog.continuous_agg AS a
LEFT JOIN axis ON axis.hypertable_id = a.mat_hypertable_id
LEFT JOIN policy ON policy.hypertable_id = a.mat_hypertable_id
LEFT JOIN _timescaledb_catalog.continuous_aggs_watermark AS w ON w.mat_hypertable_id = a.mat_hypertable_id
LEFT JOIN _timescaledb_catalog.continuous_aggs_bucket_function AS b ON b.mat_hypertable_id = a.mat_hypertable_id)sql";
}

Column invalidations(const char* log) {
  return gauge(
             std::string("invalidations_") + log,
             "Ranges that changed and wait to be materialized anew: moved to the aggregate's log already, or still in "
             "that of its hypertable, which all its aggregates share. 10000: that many or more.")
      .called("timescaledb_cagg_invalidation_rows")
      .with("log", log);
}

}  // namespace

Collector timescaledb_continuous_aggregates() {
  return {
      .name = "timescaledb_continuous_aggregates",
      .help = "Continuous aggregates: up to where they are materialized, and what waits.",
      .scope = Scope::kDatabase,
      .extension = kExtension,
      .lane = Lane::kSlow,
      .interval = std::chrono::minutes{1},
      .prefix = "timescaledb_cagg",
      .source = std::vector<Sql>{{.text = continuous_aggregates_sql()}},
      .columns =
          {
              label("schema"),
              label("view"),
              gauge("watermark_timestamp_seconds",
                    "Up to where it is materialized, as a Unix time; absent: never refreshed, or an integer tells the "
                    "time. It does not move without new rows, and may be ahead."),
              gauge("expected_lag_seconds",
                    "How far behind its refresh policy may leave it: the end offset, a bucket and the time between two "
                    "runs; absent without a policy."),
              gauge("materialized_only", "Whether queries see only what is materialized."),
              invalidations("aggregate"),
              invalidations("hypertable"),
          },
      .cost = {.pages = 20, .more = 40, .of = "continuous aggregate"},
  };
}

}  // namespace pgwatch::collectors
