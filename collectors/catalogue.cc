#include "collectors/catalogue.h"

namespace pgwatch::collectors {

std::vector<Collector> catalogue() {
  return {
      buffercache_summary(),
      database(),
      database_wraparound(),
      invalid_indexes(),
      locks(),
      long_running_transactions(),
      postmaster(),
      process_idle(),
      replication(),
      replication_slots(),
      roles(),
      sequences(),
      server_version(),
      settings(),
      stat_activity(),
      stat_activity_autovacuum(),
      stat_archiver(),
      stat_bgwriter(),
      stat_checkpointer(),
      stat_database(),
      stat_database_conflicts(),
      stat_progress_vacuum(),
      stat_replication(),
      stat_statements(),
      stat_user_indexes(),
      stat_user_tables(),
      stat_wal_receiver(),
      statio_user_indexes(),
      statio_user_tables(),
      table_sizes(),
      wal(),
  };
}

}  // namespace pgwatch::collectors
