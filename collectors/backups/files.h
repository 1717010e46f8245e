// Backups as files of a folder.
#pragma once

#include <cstdint>
#include <string>

#include "exporter/model/backup.h"
#include "exporter/model/rows.h"

namespace pgwatch::collectors {

// One row. What was learned of the newest file comes back as `looked_at`, so that it is read once and not at every
// look. Throws std::runtime_error. Blocks: it belongs to a job of Host::read_files.
Rows look_at_files(const Backup& backup, const std::string& looked_at, std::int64_t now);

}  // namespace pgwatch::collectors
