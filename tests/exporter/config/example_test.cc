// examples/pgwatch.yaml says it shows every option with its default, and docs/configuration.md that it lists them all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "collectors/catalogue.h"
#include "exporter/health/check.h"
#include "exporter/util/file.h"
#include "tests/exporter/config/fixture.h"
#include "tests/exporter/config/query_reading.h"

namespace pgwatch::config {
namespace {

using testing::HasSubstr;

const std::string kExample = std::string(PGWATCH_SOURCE_FOLDER) + "/examples/pgwatch.yaml";

Context real_context() {
  Context context = fake_context();
  context.catalogue = collectors::catalogue();
  context.checks = health::check_infos();
  return context;
}

// The keys a section knows, by its own complaint about one it does not.
std::vector<std::string> known_in(const std::string& error) {
  const std::string before = "Known are: ";
  std::istringstream list(error.substr(error.find(before) + before.size()));
  std::vector<std::string> keys;
  for (std::string key; std::getline(list >> std::ws, key, ',');) keys.push_back(key);
  return keys;
}

std::vector<std::string> known_keys(const std::string& text) { return known_in(error_of(text)); }

std::vector<std::string> all_keys() {
  std::vector<std::string> keys;
  for (const char* text : {"zzz: 1",
                           "log: {zzz: 1}",
                           "timeouts: {zzz: 1}",
                           "collectors: {replication: {zzz: 1}}",
                           "checks: {lag: {zzz: 1}}",
                           "freshness: {zzz: 1}",
                           "freshness: {defaults: {zzz: 1}}",
                           "freshness: {calendars: {a: {zzz: 1}}}",
                           "freshness: {calendars: {a: {sessions: [{zzz: 1}]}}}",
                           "freshness: {checks: [{zzz: 1}]}",
                           "freshness: {checks: [{active: {zzz: 1}}]}",
                           "freshness: {checks: [{group_by: {zzz: 1}}]}",
                           "freshness: {checks: [{window: {zzz: 1}}]}",
                           "freshness: {checks: [{window: {min_rows: {zzz: 1}}}]}",
                           "freshness: {checks: [{gaps: {zzz: 1}}]}",
                           "freshness: {checks: [{late: {zzz: 1}}]}",
                           "freshness: {checks: [{validity: {zzz: 1}}]}",
                           "freshness: {checks: [{validity: {preset: ohlc, columns: {zzz: 1}}}]}",
                           "backups: [{zzz: 1}]",
                           "systemd: {zzz: 1}",
                           "systemd: {units: [{zzz: 1}]}",
                           "targets: [{zzz: 1}]",
                           "targets: [{databases: {zzz: 1}}]"}) {
    for (std::string& key : known_keys(text)) keys.push_back(std::move(key));
  }
  return keys;
}

void expect_same_instruments(const std::vector<InstrumentPtr>& left, const std::vector<InstrumentPtr>& right) {
  ASSERT_EQ(left.size(), right.size());
  for (std::size_t i = 0; i < left.size(); ++i) {
    const Collector& one = left[i]->collector();
    const Collector& other = right[i]->collector();
    EXPECT_EQ(one.name, other.name);
    EXPECT_EQ(one.interval, other.interval) << one.name;
    EXPECT_EQ(one.keep, other.keep) << one.name;
    EXPECT_EQ(one.max_series, other.max_series) << one.name;
  }
}

TEST(Example, SaysTheDefaults) {
  const Config example = load_file(kExample, real_context());
  const Config defaults = from_environment(real_context());
  EXPECT_EQ(example.listen, defaults.listen);
  EXPECT_EQ(example.telemetry_path, defaults.telemetry_path);
  EXPECT_EQ(example.log.level, defaults.log.level);
  EXPECT_EQ(example.log.format, defaults.log.format);
  EXPECT_EQ(example.world.turn_interval, defaults.world.turn_interval);
  EXPECT_EQ(example.world.scrape_timeout, defaults.world.scrape_timeout);
}

TEST(Example, SaysTheDefaultsOfATarget) {
  const Config example = load_file(kExample, real_context());
  const Config defaults = from_environment(real_context());
  ASSERT_EQ(example.world.targets.size(), 1U);
  const Target& one = *example.world.targets[0];
  const Target& other = *defaults.world.targets.at(0);
  EXPECT_EQ(one.name, other.name);
  EXPECT_EQ(one.role, other.role);
  EXPECT_EQ(one.labels, other.labels);
  EXPECT_EQ(one.access, other.access);
  EXPECT_EQ(one.databases, other.databases);
  expect_same_instruments(one.instruments, other.instruments);
  for (const CheckInfo& check : health::check_infos())
    EXPECT_EQ(setting_of(one.checks, check), (CheckSetting{true, check.threshold})) << check.name;
}

TEST(Example, ShowsEveryKeyCollectorAndCheck) {
  const std::string example = read_file(kExample);
  for (const std::string& key : all_keys()) EXPECT_THAT(example, HasSubstr(key)) << key;
  for (const Collector& collector : collectors::catalogue()) {
    EXPECT_THAT(example, HasSubstr("\n  " + collector.name + ":")) << collector.name;
  }
  for (const CheckInfo& check : health::check_infos())
    EXPECT_THAT(example, HasSubstr("\n  " + check.name + ":")) << check.name;
}

// The checks of freshness stand there as comments, since they are of nobody's tables.
TEST(Example, ShowsChecksOfFreshnessThatAreValid) {
  std::istringstream lines(read_file(kExample));
  std::string text;
  bool is_of_freshness = false;
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line.front() != ' ') is_of_freshness = line.starts_with("freshness:");
    if (is_of_freshness && (line.starts_with("  # c") || line.starts_with("  #   "))) line.erase(2, 2);
    if (!line.starts_with("  checks: []") && !line.starts_with("  calendars: {}")) text += line + '\n';
  }
  const Config config = parse(text, "example", real_context());
  ASSERT_FALSE(config.world.targets.at(0)->freshness.empty());
  const FreshnessCheck& check = *config.world.targets.at(0)->freshness.front();
  EXPECT_TRUE(check.calendar && check.groups && check.window && check.gaps && check.late && check.validity);
}

TEST(Manual, ListsEveryKey) {
  const std::string folder = std::string(PGWATCH_SOURCE_FOLDER) + "/docs/";
  const std::string manual = read_file(folder + "configuration.md") + read_file(folder + "freshness.md") +
                             read_file(folder + "backups.md") + read_file(folder + "units.md");
  const std::vector<std::string> keys = all_keys();
  ASSERT_GT(keys.size(), 25U);
  for (const std::string& key : keys) {
    const bool listed =
        manual.find("`" + key) != std::string::npos || manual.find("." + key + "`") != std::string::npos;
    EXPECT_TRUE(listed) << key;
  }
}

// -- Queries ----------------------------------------------------------------------------------------------------------

const std::string kQueries = std::string(PGWATCH_SOURCE_FOLDER) + "/examples/queries.yaml";
const std::string kManual = std::string(PGWATCH_SOURCE_FOLDER) + "/docs/queries.md";

TEST(Example, OfQueriesIsRead) {
  const auto queries = queries_of(read_own_queries, read_file(kQueries));
  ASSERT_EQ(queries.size(), 3U);
  EXPECT_EQ(asked(queries[1], 150'018).find("last_idx_scan"), std::string::npos);
  EXPECT_EQ(column_checks(queries[2]).at(0).info.name, "sequence_room_left");
}

TEST(Manual, ShowsQueriesThatAreRead) {
  const std::string fence = "```yaml\n- name:";
  const std::string manual = read_file(kManual);
  int seen = 0;
  for (std::size_t at = manual.find(fence); at != std::string::npos; at = manual.find(fence, at + 1), ++seen) {
    const std::size_t begin = manual.find('\n', at) + 1;
    EXPECT_EQ(query_error(read_own_queries, manual.substr(begin, manual.find("```", begin) - begin)), "");
  }
  EXPECT_GT(seen, 0);
}

TEST(Manual, ListsEveryKeyOfQueries) {
  const std::string manual = read_file(kManual);
  for (const char* text : {"- {name: a, zzz: 1}", "- {name: a, columns: {n: {zzz: 1}}}"}) {
    const std::vector<std::string> keys = known_in(query_error(read_own_queries, text));
    ASSERT_GT(keys.size(), 5U);
    for (const std::string& key : keys) EXPECT_THAT(manual, HasSubstr("`" + key + "`")) << key;
  }
}

}  // namespace
}  // namespace pgwatch::config
