// What tests of query files say again and again: a text as a file of some format.
#pragma once

#include <string>
#include <vector>

#include "exporter/config/query_formats.h"

namespace pgwatch::config {

// The file is called q.yaml.
std::vector<Collector> queries_of(ReadQueries read, const std::string& text);
// The only one.
Collector query_of(ReadQueries read, const std::string& text);
// What the Error says; "" where there is none.
std::string query_error(ReadQueries read, const std::string& text);

// The SQL a server of this version is asked, primary or standby; else "skip REASON".
std::string asked(const Collector& query, int version, bool in_recovery = false);

}  // namespace pgwatch::config
