// Query parts: what the formats of query files have in common. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "exporter/config/reader.h"

namespace pgwatch::config {

// A collector of this name that asks nothing yet: on the visitor, each minute, by the role's own search path.
Collector new_query(const Reader& reader, const std::string& name, Position at);

// The query, when its readers are done with it. Throws Error at its place where it contradicts itself.
Collector checked_query(const Reader& reader, Collector query, Position at);

// One statement as it stands.
std::string read_sql(const Reader& reader, const Node& node);

double read_number(const Reader& reader, const Node& node);
// 10 or 0.5, as other exporters write times.
Milliseconds read_plain_seconds(const Reader& reader, const Node& node);

// The same text in capital letters, for words that are read in either.
Node in_capitals(Node node);

// A query asked in every database gets the label datname from the engine, so its own goes.
void drop_own_datname(Collector& query);

// -- Cells ------------------------------------------------------------------------------------------------------------

// A number, a boolean, or a time, which counts as seconds since 1970; `otherwise` where it is NULL, not scaled.
ReadCell number_or_time(double scale = 1, std::optional<double> otherwise = {});
// A duration in milliseconds: a plain number is one already; also 1h2m3.5s, 10ms, 1 day 02:03:04.
std::optional<Number> read_milliseconds(Cell cell);
// 2026-11-27 09:30:00.25+01 as seconds since 1970; without a zone it is UTC.
std::optional<double> read_time(std::string_view text);

}  // namespace pgwatch::config
