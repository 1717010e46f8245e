// Telling: what a check's answers say on the page. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "collectors/freshness/relation.h"
#include "exporter/model/collector.h"

namespace pgwatch::collectors {

std::vector<Column> freshness_columns();

// The newest row of a check without groups, as newest_statement() found it.
void tell_newest(const FreshnessCheck& check, const Rows& rows, Sink& sink);
// There is none: where it was looked for in vain from here on, or in all there is.
void tell_searched(const FreshnessCheck& check, std::optional<Micros> since, Sink& sink);
void tell_future(const FreshnessCheck& check, const Rows& rows, Sink& sink);
// Those within reach, and those that were so before.
void tell_groups(const FreshnessCheck& check, const Rows& rows, Micros since, Sink& sink);
void tell_window(const FreshnessCheck& check, const Relation& relation, const Rows& rows, Sink& sink);

// Those named in the configuration, and those that a query told. Throws std::runtime_error where they are too many.
void remember_expected(const FreshnessCheck& check, const Rows& rows, Memory& memory);
std::vector<std::string> expected_groups(const FreshnessCheck& check, const Memory& memory);

// Forgets all but which groups there have been.
void end_asking(const FreshnessCheck& check, Memory& memory);

// Of all groups. Nothing where no row was found.
std::optional<Micros> newest_told(const Memory& memory);

}  // namespace pgwatch::collectors
