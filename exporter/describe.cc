#include "exporter/describe.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "collectors/backups/backup.h"
#include "collectors/freshness/freshness.h"
#include "exporter/engine/link.h"
#include "exporter/engine/report.h"
#include "exporter/engine/telemetry.h"
#include "exporter/health/freshness.h"
#include "exporter/health/metrics.h"
#include "exporter/model/check.h"
#include "exporter/model/instrument.h"

namespace pgwatch {
namespace {

std::string code(std::string_view text) { return "`" + std::string(text) + "`"; }

void add_table_head(std::string& page, std::string_view more = "") {
  page += "| metric | type | labels |" + std::string(more) + " help |\n|---|---|---|" + (more.empty() ? "" : "---|") +
          "---|\n";
}

void add_row(std::string& page, const Metric& metric, const std::set<std::string>& labels, std::string_view more = "") {
  std::string spelled;
  for (const std::string& label : labels) spelled += (spelled.empty() ? "" : " ") + code(label);
  page += "| " + code(metric.name) + " | " + std::string(to_string(metric.kind)) + " | " + spelled + " |" +
          std::string(more) + " " + metric.help + " |\n";
}

// The majors that have it, where not all of those supported do.
std::string majors_of(const Collector& collector, const Metric& metric) {
  int first = std::numeric_limits<int>::max();
  int last = 0;
  for (const Column& column : collector.columns) {
    if (!is_metric(column) || metric_name(collector, column) != metric.name) continue;
    first = std::min(first, column.first_major);
    last = column.last_major == 0 ? std::numeric_limits<int>::max() : std::max(last, column.last_major);
  }
  std::string text = " ";
  if (first > 0) text += std::to_string(first) + " on ";
  if (last < std::numeric_limits<int>::max()) text += "to " + std::to_string(last) + " ";
  return text + "|";
}

// Every label a metric may carry beside those of its target.
std::set<std::string> labels_of(const Collector& collector, const Metric& metric) {
  std::set<std::string> labels;
  for (const Column& column : collector.columns) {
    if (!is_metric(column) || metric_name(collector, column) != metric.name) continue;
    for (const auto& [name, value] : column.fixed) labels.insert(name);
    if (column.use == Use::kState) labels.insert(column.name);
    if (column.bare) continue;
    for (const Column& other : collector.columns) {
      const bool carried = column.labels.empty() || std::ranges::find(column.labels, other.name) != column.labels.end();
      if (other.use == Use::kLabel && carried) labels.insert(other.name);
    }
  }
  if (collector.scope == Scope::kDatabase) labels.insert("datname");
  return labels;
}

std::string how_it_is_asked(const Collector& collector) {
  std::string text = "Asked per " + std::string(to_string(collector.scope)) + ", ";
  text += collector.lane == Lane::kFast
              ? "with each scrape"
              : "every " +
                    std::to_string(std::chrono::duration_cast<std::chrono::seconds>(collector.interval).count()) + " s";
  text += collector.enabled ? "; on by default." : "; off by default.";
  if (!collector.extension.empty()) text += " Needs the extension " + collector.extension + ".";
  if (!collector.role.empty()) text += " Needs the role " + collector.role + ".";
  if (!collector.partly.empty()) text += " A part needs the role " + collector.partly + ".";
  if (!collector.privilege.empty()) text += " Needs " + collector.privilege + ", which pg_monitor has.";
  return text;
}

std::string counted(int count, const std::string& thing) {
  return std::to_string(count) + " " + thing + (count == 1 ? "" : "s");
}

std::string what_it_costs(const Cost& cost) {
  if (cost.pages == 0 && cost.more == 0) return "";
  std::string text = "\nTakes 1 statement";
  if (cost.batch > 0) text += ", and 1 for each " + counted(cost.batch, cost.of);
  text += "; touches at most " + counted(cost.pages, "page");
  if (cost.more > 0) text += ", and " + std::to_string(cost.more) + " for each " + cost.of;
  return text + ".";
}

std::string what_asking_costs() {
  return "What a collector takes is said of one answer: its options as they are by default, the server's caches warm, "
         "no "
         "lock in\nthe way. What is sent together, for a scrape or on a visit to a database, begins with 1 statement "
         "for the facts it is\nplanned by, and 1 more where the lock timeout changes. A new connection, and so each "
         "visit, begins with " +
         counted(static_cast<int>(Link::statements_to_begin()), "statement") +
         ":\nsettings of the session, and what the server and the database have. The list of databases takes 1 "
         "statement per\n`turn_interval`.\n";
}

// Those that the collector's settings may say.
void add_options(std::string& page, const Collector& collector) {
  if (std::ranges::all_of(collector.options, &Option::of_target)) return;
  page += "| option | default | from | to | |\n|---|---|---|---|---|\n";
  for (const Option& option : collector.options)
    if (!option.of_target)
      page += "| " + code(option.name) + " | " + std::to_string(option.value) + " | " + std::to_string(option.least) +
              " | " + std::to_string(option.most) + " | " + option.help + " |\n";
  page += "\n";
}

void add_collector(std::string& page, const Collector& collector) {
  page += "\n## " + collector.name + "\n\n" + collector.help + "\n" + how_it_is_asked(collector) +
          what_it_costs(collector.cost) + "\n\n";
  add_options(page, collector);
  add_table_head(page, " PostgreSQL |");
  const Instrument instrument(collector);
  for (const MetricPtr& metric : instrument.metrics())
    add_row(page, *metric, labels_of(collector, *metric), majors_of(collector, *metric));
  for (const Metric& pattern : collector.patterns) add_row(page, pattern, {}, " |");
}

}  // namespace

std::string describe(std::span<const Collector> catalogue) {
  std::string page =
      "# Metrics\n\nPrinted by `pgwatch --describe`. Everything asked of a server also carries `server` and the labels "
      "configured for its\ntarget. NULL and unknown give no sample.\n\n"
      "The role pg_monitor has every role and right named below; only the values of sequences take more. What the role "
      "that\nasks may not see is skipped: `pgwatch_collector_skipped{reason=\"permission\"}`, with the GRANT in the "
      "log.\n\n" +
      what_asking_costs();
  for (const Collector& collector : catalogue) add_collector(page, collector);
  add_collector(page, collectors::backup_example());
  add_collector(page, collectors::freshness_example());
  page += "\n## pgwatch itself\n\nOn every page, but where the help says otherwise.\n\n";
  add_table_head(page);
  std::map<std::string, OwnMetric> own;
  for (const OwnMetric& metric : Telemetry::declared()) own.emplace(metric.metric.name, metric);
  for (const OwnMetric& metric : health::freshness_metrics()) own.emplace(metric.metric.name, metric);
  for (const OwnMetric& metric : health::health_metrics()) own.emplace(metric.metric.name, metric);
  for (const OwnMetric& metric : reported_metrics()) own.emplace(metric.metric.name, metric);
  for (const auto& [name, metric] : own) add_row(page, metric.metric, {metric.labels.begin(), metric.labels.end()});
  return page;
}

}  // namespace pgwatch
