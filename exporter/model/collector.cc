#include "exporter/model/collector.h"

#include <algorithm>

#include "exporter/model/check.h"
#include "exporter/model/sql_text.h"

namespace pgwatch {
namespace {

void add_needs(std::vector<std::string>& needs, const Sql& sql) {
  needs.insert(needs.end(), sql.needs.begin(), sql.needs.end());
  SqlPieces pieces(sql.text);
  for (std::string_view piece = pieces.next(); !piece.empty(); piece = pieces.next())
    if (const auto need = need_in(piece)) needs.emplace_back(*need);
}

}  // namespace

Column Column::called(std::string_view full_name) && {
  metric = full_name;
  return std::move(*this);
}

Column Column::with(std::string_view label, std::string_view value) && {
  fixed.emplace_back(label, value);
  return std::move(*this);
}

Column Column::by(std::vector<std::string> label_columns) && {
  labels = std::move(label_columns);
  return std::move(*this);
}

Column Column::unlabelled() && {
  bare = true;
  return std::move(*this);
}

Column Column::since(int major) && {
  first_major = major;
  return std::move(*this);
}

Column Column::until(int major) && {
  last_major = major;
  return std::move(*this);
}

Column label(std::string_view name) { return {.use = Use::kLabel, .name = std::string(name)}; }

Column gauge(std::string_view name, std::string_view help) {
  return {.use = Use::kGauge, .name = std::string(name), .help = std::string(help)};
}

Column counter(std::string_view name, std::string_view help) {
  return {.use = Use::kCounter, .name = std::string(name), .help = std::string(help)};
}

Column untyped(std::string_view name, std::string_view help) {
  return {.use = Use::kUntyped, .name = std::string(name), .help = std::string(help)};
}

Column state(std::string_view name, std::string_view help, std::vector<std::string> states) {
  return {.use = Use::kState, .name = std::string(name), .help = std::string(help), .states = std::move(states)};
}

Column histogram(std::string_view name, std::string_view help) {
  return {.use = Use::kHistogram, .name = std::string(name), .help = std::string(help)};
}

Column remember(std::string_view name) { return {.use = Use::kRemember, .name = std::string(name)}; }

Column discard(std::string_view name) { return {.use = Use::kDiscard, .name = std::string(name)}; }

std::string_view to_string(Scope scope) {
  switch (scope) {
    case Scope::kHost: return "host";
    case Scope::kServer: return "server";
    case Scope::kDatabase: return "database";
  }
  return "server";
}

std::string_view to_string(Lane lane) { return lane == Lane::kFast ? "fast" : "slow"; }

Memory with_options(const Collector& collector, Memory memory) {
  for (const Option& option : collector.options) memory[option.name] = std::to_string(option.value);
  return memory;
}

Memory without_options(const Collector& collector, Memory memory) {
  for (const Option& option : collector.options) memory.erase(option.name);
  return memory;
}

std::vector<ColumnCheck> column_checks(const Collector& collector) {
  std::vector<ColumnCheck> checks;
  for (const Column& column : collector.columns) {
    if (!column.threshold.warning && !column.threshold.critical) continue;
    const std::string metric = metric_name(collector, column);
    checks.push_back({{.name = collector.name + '_' + column.name,
                       .help = column.help,
                       .unit = unit_of(metric),
                       .threshold = column.threshold},
                      metric});
  }
  return checks;
}

std::vector<std::string> needs_of(const Collector& collector) {
  std::vector<std::string> needs = collector.needs;
  if (const auto* variants = std::get_if<std::vector<Sql>>(&collector.source))
    for (const Sql& sql : *variants) add_needs(needs, sql);
  std::sort(needs.begin(), needs.end());
  needs.erase(std::unique(needs.begin(), needs.end()), needs.end());
  return needs;
}

}  // namespace pgwatch
