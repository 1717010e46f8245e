// Resolve: the statement that finds out what a check reads. See relation.h for what becomes of its row.
#pragma once

#include <string>

#include "exporter/model/facts.h"
#include "exporter/model/freshness.h"

namespace pgwatch::collectors {

std::string resolve_statement(const FreshnessCheck& check, const Facts& facts);

}  // namespace pgwatch::collectors
