#include "collectors/catalogue.h"

#include <algorithm>
#include <iterator>

#include "collectors/systemd/catalogue.h"
#include "collectors/systemd/systemd.h"

namespace pgwatch::collectors {
namespace {

std::vector<Collector> of_postgres() {
  return {
      archive_backlog(),
      blocked_sessions(),
      buffercache_summary(),
      connections(),
      data_checksums(),
      database(),
      database_wraparound(),
      invalid_indexes(),
      lock_table(),
      locks(),
      long_running_transactions(),
      multixact(),
      pending_restart(),
      postmaster(),
      prepared_transactions(),
      process_idle(),
      replication(),
      replication_slot_stats(),
      replication_slots(),
      roles(),
      sequences(),
      server_version(),
      settings(),
      slru(),
      ssl_sessions(),
      stat_activity(),
      stat_activity_autovacuum(),
      stat_archiver(),
      stat_bgwriter(),
      stat_checkpointer(),
      stat_database(),
      stat_database_conflicts(),
      stat_io(),
      stat_progress_analyze(),
      stat_progress_basebackup(),
      stat_progress_cluster(),
      stat_progress_copy(),
      stat_progress_create_index(),
      stat_progress_vacuum(),
      stat_replication(),
      stat_statements(),
      stat_user_indexes(),
      stat_user_tables(),
      stat_wal(),
      stat_wal_receiver(),
      statio_user_indexes(),
      statio_user_tables(),
      subscriptions(),
      table_sizes(),
      temp_files(),
      wait_events(),
      wal(),
      xmin_horizon(),
  };
}

std::vector<Collector> of_hosts() {
  return {
      filesystem(),
  };
}

std::vector<Collector> of_timescaledb() {
  return {
      timescaledb_compression(),
      timescaledb_continuous_aggregates(),
      timescaledb_hypertable_stats(),
      timescaledb_hypertables(),
      timescaledb_info(),
      timescaledb_jobs(),
      timescaledb_open_chunks(),
      timescaledb_reorder(),
      timescaledb_retention(),
      timescaledb_sizes(),
  };
}

}  // namespace

std::vector<Collector> systemd_collectors(const SystemdPtr& systemd) {
  return {manager(systemd), sockets(systemd), timers(systemd), units(systemd)};
}

std::vector<Collector> catalogue() {
  std::vector<Collector> all = of_postgres();
  std::ranges::move(of_hosts(), std::back_inserter(all));
  std::ranges::move(of_timescaledb(), std::back_inserter(all));
  std::ranges::move(systemd_collectors(), std::back_inserter(all));
  return all;
}

}  // namespace pgwatch::collectors
