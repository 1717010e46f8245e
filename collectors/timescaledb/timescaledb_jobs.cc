// timescaledb_jobs: what the jobs of the database did, and whether they still do: policies, TimescaleDB's own, and
// those of users.
//
// When a job starts, TimescaleDB counts a crash, and takes it back at the job's end, since a crash lets nobody count.
// Until it is told of as a crash, or while its worker runs, it is none. A standby has its primary's jobs and runs none:
// there nothing is said of them but that. A row without a job carries what is said of the database.
#include "collectors/catalogue.h"
#include "collectors/timescaledb/catalog.h"

namespace pgwatch::collectors {
namespace {

using namespace timescaledb;

// Between the count and the worker's first words lie milliseconds; a minute is plenty. A run that ended has a finish.
std::string job() {
  return std::string(R"sql(job AS (
  SELECT j.*, stat.last_start, stat.last_successful_finish, stat.next_start,
         coalesce(stat.total_runs, 0) AS runs,
         coalesce(stat.total_successes, 0) AS successes,
         coalesce(stat.total_failures, 0) AS failures,
         coalesce(stat.total_crashes, 0) AS crashes,
         coalesce(stat.consecutive_failures, 0) AS consecutive_failures,
         coalesce(stat.consecutive_crashes, 0) AS consecutive_crashes,
         stat.total_duration, stat.total_duration_failures,
         coalesce(a.user_view_schema, h.schema_name, '') AS schema,
         coalesce(a.user_view_name, h.table_name, '') AS hypertable,
         worker.is_there AS is_running,
         coalesce(NOT isfinite(stat.last_finish) AND isfinite(stat.last_start) AND stat.flags & 1 = 0
           AND (worker.is_there OR stat.last_start > now() - interval '1 minute'), false)::int AS under_way
  FROM )sql") +
         kJobs + R"sql(
  LEFT JOIN _timescaledb_internal.bgw_job_stat AS stat ON stat.job_id = j.id
  LEFT JOIN _timescaledb_catalog.hypertable AS h ON h.id = j.hypertable_id
  LEFT JOIN _timescaledb_catalog.continuous_agg AS a ON a.mat_hypertable_id = j.hypertable_id
  CROSS JOIN LATERAL (
    SELECT EXISTS (
      SELECT FROM process
      WHERE process.application_name = j.application_name) AS is_there) AS worker
  WHERE NOT pg_is_in_recovery()))sql";
}

// A job that is due begins within seconds where a worker is free. One that never ran is due when it was to start first,
// and one whose next start got lost, as happened to some releases, an interval after its last.
constexpr const char* kDue = R"sql(CASE
         WHEN isfinite(job.next_start) THEN job.next_start
         WHEN isfinite(job.last_start) THEN job.last_start + job.schedule_interval
         ELSE job.initial_start
       END)sql";

std::string jobs_sql() {
  return R"sql(
WITH process AS MATERIALIZED (
  SELECT p.application_name FROM pg_stat_activity AS p
  WHERE p.datname = current_database() AND p.backend_type IS DISTINCT FROM 'client backend'),
)sql" + job() +
         R"sql(
SELECT (NOT pg_is_in_recovery()) AS jobs_evaluated,
       job.id AS job_id,
       job.proc_name AS proc,
       job.schema,
       job.hypertable,
       CASE WHEN job.id < 1000 THEN 'true' ELSE 'false' END AS internal,
       job.runs AS runs_total,
       job.successes AS successes_total,
       job.failures AS failures_total,
       job.crashes - job.under_way AS crashes_total,
       extract(epoch FROM job.total_duration) AS duration_success,
       extract(epoch FROM job.total_duration_failures) AS duration_failure,
       job.consecutive_failures,
       job.consecutive_crashes - job.under_way AS consecutive_crashes,
       )sql" +
         epoch("job.last_start") + R"sql( AS last_start_timestamp_seconds,
       )sql" +
         epoch("job.last_successful_finish") + R"sql( AS last_success_timestamp_seconds,
       CASE WHEN job.scheduled AND isfinite(job.next_start) THEN extract(epoch FROM job.next_start) END
         AS next_start_timestamp_seconds,
       extract(epoch FROM job.schedule_interval) AS schedule_interval_seconds,
       nullif(extract(epoch FROM job.max_runtime), 0) AS max_runtime_seconds,
       job.is_running AS running,
       job.scheduled,
       CASE WHEN job.scheduled THEN CASE WHEN job.is_running THEN 0
         ELSE greatest(extract(epoch FROM now() - )sql" +
         kDue + R"sql(), 0) END END AS overdue_seconds
FROM (SELECT) AS once LEFT JOIN job ON true)sql";
}

Column duration(const char* outcome) {
  return counter(std::string("duration_") + outcome, "Time its runs took, by how they ended; crashes are not counted.")
      .called("timescaledb_job_duration_seconds_total")
      .with("outcome", outcome);
}

std::vector<Column> jobs_columns() {
  return {
      label("job_id"),
      label("proc"),
      label("schema"),
      label("hypertable"),
      label("internal"),
      gauge("jobs_evaluated", "Whether jobs run here; 0 on a standby, where nothing else is said of them.")
          .called("timescaledb_jobs_evaluated")
          .unlabelled(),
      counter("runs_total", "Times the job was started."),
      counter("successes_total", "Runs that ended well."),
      counter("failures_total",
              "Runs that ended in an error. TimescaleDB's own jobs (internal) fail on the Apache edition, which does "
              "not support them."),
      counter("crashes_total", "Runs that did not end; the one under way is not counted."),
      duration("success"),
      duration("failure"),
      gauge("consecutive_failures", "Failures since the last success."),
      gauge("consecutive_crashes", "Crashes since a run last ended; the one under way is not counted."),
      gauge("last_start_timestamp_seconds", "When it last started, as a Unix time; absent: never."),
      gauge("last_success_timestamp_seconds", "When it last ended well, as a Unix time; absent: never."),
      gauge("next_start_timestamp_seconds",
            "When it is to start next, as a Unix time; absent while it runs or is paused."),
      gauge("schedule_interval_seconds", "How often it is to run."),
      gauge("max_runtime_seconds", "After what time a run is ended; absent: never."),
      gauge("running", "Whether it runs."),
      gauge("scheduled", "Whether it is scheduled; 0: paused."),
      gauge(
          "overdue_seconds",
          "For how long it should have been running, 0 where it is in time; absent where it is paused, or has not run "
          "and no one said when it should."),
  };
}

}  // namespace

Collector timescaledb_jobs() {
  return {
      .name = "timescaledb_jobs",
      .help = "Jobs: policies, TimescaleDB's own and those of users. A standby runs none.",
      .scope = Scope::kDatabase,
      .extension = kExtension,
      .prefix = "timescaledb_job",
      .source = std::vector<Sql>{{.text = jobs_sql()}},
      .columns = jobs_columns(),
      .cost = {.pages = 30, .more = 2, .of = "job"},
  };
}

}  // namespace pgwatch::collectors
