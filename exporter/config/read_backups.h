// Backups: where they are, and from when on they are too old or too small.
#pragma once

#include <vector>

#include "exporter/config/reader.h"
#include "exporter/config/settings.h"

namespace pgwatch::config {

// Reads what stands under `backups`: a list of {name, kind, directory, …}. No two have one name.
std::vector<BackupSettings> read_backups(const Reader& reader, const Node& node);

}  // namespace pgwatch::config
