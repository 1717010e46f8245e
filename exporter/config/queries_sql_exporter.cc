// sql_exporter's collector files.
#include <algorithm>
#include <map>

#include "exporter/config/nearest.h"
#include "exporter/config/query_formats.h"
#include "exporter/config/query_parts.h"
#include "exporter/config/values.h"

namespace pgwatch::config {
namespace {

// One metric, and the query that gives it.
struct WrittenMetric {
  Position at = {};
  std::string name = {};
  std::string help = {};
  Use use = Use::kGauge;
  std::vector<std::string> keys = {};
  std::map<std::string, std::string> fixed = {};
  std::vector<std::string> values = {};
  std::string value_label = {};
  std::optional<double> static_value = {};
  std::string sql = {};
  std::string query_ref = {};

  const std::string& query() const { return query_ref.empty() ? name : query_ref; }
};

struct NamedQuery {
  std::string name;
  std::string sql;
};

Use read_metric_use(const Reader& reader, const Node& node) {
  return reader.choice<Use>(in_capitals(node), {{"COUNTER", Use::kCounter}, {"GAUGE", Use::kGauge}});
}

void check(const Reader& reader, const WrittenMetric& metric) {
  if (metric.name.empty()) reader.fail(metric.at, "a metric without metric_name");
  if (metric.sql.empty() == metric.query_ref.empty())
    reader.fail(metric.at, "metric " + metric.name + " takes a query or a query_ref, and not both");
  if (metric.values.empty() != metric.static_value.has_value())
    reader.fail(metric.at, "metric " + metric.name + " takes values or a static_value, and not both");
  if (metric.values.size() > 1 && metric.value_label.empty())
    reader.fail(metric.at, "metric " + metric.name + " has several values and no value_label to tell them apart");
  if (metric.static_value && metric.keys.empty())
    reader.fail(metric.at, "metric " + metric.name + " has a static_value and no key_labels; select the value itself");
}

WrittenMetric read_metric(const Reader& reader, const Node& node) {
  WrittenMetric metric{.at = node.at};
  reader.mapping(
      node, {{"metric_name", [&](const Node& value) { metric.name = reader.literal(value); }},
             {"type", [&](const Node& value) { metric.use = read_metric_use(reader, value); }},
             {"help", [&](const Node& value) { metric.help = reader.literal(value); }},
             {"key_labels", [&](const Node& value) { metric.keys = reader.texts(value); }},
             {"static_labels",
              [&](const Node& value) {
                for (const Entry& one : reader.entries(value)) metric.fixed[one.key] = reader.literal(*one.value);
              }},
             {"values", [&](const Node& value) { metric.values = reader.texts(value); }},
             {"value_label", [&](const Node& value) { metric.value_label = reader.literal(value); }},
             {"static_value", [&](const Node& value) { metric.static_value = read_number(reader, value); }},
             {"query", [&](const Node& value) { metric.sql = read_sql(reader, value); }},
             {"query_ref", [&](const Node& value) { metric.query_ref = reader.literal(value); }},
             {"no_prepared_statement", [](const Node&) {}},  // none of these is prepared here
             {"timestamp_value", [&](const Node& value) {
                reader.fail(value.at,
                            "timestamp_value is not read: samples carry no time, which would hide that they are old");
              }}});
  check(reader, metric);
  return metric;
}

NamedQuery read_named_query(const Reader& reader, const Node& node) {
  NamedQuery query;
  reader.mapping(node, {{"query_name", [&](const Node& value) { query.name = reader.literal(value); }},
                        {"query", [&](const Node& value) { query.sql = read_sql(reader, value); }},
                        {"no_prepared_statement", [](const Node&) {}}});
  if (query.name.empty() || query.sql.empty())
    reader.fail(node.at, "expected a query, as {query_name: waits, query: SELECT …}");
  return query;
}

ReadCell always(double value) {
  return [value](Cell) { return Number(value); };
}

void add_label(Collector& query, const std::string& name) {
  const auto is_it = [&](const Column& column) { return column.use == Use::kLabel && column.name == name; };
  if (std::ranges::none_of(query.columns, is_it)) query.columns.push_back(label(name));
}

// A column for each value. Without a value a metric reads the row alone, so any column of it will do.
void add_columns(Collector& query, const WrittenMetric& metric) {
  for (const std::string& key : metric.keys) add_label(query, key);
  const std::vector<std::string> values = metric.static_value ? std::vector{metric.keys.front()} : metric.values;
  for (const std::string& value : values) {
    Column column{.use = metric.use, .name = value, .help = metric.help, .metric = metric.name};
    column.labels = metric.keys;
    column.bare = metric.keys.empty();
    column.fixed.assign(metric.fixed.begin(), metric.fixed.end());
    if (!metric.value_label.empty()) column.fixed.emplace_back(metric.value_label, value);
    column.read = metric.static_value ? always(*metric.static_value) : number_or_time();
    query.columns.push_back(std::move(column));
  }
}

class FileReader {
 public:
  explicit FileReader(const Reader& reader) : reader_(reader) {}

  // One for each query: what one answer says is asked once.
  std::vector<Collector> read(const Node& root) {
    reader_.mapping(root, {{"collector_name", [&](const Node& node) { name_ = reader_.literal(node); }},
                           {"min_interval", [&](const Node& node) { interval(node); }},
                           {"queries", [&](const Node& node) { queries(node); }},
                           {"metrics", [&](const Node& node) { metrics(node); }}});
    std::vector<Collector> made;
    for (auto& [query, at] : made_) made.push_back(checked_query(reader_, std::move(query), at));
    return made;
  }

 private:
  void interval(const Node& node) {
    if (reader_.literal(node).starts_with('0')) return;
    interval_ = reader_.duration(node, kSecond, kWeek);
  }

  void queries(const Node& node) {
    for (const NodePtr& item : reader_.items(node)) queries_.push_back(read_named_query(reader_, *item));
  }

  void metrics(const Node& node) {
    for (const NodePtr& item : reader_.items(node)) {
      const WrittenMetric metric = read_metric(reader_, *item);
      add_columns(query_of(metric), metric);
    }
  }

  Collector& query_of(const WrittenMetric& metric) {
    const std::string name = name_ + "_" + metric.query();
    for (auto& [query, at] : made_)
      if (query.name == name && metric.sql.empty()) return query;
    Collector query = new_query(reader_, name, metric.at);
    if (interval_) query.interval = *interval_;
    query.source = std::vector<Sql>{{.text = metric.sql.empty() ? referred(metric) : metric.sql}};
    return made_.emplace_back(std::move(query), metric.at).first;
  }

  std::string referred(const WrittenMetric& metric) const {
    std::vector<std::string> names;
    for (const NamedQuery& query : queries_) {
      if (query.name == metric.query_ref) return query.sql;
      names.push_back(query.name);
    }
    reader_.fail(metric.at, "unknown query_ref " + shown(metric.query_ref) + known_words(metric.query_ref, names));
  }

  const Reader& reader_;
  std::string name_;
  std::optional<Milliseconds> interval_;
  std::vector<NamedQuery> queries_;
  std::vector<std::pair<Collector, Position>> made_;
};

}  // namespace

std::vector<Collector> read_sql_exporter_queries(const Reader& reader, const Node& root) {
  return FileReader(reader).read(root);
}

}  // namespace pgwatch::config
