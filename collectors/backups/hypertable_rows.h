// Whether a dump lacks the rows of its hypertables. They lie in chunks, tables of the schema _timescaledb_internal, so
// that a dump of a schema or of a table by its name has the hypertable and none of them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "collectors/backups/table_of_contents.h"

namespace pgwatch::collectors {

// Nothing where the dump does not show it. `hypertables` are those that are known, as SCHEMA.TABLE. Pure.
std::optional<bool> lacks_hypertable_rows(std::span<const DumpEntry> contents,
                                          const std::vector<std::string>& hypertables);

// What a look at a dump shows; nothing where it shows nothing.
struct DumpState {
  std::optional<bool> lacks_hypertable_rows = {};
  std::optional<bool> damaged = {};  // it is pg_dump's, and its writer did not come to the end of it
};

// Looks into a file, or the folder of pg_dump -Fd. One that is compressed as a whole shows nothing, and neither does
// one that may not be read; plain SQL shows no rows where 256 MiB of it did not say. A damaged one shows no more.
// Throws std::runtime_error where a folder cannot be listed. Blocks.
DumpState look_into_dump(const std::string& path, bool is_folder, const std::vector<std::string>& hypertables);

}  // namespace pgwatch::collectors
