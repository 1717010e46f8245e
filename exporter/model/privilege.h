// Privilege: what a role may not see, and the very statement that lets it. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "exporter/model/collector.h"

namespace pgwatch {

// GRANT what TO "role"; with the name quoted.
std::string grant(std::string_view what, std::string_view role);

// Why the collector is not asked: the server would hide from this role what it counts. Nothing where it would not.
std::optional<Skip> hidden_values(const Collector& collector, const Facts& facts);

// The same of a part of its answer, which is true for the rest.
std::optional<Skip> hidden_part(const Collector& collector, const Facts& facts);

// What cures a refusal (42501) that the server puts like this: pg_monitor where that is all that is missing, else the
// object it names. "" where nobody can tell.
std::string cure_of_refusal(const Collector& collector, const Facts& facts, std::string_view message);

}  // namespace pgwatch
