// postgres_exporter's queries.yaml.
#include <algorithm>
#include <stdexcept>

#include "exporter/config/query_formats.h"
#include "exporter/config/query_parts.h"
#include "exporter/config/version_range.h"

namespace pgwatch::config {
namespace {

enum class Usage { kDiscard, kLabel, kCounter, kGauge, kHistogram, kMapped, kDuration };

Usage read_usage(const Reader& reader, const Node& node) {
  return reader.choice<Usage>(node, {{"LABEL", Usage::kLabel},
                                     {"GAUGE", Usage::kGauge},
                                     {"COUNTER", Usage::kCounter},
                                     {"HISTOGRAM", Usage::kHistogram},
                                     {"DURATION", Usage::kDuration},
                                     {"MAPPEDMETRIC", Usage::kMapped},
                                     {"DISCARD", Usage::kDiscard}});
}

using Mapping = std::vector<std::pair<std::string, double>>;

ReadCell mapped(Mapping mapping) {
  return [mapping = std::move(mapping)](Cell cell) -> std::optional<Number> {
    for (const auto& [text, value] : mapping)
      if (cell == text) return Number(value);
    return std::nullopt;
  };
}

Column made(Usage usage, const std::string& name, const std::string& help, Mapping mapping, const std::string& prefix) {
  Column column = gauge(name, help);
  column.read = number_or_time();
  switch (usage) {
    case Usage::kDiscard: return discard(name);
    case Usage::kLabel: return label(name);
    case Usage::kHistogram: return histogram(name, column.help);
    case Usage::kGauge: break;
    case Usage::kCounter: column.use = Use::kCounter; break;
    case Usage::kMapped: column.read = mapped(std::move(mapping)); break;
    case Usage::kDuration: column.read = read_milliseconds; column.metric = prefix + "_" + name + "_milliseconds";
  }
  return column;
}

Column read_column(const Reader& reader, const Entry& entry, const Collector& query) {
  Usage usage = Usage::kDiscard;
  std::string help = "Column " + entry.key + " of the query " + query.name + ".";
  Mapping mapping;
  for (const auto& [key, at, value] : reader.entries(*entry.value)) {
    if (key == "usage") usage = read_usage(reader, *value);
    if (key == "description" && !value->text.empty()) help = reader.literal(*value);
    if (key == "metric_mapping")
      for (const Entry& one : reader.entries(*value)) mapping.emplace_back(one.key, read_number(reader, *one.value));
    if (key == "pg_version" || key == "supported_versions")
      reader.fail(at, key + " of a column is not read; write a query for each version, with runonserver");
  }
  return made(usage, entry.key, help, std::move(mapping), query.prefix);
}

std::vector<VersionSpan> read_versions(const Reader& reader, const Node& node) {
  try {
    return read_version_range(reader.literal(node));
  } catch (const std::invalid_argument& error) {
    reader.fail(node.at, error.what());
  }
}

// `master: true` keeps a query out of the databases that --auto-discover-databases finds. By default it finds none, so
// each query is asked in the target's own.
Collector read_query(const Reader& reader, const Entry& entry) {
  Collector query = new_query(reader, entry.key, entry.at);
  std::vector<VersionSpan> spans = {{}};
  std::string sql;
  for (const auto& [key, at, value] : reader.entries(*entry.value)) {
    if (key == "query" && !value->text.empty()) sql = read_sql(reader, *value);
    if (key == "runonserver" && !value->text.empty()) spans = read_versions(reader, *value);
    if (key == "cache_seconds") {
      const Milliseconds cached = read_plain_seconds(reader, *value);
      if (cached.count() > 0) query.interval = std::max<Milliseconds>(cached, std::chrono::seconds{1});
    }
    if (key == "metrics")
      for (const NodePtr& item : reader.items(*value))
        for (const Entry& column : reader.entries(*item)) query.columns.push_back(read_column(reader, column, query));
  }
  std::vector<Sql> variants;
  for (const VersionSpan& span : spans) variants.push_back({.text = sql, .since = span.since, .before = span.before});
  query.source = std::move(variants);
  return query;
}

bool has_sql(const Collector& query) { return !std::get<std::vector<Sql>>(query.source).front().text.empty(); }

}  // namespace

std::vector<Collector> read_postgres_exporter_queries(const Reader& reader, const Node& root) {
  std::vector<Collector> queries;
  for (const Entry& entry : reader.entries(root)) {
    Collector query = read_query(reader, entry);
    // One without SQL turns a built-in query off there.
    if (has_sql(query)) queries.push_back(checked_query(reader, std::move(query), entry.at));
  }
  return queries;
}

}  // namespace pgwatch::config
