// The page as Prometheus gets it: every family there is, once, from answers made up here. The golden page is what
// people diff when a name changes; promtool judges it.
//
// PGWATCH_UPDATE_GOLDEN=1 writes both files anew.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "collectors/catalogue.h"
#include "collectors/freshness/freshness.h"
#include "exporter/engine/process.h"
#include "exporter/engine/report.h"
#include "exporter/engine/telemetry.h"
#include "exporter/health/freshness.h"
#include "exporter/health/metrics.h"
#include "exporter/model/exposition.h"
#include "exporter/model/instrument.h"
#include "tests/support/exposition.h"
#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

namespace pgwatch {
namespace {

using std::chrono::milliseconds;

constexpr const char* kGoldenPage = PGWATCH_SOURCE "/tests/golden/page.txt";
constexpr const char* kGoldenComplaints = PGWATCH_SOURCE "/tests/golden/promtool.txt";

const SteadyTime kAsked{std::chrono::hours{1}};
constexpr double kNow = 3'600;  // Unix time, of the same moment

// -- Made-up answers --------------------------------------------------------------------------------------------------

// One row with something in every column: of a state its first, of a histogram one bucket, else the column's place.
Rows full_answer(const Collector& collector) {
  std::map<std::string, std::string> row;
  for (const Column& column : collector.columns) {
    const std::string place = std::to_string(row.size() + 1);
    if (column.use == Use::kState)
      row[column.name] = column.states.front();
    else if (column.use == Use::kHistogram)
      row.insert({{column.name, "{0.5}"},
                  {column.name + "_bucket", "{1}"},
                  {column.name + "_sum", "0.25"},
                  {column.name + "_count", "1"}});
    else
      row.emplace(column.name, column.use == Use::kLabel ? "a " + column.name : place);
  }
  std::vector<std::string> columns;
  std::vector<Cell> cells;
  for (const auto& [name, value] : row) {
    columns.push_back(name);
    cells.emplace_back(value);
  }
  Rows rows(columns);
  rows.add(cells);
  return rows;
}

// As the columns say it, where the collector has a say of its own too: every metric it declares is on the page.
Collector by_its_columns(Collector collector) {
  collector.emit = {};
  return collector;
}

Answered answered(const Collector& collector, const std::string& server) {
  const Instrument instrument(by_its_columns(collector));
  Sink sink(instrument.metrics());
  instrument.emit(full_answer(collector), sink);
  auto block = std::make_shared<Block>();
  block->collector = collector.name;
  block->server = server;
  if (!server.empty()) append_label(block->labels, "server", server);
  block->samples = sink.take_samples();
  block->asked_at = kAsked;
  block->duration = milliseconds{2};
  block->answered_at = kAsked + block->duration;
  return {block, block};
}

Answered skipped(const Collector& collector, const std::string& server) {
  auto block = std::make_shared<Block>();
  block->collector = collector.name;
  block->server = server;
  block->outcome = Outcome::kSkipped;
  block->reason = "version";
  return {block, nullptr};
}

TargetStatus up(const std::string& server) {
  auto facts = std::make_shared<Facts>();
  facts->version_text = "15.18";
  facts->system_identifier = "7000000000000000001";
  return {server, "server=\"" + server + "\"", true, "", "", "127.0.0.1:5432", facts};
}

Snapshot snapshot() {
  Snapshot snapshot;
  snapshot.asked_at = kAsked;
  snapshot.answered_at = kAsked + milliseconds{4};
  snapshot.targets = {up("primary"), up("standby"), {"gone", "server=\"gone\"", false, "refused", "", "", nullptr}};
  for (const Collector& collector : collectors::catalogue()) {
    if (collector.scope == Scope::kHost) {
      snapshot.answers.push_back(answered(collector, ""));
      continue;
    }
    snapshot.answers.push_back(answered(collector, "primary"));
    snapshot.answers.push_back(skipped(collector, "standby"));
  }
  snapshot.answers.push_back(answered(collectors::freshness_example(), "primary"));
  return snapshot;
}

FreshnessCheckPtr freshness() {
  FreshnessCheck check;
  check.name = collectors::freshness_example().name.substr(std::string("freshness_").size());
  check.table = "bars";
  check.age = {.warning = 120, .critical = 600};
  check.groups = FreshnessCheck::Groups{.column = "symbol"};
  const Calendar::Cover ever{SysSeconds{}, SysSeconds{} + std::chrono::hours{24}};
  const Session session{ever.from, ever.until, std::chrono::year{1970} / 1 / 1};
  check.calendar = std::make_shared<const Calendar>("exchange", std::vector{session}, ever, ever.until);
  return std::make_shared<const FreshnessCheck>(check);
}

// As the configuration has them: the defaults, and one check of freshness.
World world() {
  Target primary;
  primary.name = "primary";
  primary.freshness = {freshness()};
  primary.instruments = {std::make_shared<const Instrument>(collectors::freshness_example())};
  World world;
  world.targets = {std::make_shared<const Target>(primary)};
  return world;
}

// -- The page ---------------------------------------------------------------------------------------------------------

// What no two runs share: the numbers of this process, its compiler, and the time of the last reload.
std::string without_what_changes(const std::string& page) {
  std::istringstream lines(page);
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    const bool changes =
        line.starts_with("process_") || line.starts_with("pgwatch_config_last_reload_success_timestamp");
    if (changes) line.replace(line.rfind(' '), std::string::npos, " 1");
    if (line.starts_with("pgwatch_build_info")) line = "pgwatch_build_info{compiler=\"c\",version=\"v\"} 1";
    text += line + '\n';
  }
  return text;
}

std::string page() {
  const Snapshot answers = snapshot();
  Telemetry telemetry("v");
  telemetry.add_target("primary");
  telemetry.reloaded(true);
  telemetry.blocking_call_abandoned("resolve");
  telemetry.called("system", 5);
  Block failed;
  failed.server = "primary";
  failed.collector = "replication";
  failed.reason = "57014";
  telemetry.collector_failed(failed);
  telemetry.samples_dropped(std::vector<Dropped>{{"primary", "settings", "pg_settings_a_b", 1, 1}});
  std::vector<BlockPtr> blocks;
  for (const Answered& one : answers.answers) blocks.push_back(one.served);
  const World configured = world();
  blocks.insert(blocks.end(), {health::thresholds_of(configured, health::check_infos()),
                               health::calendars_of(configured), health::freshness_of(configured, answers, kNow),
                               report_on(answers), telemetry.block(), report_on_process()});
  return without_what_changes(write_exposition(blocks).text);
}

std::string read(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void expect_golden(const std::string& path, const std::string& text) {
  if (std::getenv("PGWATCH_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << text;
  EXPECT_EQ(text, read(path)) << "if the change is meant, run again with PGWATCH_UPDATE_GOLDEN=1";
}

TEST(Page, EqualsTheGoldenOne) { expect_golden(kGoldenPage, page()); }

TEST(Page, HoldsEveryMetricThatIsDeclared) {
  const test::Exposition exposition(page());
  for (const Collector& collector : collectors::catalogue()) {
    const Instrument instrument(collector);
    for (const MetricPtr& metric : instrument.metrics()) EXPECT_NE(exposition.type(metric->name), "") << metric->name;
  }
  for (const auto& declared : {reported_metrics(), Telemetry::declared(), health::freshness_metrics()})
    for (const OwnMetric& own : declared) EXPECT_NE(exposition.type(own.metric.name), "") << own.metric.name;
}

// Names that postgres_exporter gave are ours to keep, whatever the linter says of them.
TEST(Page, DrawsFromPromtoolTheComplaintsWeKnowAndNoOther) {
  const test::TemporaryFolder folder;
  folder.write("page.txt", page());
  const std::string script = "promtool check metrics < page.txt > complaints.txt 2>&1; [ $? -le 3 ]";
  test::run({.arguments = {"/bin/sh", "-c", "cd '" + folder.path().string() + "' && " + script}});
  expect_golden(kGoldenComplaints, read(folder.path() / "complaints.txt"));
}

}  // namespace
}  // namespace pgwatch
