#include "exporter/model/check.h"

#include <algorithm>
#include <set>

#include "exporter/model/plan.h"

namespace pgwatch {
namespace {

std::string quoted(std::string_view text) { return '"' + std::string(text) + '"'; }

// -- The source -------------------------------------------------------------------------------------------------------

bool is_name(std::string_view part) {
  return is_label_name(part) || part.starts_with("__");  // PostgreSQL's plain names are spelled as labels are
}

// relation.column, schema.relation.column, function() or schema.function()
bool is_need(std::string_view need) {
  const bool function = need.ends_with("()");
  if (function) need.remove_suffix(2);
  std::size_t parts = 1;
  for (std::size_t dot = need.find('.'); dot != std::string_view::npos; dot = need.find('.')) {
    if (!is_name(need.substr(0, dot))) return false;
    need.remove_prefix(dot + 1);
    ++parts;
  }
  return is_name(need) && (function ? parts <= 2 : parts == 2 || parts == 3);
}

void check_sql(const Collector& collector, const Sql& sql) {
  if (sql.text.empty()) throw contradiction(collector, "has an empty SQL text; write a SELECT");
  try {
    resolve_sql(sql.text, {}, {});
  } catch (const std::invalid_argument& error) {
    throw contradiction(collector, error.what());
  }
}

void check_needs(const Collector& collector) {
  for (const std::string& need : needs_of(collector))
    if (!is_need(need))
      throw contradiction(collector, "need " + quoted(need) +
                                         " is not readable; write relation.column, schema.relation.column, function() "
                                         "or schema.function()");
}

void check_role(const Collector& collector) {
  for (const std::string& role : {collector.role, collector.partly})
    if (!role.empty() && std::ranges::find(kPredefinedRoles, role) == kPredefinedRoles.end())
      throw contradiction(collector, "role " + quoted(role) + " is none that facts tell of; see kPredefinedRoles");
}

void check_source(const Collector& collector) {
  const auto* variants = std::get_if<std::vector<Sql>>(&collector.source);
  const auto* read = std::get_if<HostRead>(&collector.source);
  const auto* planner = std::get_if<Planner>(&collector.source);
  if ((variants && variants->empty()) || (read && !*read) || (planner && !*planner))
    throw contradiction(collector, "has no source; give it SQL, a host read or a planner");
  if (variants)
    for (const Sql& sql : *variants) check_sql(collector, sql);
  check_needs(collector);
  check_role(collector);
}

// -- Labels -----------------------------------------------------------------------------------------------------------

// The engine adds the labels a scope needs; said twice they would spoil the page.
void check_label_name(const Collector& collector, const Column& column, std::string_view name) {
  if (!is_label_name(name))
    throw contradiction(collector, column, quoted(name) + " is not a label name; use letters, digits and _");
  if ((name == "server" && collector.scope != Scope::kHost) ||
      (name == "datname" && collector.scope == Scope::kDatabase))
    throw contradiction(collector, column,
                        "label " + quoted(name) + " is added to every series anyway; call it otherwise");
}

void check_by(const Collector& collector, const Column& column) {
  for (const std::string& name : column.labels) {
    const bool known = std::any_of(collector.columns.begin(), collector.columns.end(), [&name](const Column& other) {
      return other.use == Use::kLabel && other.name == name;
    });
    if (!known) throw contradiction(collector, column, "by() names " + quoted(name) + ", which is no label column");
  }
  if (column.bare && !column.labels.empty())
    throw contradiction(collector, column, "is unlabelled() and names labels by(); choose one");
}

// No name twice in one label set.
void check_label_set(const Collector& collector, const Column& column) {
  const std::vector<std::string> carried = carried_labels(collector, column);
  std::set<std::string_view> names(carried.begin(), carried.end());
  const auto add = [&](std::string_view name) {
    check_label_name(collector, column, name);
    if (!names.insert(name).second)
      throw contradiction(collector, column, "carries the label " + quoted(name) + " twice; call one otherwise");
  };
  for (const auto& [name, value] : column.fixed) add(name);
  if (column.use == Use::kState) add(column.name);
  if (column.use == Use::kHistogram) add("le");
}

// -- Columns ----------------------------------------------------------------------------------------------------------

void check_metric(const Collector& collector, const Column& column) {
  const std::string name = metric_name(collector, column);
  if (!is_metric_name(name))
    throw contradiction(collector, column,
                        quoted(name) + " is not a metric name; use letters, digits, _ and :, no digit first");
  if (column.help.empty()) throw contradiction(collector, column, "has no help; say in a sentence what it means");
  if (column.use == Use::kState && column.states.empty())
    throw contradiction(collector, column, "has no states; list those it can have");
  check_by(collector, column);
  check_label_set(collector, column);
}

void check_label_column(const Collector& collector, const Column& column) {
  check_label_name(collector, column, column.name);
  const auto same = [&column](const Column& other) { return other.use == Use::kLabel && other.name == column.name; };
  if (std::count_if(collector.columns.begin(), collector.columns.end(), same) > 1)
    throw contradiction(collector, column, "is a label twice; name it once");
}

bool carries(const Column& column, const std::string& label) {
  if (column.bare) return false;
  return column.labels.empty() || std::find(column.labels.begin(), column.labels.end(), label) != column.labels.end();
}

void check_pattern(const Collector& collector, const Metric& pattern) {
  const std::string_view name = pattern.name;
  if (!name.ends_with('*') || !is_metric_name(name.substr(0, name.size() - 1)))
    throw contradiction(collector, "pattern " + quoted(name) + " is not a beginning of metric names followed by *");
  if (pattern.help.empty())
    throw contradiction(collector, "pattern " + quoted(name) + " has no help; say in a sentence what it means");
}

// They stand beside the keys that every collector has.
void check_option(const Collector& collector, const Option& option) {
  static const std::set<std::string_view> taken = {"enabled", "interval", "keep", "max_series"};
  if (!is_label_name(option.name) || taken.contains(option.name))
    throw contradiction(collector, "option " + quoted(option.name) + " is not a name of its own; call it otherwise");
  if (option.help.empty())
    throw contradiction(collector, "option " + quoted(option.name) + " has no help; say in a sentence what it does");
  if (option.value < option.least || option.value > option.most)
    throw contradiction(collector, "option " + quoted(option.name) + " is not within its own bounds");
}

}  // namespace

void check_collector(const Collector& collector) {
  if (collector.name.empty()) throw contradiction(collector, "has no name; give it one");
  check_source(collector);
  for (const Column& column : collector.columns) {
    if (column.use == Use::kLabel) check_label_column(collector, column);
    if (is_metric(column)) check_metric(collector, column);
  }
  for (const Metric& pattern : collector.patterns) check_pattern(collector, pattern);
  for (const Option& option : collector.options) check_option(collector, option);
}

std::string metric_name(const Collector& collector, const Column& column) {
  if (!column.metric.empty()) return column.metric;
  return (collector.prefix.empty() ? "pg_" + collector.name : collector.prefix) + "_" + column.name;
}

std::vector<std::string> carried_labels(const Collector& collector, const Column& column) {
  std::vector<std::string> carried;
  for (const Column& other : collector.columns)
    if (other.use == Use::kLabel && carries(column, other.name)) carried.push_back(other.name);
  return carried;
}

bool is_metric(const Column& column) {
  return column.use != Use::kLabel && column.use != Use::kRemember && column.use != Use::kDiscard;
}

Unit unit_of(std::string_view metric) {
  if (metric.ends_with("_seconds")) return Unit::kSeconds;
  return metric.ends_with("_bytes") ? Unit::kBytes : Unit::kNumber;
}

std::invalid_argument contradiction(const Collector& collector, const std::string& what) {
  return std::invalid_argument("collector " + quoted(collector.name) + ": " + what);
}

std::invalid_argument contradiction(const Collector& collector, const Column& column, const std::string& what) {
  return std::invalid_argument("collector " + quoted(collector.name) + ", column " + quoted(column.name) + ": " + what);
}

}  // namespace pgwatch
