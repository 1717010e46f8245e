// The catalogue: every built-in collector, one line each. tests/catalogue_test.cc fails when a file is missing here.
#pragma once

#include <vector>

#include "exporter/model/collector.h"

namespace pgwatch::collectors {

Collector archive_backlog();
Collector blocked_sessions();
Collector buffercache_summary();
Collector connections();
Collector data_checksums();
Collector database();
Collector database_wraparound();
Collector filesystem();
Collector invalid_indexes();
Collector lock_table();
Collector locks();
Collector long_running_transactions();
Collector multixact();
Collector pending_restart();
Collector postmaster();
Collector prepared_transactions();
Collector process_idle();
Collector replication();
Collector replication_slot_stats();
Collector replication_slots();
Collector roles();
Collector sequences();
Collector server_version();
Collector settings();
Collector slru();
Collector ssl_sessions();
Collector stat_activity();
Collector stat_activity_autovacuum();
Collector stat_archiver();
Collector stat_bgwriter();
Collector stat_checkpointer();
Collector stat_database();
Collector stat_database_conflicts();
Collector stat_io();
Collector stat_progress_analyze();
Collector stat_progress_basebackup();
Collector stat_progress_cluster();
Collector stat_progress_copy();
Collector stat_progress_create_index();
Collector stat_progress_vacuum();
Collector stat_replication();
Collector stat_statements();
Collector stat_user_indexes();
Collector stat_user_tables();
Collector stat_wal();
Collector stat_wal_receiver();
Collector statio_user_indexes();
Collector statio_user_tables();
Collector subscriptions();
Collector table_sizes();
Collector temp_files();
Collector timescaledb_compression();
Collector timescaledb_continuous_aggregates();
Collector timescaledb_hypertable_stats();
Collector timescaledb_hypertables();
Collector timescaledb_info();
Collector timescaledb_jobs();
Collector timescaledb_open_chunks();
Collector timescaledb_reorder();
Collector timescaledb_retention();
Collector timescaledb_sizes();
Collector wait_events();
Collector wal();
Collector xmin_horizon();

std::vector<Collector> catalogue();

}  // namespace pgwatch::collectors
