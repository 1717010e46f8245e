// plan: which statement, for these facts and this memory. Pure.
#pragma once

#include <string>
#include <string_view>

#include "exporter/model/collector.h"

namespace pgwatch {

// The first variant that fits; else a Skip that says what is missing.
Step plan(const Collector& collector, const Facts& facts, const Memory& memory);

// A text as a literal of SQL, safe under any standard_conforming_strings.
std::string quote_name(std::string_view name);
std::string quote_literal(std::string_view text);

// Resolves the comments and :'key's of an Sql text (collector.h); a key not remembered is NULL. An unclosed comment
// throws std::invalid_argument.
std::string resolve_sql(std::string_view text, const Facts& facts, const Memory& memory);

}  // namespace pgwatch
