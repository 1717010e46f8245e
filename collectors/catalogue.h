// The catalogue: every built-in collector, one line each. tests/catalogue_test.cc fails when a file is missing here.
#pragma once

#include <vector>

#include "exporter/model/collector.h"

namespace pgwatch::collectors {

Collector buffercache_summary();
Collector database();
Collector database_wraparound();
Collector invalid_indexes();
Collector locks();
Collector long_running_transactions();
Collector postmaster();
Collector process_idle();
Collector replication();
Collector replication_slots();
Collector roles();
Collector sequences();
Collector server_version();
Collector settings();
Collector stat_activity();
Collector stat_activity_autovacuum();
Collector stat_archiver();
Collector stat_bgwriter();
Collector stat_checkpointer();
Collector stat_database();
Collector stat_database_conflicts();
Collector stat_progress_vacuum();
Collector stat_replication();
Collector stat_statements();
Collector stat_user_indexes();
Collector stat_user_tables();
Collector stat_wal_receiver();
Collector statio_user_indexes();
Collector statio_user_tables();
Collector table_sizes();
Collector wal();

std::vector<Collector> catalogue();

}  // namespace pgwatch::collectors
