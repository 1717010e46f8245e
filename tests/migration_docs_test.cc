// Holds docs/migrate-from-postgres-exporter.md to the program and to what the comparison excuses; tests/peer holds it
// to postgres_exporter.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <regex>
#include <set>

#include "collectors/catalogue.h"
#include "exporter/command_line.h"
#include "exporter/describe.h"
#include "exporter/foreign.h"
#include "tests/migration_page.h"
#include "tests/peer/exceptions.h"
#include "tests/source_tree.h"

namespace pgwatch::test {
namespace {

using testing::HasSubstr;

const Collector* find_collector(const std::vector<Collector>& catalogue, const std::string& name) {
  const auto found = std::ranges::find(catalogue, name, &Collector::name);
  return found == catalogue.end() ? nullptr : &*found;
}

TEST(Migration, NamesCollectorsAndDefaultsAsTheyAre) {
  const std::vector<Collector> catalogue = collectors::catalogue();
  ASSERT_GT(migrated_collectors().size(), 20U);
  for (const Migrated& one : migrated_collectors())
    for (const std::string& name : one.ours) {
      const Collector* ours = find_collector(catalogue, name);
      ASSERT_NE(ours, nullptr) << name;
      EXPECT_EQ(ours->enabled, one.our_default) << name;
    }
}

std::string without_head(const std::string& flag) {
  return flag.starts_with("--no-") ? "--" + flag.substr(std::string_view("--no-").size()) : flag;
}

TEST(Migration, TellsOfEveryFlag) {
  const std::string part = migration_part("## Flags and environment");
  for (const command_line::Foreign& foreign : command_line::kForeign)
    EXPECT_THAT(part, HasSubstr("`" + std::string(foreign.flag) + "`"));
  const std::string help = command_line::help();
  for (const std::vector<std::string>& row : rows_of(part)) {
    if (!row.at(1).starts_with("the same")) continue;
    for (const std::string& code : code_spans(row.at(0)))
      EXPECT_TRUE(!code.starts_with("--") || help.find(without_head(code)) != std::string::npos) << code;
  }
}

std::string where(const Exception& exception) {
  static const std::map<std::string, std::string> roles = {
      {"", "everywhere"},
      {"primary", "a primary"},
      {"standby", "a standby"},
      {"stopped", "a standby whose receiver is stopped"},
      {"archive", "a standby that has an archive only"},
  };
  const std::string& role = roles.at(exception.role);
  if (exception.first_major == 13 && exception.last_major == 18) return role;
  const std::string majors =
      "PostgreSQL " + std::to_string(exception.first_major) + " to " + std::to_string(exception.last_major);
  return exception.role.empty() ? majors : role + ", " + majors;
}

std::string named(What what) {
  switch (what) {
    case What::kFamily: return "the metric";
    case What::kSeries: return "the series";
    case What::kNull: return "the NaN of";
    case What::kLabel: return "the label in";
    default: return "the " + to_string(what) + " of";
  }
}

std::string row_of(const Exception& exception) {
  return "| " + named(exception.what) + " `" + exception.selector + "` | " + where(exception) + " | " + exception.why +
         " |\n";
}

TEST(Migration, ListsWhatTheComparisonExcuses) {
  std::string table = "| what | where | why |\n|---|---|---|\n";
  for (const Exception& one : read_exceptions(read_source("tests/peer/exceptions.txt"))) table += row_of(one);
  EXPECT_THAT(migration_part("## What differs"), testing::EndsWith(table)) << "the table is\n" << table;
}

TEST(Migration, NamesMetricsThereAre) {
  // A role, and what others are called.
  const std::set<std::string> others = {"pg_monitor", "pg_stat_replication_lag", "pg_replication_lag",
                                        "pg_stat_bgwriter_checkpoints_timed", "pg_stat_bgwriter"};
  const std::string reference = describe(collectors::catalogue());
  static const std::regex name("^(pg|pgwatch)_(?!settings_)[a-z_]*[a-z]$");  // settings are the server's
  int seen = 0;
  for (const std::string& code : code_spans(read_source("docs/migrate-from-postgres-exporter.md"))) {
    if (!std::regex_match(code, name) || others.contains(code)) continue;
    const std::string metric = code.ends_with("_sum") ? code.substr(0, code.size() - 4) : code;  // of a histogram
    EXPECT_THAT(reference, HasSubstr("| `" + metric + "` |"));
    ++seen;
  }
  EXPECT_GT(seen, 30);
}

}  // namespace
}  // namespace pgwatch::test
