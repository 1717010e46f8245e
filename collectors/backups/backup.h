// Backups: who looks after a backup that is configured.
#pragma once

#include "exporter/model/backup.h"
#include "exporter/model/collector.h"

namespace pgwatch::collectors {

// backup_NAME. All of them are of the kind "backup".
Collector backup_collector(const BackupPtr& backup);

// Of every metric that any of them has, for the reference.
Collector backup_example();

}  // namespace pgwatch::collectors
