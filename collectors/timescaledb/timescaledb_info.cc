// timescaledb_info: the extension's version and edition, and the background workers it has and may have.
//
// Every user may see under which application_name a process runs, and a worker's tells what it does.
#include "collectors/catalogue.h"
#include "collectors/timescaledb/catalog.h"

namespace pgwatch::collectors {
namespace {

using namespace timescaledb;

// The licence decides what may be used. A library that was built without the community's part knows only one.
std::string info_sql() {
  return std::string(R"sql(
SELECT extension.extversion AS version,
       current_setting('timescaledb.license', true) AS license,
       CASE current_setting('timescaledb.license', true)
         WHEN 'timescale' THEN 'community' WHEN 'apache' THEN 'apache' ELSE '' END AS edition,
       1 AS info,
       (SELECT count(*) FROM _timescaledb_catalog.hypertable AS h
        WHERE h.compression_state <> 2
          AND NOT EXISTS (SELECT FROM _timescaledb_catalog.continuous_agg AS a WHERE a.mat_hypertable_id = h.id))
         AS hypertables,
       (SELECT count(*) FROM _timescaledb_catalog.continuous_agg) AS continuous_aggregates,
       current_setting('timescaledb.max_background_workers', true) AS max_background_workers,
       CASE WHEN NOT pg_is_in_recovery() THEN workers.schedulers END AS scheduler_running,
       workers.schedulers + workers.jobs AS background_workers
FROM pg_extension AS extension,
     (SELECT count(*) FILTER (WHERE p.application_name = 'TimescaleDB Background Worker Scheduler') AS schedulers,
             count(*) FILTER (WHERE p.application_name IN (SELECT j.application_name FROM )sql") +
         kJobs + R"sql()) AS jobs
      FROM pg_stat_activity AS p
      WHERE p.datname = current_database() AND p.backend_type IS DISTINCT FROM 'client backend') AS workers
WHERE extension.extname = 'timescaledb')sql";
}

}  // namespace

Collector timescaledb_info() {
  return {
      .name = "timescaledb_info",
      .help = "TimescaleDB's version and edition, and its background workers.",
      .scope = Scope::kDatabase,
      .extension = kExtension,
      .prefix = "timescaledb",
      .source = std::vector<Sql>{{.text = info_sql()}},
      .columns =
          {
              label("version"),
              label("license"),
              label("edition"),
              gauge("info", "Always 1. The edition is community or apache, whatever the library could do.")
                  .called("timescaledb_info"),
              gauge("hypertables", "Hypertables, continuous aggregates left out.").unlabelled(),
              gauge("continuous_aggregates", "Continuous aggregates.").unlabelled(),
              gauge("max_background_workers",
                    "The setting timescaledb.max_background_workers. Needed are one, one more for each database with "
                    "TimescaleDB, and one for each job that runs at the same time.")
                  .unlabelled(),
              gauge("scheduler_running",
                    "Whether the database's scheduler runs, without which no job does; absent on a standby, which has "
                    "none.")
                  .unlabelled(),
              gauge("background_workers", "Workers of this database that run: its scheduler and its jobs.")
                  .unlabelled(),
          },
      .cost = {.pages = 20, .more = 1, .of = "session"},
  };
}

}  // namespace pgwatch::collectors
