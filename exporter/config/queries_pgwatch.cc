// Our own format of query files.
#include <algorithm>

#include "exporter/config/query_formats.h"
#include "exporter/config/query_parts.h"
#include "exporter/config/read_checks.h"
#include "exporter/config/values.h"
#include "exporter/model/check.h"

namespace pgwatch::config {
namespace {

constexpr Milliseconds kLongestTimeout = std::chrono::hours{1};
constexpr int kVersionsPerMajor = 10'000;

const std::vector<std::pair<std::string, Use>>& uses() {
  static const std::vector<std::pair<std::string, Use>> words = {
      {"label", Use::kLabel}, {"gauge", Use::kGauge},         {"counter", Use::kCounter}, {"untyped", Use::kUntyped},
      {"state", Use::kState}, {"histogram", Use::kHistogram}, {"discard", Use::kDiscard}};
  return words;
}

bool is_number(Use use) { return use == Use::kGauge || use == Use::kCounter || use == Use::kUntyped; }

// -- Columns ----------------------------------------------------------------------------------------------------------

// What was said of one column, in whatever order.
class ColumnReader {
 public:
  ColumnReader(const Reader& reader, const Collector& query) : reader_(reader), query_(query) {}

  Column read(const Entry& entry) {
    column_.name = entry.key;
    if (entry.value->kind == Node::Kind::kText)
      column_.use = reader_.choice<Use>(*entry.value, uses());
    else
      read_fields(*entry.value);
    if (is_metric(column_) && column_.help.empty())
      reader_.fail(entry.at, "column " + shown(column_.name) + " has no help, as {type: gauge, help: …}");
    if (is_number(column_.use)) column_.read = number_or_time(scale_, otherwise_);
    return std::move(column_);
  }

 private:
  void read_fields(const Node& node) {
    bool has_type = false;
    reader_.mapping(node,
                    {
                        {"type",
                         [&](const Node& value) {
                           column_.use = reader_.choice<Use>(value, uses());
                           has_type = true;
                         }},
                        {"help", [&](const Node& value) { column_.help = reader_.literal(value); }},
                        {"name", [&](const Node& value) { name(value); }},
                        {"states", [&](const Node& value) { states(value); }},
                        {"labels", [&](const Node& value) { labels(value); }},
                        {"scale", [&](const Node& value) { scale_ = number(value); }},
                        {"default", [&](const Node& value) { otherwise_ = number(value); }},
                        {"warning", [&](const Node& value) { limit(value, column_.threshold.warning, false); }},
                        {"critical", [&](const Node& value) { limit(value, column_.threshold.critical, false); }},
                        {"warning_below", [&](const Node& value) { limit(value, column_.threshold.warning, true); }},
                        {"critical_below", [&](const Node& value) { limit(value, column_.threshold.critical, true); }},
                    });
    if (!has_type) reader_.fail(node.at, "column " + shown(column_.name) + " has no type, as {type: gauge, help: …}");
    if (const std::string problem = threshold_problem(column_.threshold); !problem.empty())
      reader_.fail(node.at, "column " + shown(column_.name) + " " + problem);
  }

  void name(const Node& value) {
    if (column_.use == Use::kLabel) reader_.fail(value.at, "a label is called as its column is; rename it with AS");
    column_.metric = reader_.literal(value);
  }

  void states(const Node& value) {
    if (column_.use != Use::kState) reader_.fail(value.at, "only a column of type state has states");
    column_.states = reader_.texts(value);
  }

  void labels(const Node& value) {
    column_.labels = reader_.texts(value);
    column_.bare = column_.labels.empty();
  }

  double number(const Node& value) const {
    refuse_unless_number(value);
    return read_number(reader_, value);
  }

  void refuse_unless_number(const Node& value) const {
    if (!is_number(column_.use)) reader_.fail(value.at, "goes with a gauge, a counter or an untyped column");
  }

  void limit(const Node& value, std::optional<double>& limit, bool below) {
    refuse_unless_number(value);
    Threshold& threshold = column_.threshold;
    if ((threshold.warning || threshold.critical) && threshold.below != below)
      reader_.fail(value.at, "a column is bad when it is high or when it is low; for both select it twice");
    limit = read_limit(reader_, value, unit_of(metric_name(query_, column_)));
    threshold.below = below;
  }

  const Reader& reader_;
  const Collector& query_;
  Column column_;
  double scale_ = 1;
  std::optional<double> otherwise_;
};

// -- Queries ----------------------------------------------------------------------------------------------------------

class OwnQueryReader {
 public:
  OwnQueryReader(const Reader& reader, const Node& node) : reader_(reader), node_(node) {}

  Collector read() {
    reader_.mapping(node_, {{"name", [&](const Node& value) { begin(value); }},
                            {"help", [&](const Node& value) { query_.help = reader_.literal(value); }},
                            {"sql", [&](const Node& value) { sql(value); }},
                            {"role", [&](const Node& value) { in_recovery_ = standby(value); }},
                            {"scope", [&](const Node& value) { scope(value); }},
                            {"extension", [&](const Node& value) { query_.extension = reader_.text(value); }},
                            {"servers", [&](const Node& value) { query_.servers = reader_.texts(value); }},
                            {"interval", [&](const Node& value) { query_.interval = duration(value, kSecond, kWeek); }},
                            {"keep", [&](const Node& value) { query_.keep = duration(value, kSecond, kWeek); }},
                            {"timeout", [&](const Node& value) { timeout(value); }},
                            {"columns", [&](const Node& value) { columns(value); }}});
    for (Sql& sql : variants_) sql.in_recovery = in_recovery_;
    query_.source = std::move(variants_);
    query_.needs_its_columns = true;
    drop_own_datname(query_);
    query_ = checked_query(reader_, std::move(query_), node_.at);
    refuse_without_metrics();
    return std::move(query_);
  }

 private:
  // First of all: what is missing is told with its place.
  void begin(const Node& value) { query_ = new_query(reader_, reader_.literal(value), node_.at); }

  void refuse_without_metrics() const {
    const auto is_metric = [](const Column& column) {
      return column.use != Use::kLabel && column.use != Use::kDiscard;
    };
    if (std::ranges::none_of(query_.columns, is_metric))
      reader_.fail(node_.at,
                   "query " + query_.name + " has no column that is a metric, as {n: {type: gauge, help: …}}");
  }

  Milliseconds duration(const Node& value, Milliseconds least, Milliseconds most) const {
    return reader_.duration(value, least, most);
  }

  void timeout(const Node& value) { query_.timeout = duration(value, kShortestTimeout, kLongestTimeout); }

  std::optional<bool> standby(const Node& value) const {
    return reader_.choice<std::optional<bool>>(value, {{"any", std::nullopt}, {"primary", false}, {"standby", true}});
  }

  void sql(const Node& value) {
    if (value.kind != Node::Kind::kList) {
      variants_ = {{.text = read_sql(reader_, value)}};
      return;
    }
    for (const NodePtr& item : reader_.items(value)) variants_.push_back(variant(*item));
  }

  Sql variant(const Node& node) const {
    Sql sql;
    reader_.mapping(
        node,
        {{"since", [&](const Node& value) { sql.since = reader_.integer(value, 9, 99) * kVersionsPerMajor; }},
         {"until", [&](const Node& value) { sql.before = (reader_.integer(value, 9, 99) + 1) * kVersionsPerMajor; }},
         {"sql", [&](const Node& value) { sql.text = read_sql(reader_, value); }}});
    return sql;
  }

  void scope(const Node& value) {
    if (value.kind == Node::Kind::kText)
      query_.scope = reader_.choice<Scope>(value, {{"server", Scope::kServer}, {"database", Scope::kDatabase}});
    else
      reader_.mapping(value, {{"database", [&](const Node& name) { query_.database = reader_.text(name); }}});
  }

  void columns(const Node& value) {
    for (const Entry& entry : reader_.entries(value))
      query_.columns.push_back(ColumnReader(reader_, query_).read(entry));
  }

  const Reader& reader_;
  const Node& node_;
  Collector query_;
  std::vector<Sql> variants_;
  std::optional<bool> in_recovery_;
};

}  // namespace

std::vector<Collector> read_own_queries(const Reader& reader, const Node& root) {
  std::vector<Collector> queries;
  if (root.kind == Node::Kind::kNothing) return queries;
  for (const NodePtr& item : reader.items(root)) {
    const auto is_name = [](const Entry& entry) { return entry.key == "name"; };
    if (std::ranges::none_of(reader.entries(*item), is_name))
      reader.fail(item->at, "expected a query, as {name: orders, sql: SELECT …, columns: {…}}");
    queries.push_back(OwnQueryReader(reader, *item).read());
  }
  return queries;
}

}  // namespace pgwatch::config
