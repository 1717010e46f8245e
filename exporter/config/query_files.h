// Query files: the queries of one's own that a configuration names. Reads files, and blocks for as long as that takes.
#pragma once

#include <string>
#include <vector>

#include "exporter/config/reader.h"

namespace pgwatch::config {

// Reads what stands under `queries`: files, or {file, format, servers}. In a file's name * and ? stand for others; what
// is not absolute stands beside the configuration.
std::vector<Collector> read_query_files(const Reader& reader, const Node& node, const std::string& configuration,
                                        const Environment& environment);

}  // namespace pgwatch::config
