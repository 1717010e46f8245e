// Whether the writer of a dump came to its end: by the last bytes or the names of files, however large the dump is.
// Pure.
#pragma once

#include <cstddef>
#include <istream>
#include <optional>
#include <span>
#include <string>

#include "exporter/host/folder.h"

namespace pgwatch::collectors {

// The last bytes, fewer where there are not so many.
std::string last_bytes(std::istream& file, std::size_t count);

// Of plain SQL; nothing where it does not begin as pg_dump's or pg_dumpall's.
std::optional<bool> is_plain_cut_short(std::istream& text);

// The file of pg_dump -Fd that has the name, compressed or not, or null.
const FolderEntry* find_data(std::span<const FolderEntry> folder, const std::string& name);

// Data of pg_dump -Fd are there, and nothing that says what they are.
bool lacks_table_of_contents(std::span<const FolderEntry> folder);

}  // namespace pgwatch::collectors
