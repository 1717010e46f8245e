// Backups by pgBackRest, as `pgbackrest info` tells of them.
#pragma once

#include <string_view>

#include "exporter/model/backup.h"
#include "exporter/model/failure.h"

namespace pgwatch::collectors {

// Asks the program. Throws std::runtime_error. Blocks: it belongs to a job of Host::read_files.
Answer ask_pgbackrest(const Backup& backup);

// What it said of the stanza, as rows. Throws std::runtime_error where it is nothing that pgBackRest says. Pure.
Rows read_pgbackrest(std::string_view json, const std::string& stanza);

}  // namespace pgwatch::collectors
