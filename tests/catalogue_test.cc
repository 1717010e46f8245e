// The catalogue against the folders: no collector is forgotten, none goes untested.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>

#include "collectors/catalogue.h"
#include "exporter/config/values.h"
#include "exporter/engine/report.h"
#include "exporter/engine/telemetry.h"
#include "exporter/health/freshness.h"
#include "exporter/health/metrics.h"
#include "exporter/model/instrument.h"
#include "tests/source_tree.h"

namespace pgwatch::test {
namespace {

using testing::HasSubstr;

// collectors/postgres/replication.cc is replication.
std::string name_of(const std::string& path) {
  const std::size_t begin = path.rfind('/') + 1;
  return path.substr(begin, path.rfind('.') - begin);
}

// One file per collector, below a folder of the catalogue's own. Checks of freshness make collectors of a room's files.
std::vector<std::string> collector_files() {
  std::vector<std::string> paths = sources_below("collectors", {".cc"});
  std::erase(paths, "collectors/catalogue.cc");
  std::erase_if(paths, [](const std::string& path) { return path.starts_with("collectors/freshness/"); });
  std::erase_if(paths, [](const std::string& path) { return path.starts_with("collectors/backups/"); });
  for (const char* shared : {"collectors/postgres/relations.cc", "collectors/systemd/containers.cc",
                             "collectors/systemd/looked.cc", "collectors/systemd/unit_columns.cc"})
    std::erase(paths, shared);
  return paths;
}

std::set<std::string> catalogue_names() {
  std::set<std::string> names;
  for (const Collector& collector : collectors::catalogue()) names.insert(collector.name);
  return names;
}

TEST(Catalogue, HasEveryFileOfCollectors) {
  std::set<std::string> files;
  for (const std::string& path : collector_files()) files.insert(name_of(path));
  EXPECT_EQ(catalogue_names(), files);
}

TEST(Catalogue, NamesEachCollectorOnce) { EXPECT_EQ(catalogue_names().size(), collectors::catalogue().size()); }

TEST(Catalogue, BuildsAndTestsEveryFile) {
  const std::string build = read_source("collectors/CMakeLists.txt");
  const std::string tests = read_source("tests/collectors/CMakeLists.txt");
  for (const std::string& path : collector_files()) {
    const std::string test = name_of(path) + "_test.cc";
    EXPECT_THAT(build, HasSubstr(path.substr(path.find('/') + 1)));
    EXPECT_TRUE(source_exists("tests/collectors/" + test)) << path << " has no test";
    EXPECT_THAT(tests, HasSubstr("    " + test + "\n")) << path;
  }
}

TEST(Catalogue, MakesInstrumentsThatDoNotClash) {
  std::vector<InstrumentPtr> instruments;
  for (Collector& collector : collectors::catalogue())
    instruments.push_back(std::make_shared<const Instrument>(std::move(collector)));
  EXPECT_NO_THROW(check_clashes(instruments));
}

// A label twice in one sample costs Prometheus the whole page.
TEST(Catalogue, LeavesNoLabelOfItsOwnToTheLabelsOfATarget) {
  const std::vector<Collector> catalogue = collectors::catalogue();
  std::set<std::string> labels;
  for (const auto& metrics :
       {Telemetry::declared(), reported_metrics(), health::health_metrics(), health::freshness_metrics()})
    for (const OwnMetric& own : metrics)
      if (std::ranges::find(own.labels, "server") != own.labels.end())
        labels.insert(own.labels.begin(), own.labels.end());
  for (const Collector& collector : catalogue)
    for (const Column& column : collector.columns)
      if (collector.scope == Scope::kHost)
        continue;
      else if (column.use == Use::kLabel || column.use == Use::kState)
        labels.insert(column.name);
  ASSERT_TRUE(labels.contains("system_identifier") && labels.contains("slot_name"));
  for (const std::string& label : labels) EXPECT_NE(config::label_problem(label, catalogue), "") << label;
}

// The newest variant's SQL gives each declared column, by its own name or after AS. One with an emit of its own makes
// more of what it is given.
TEST(Catalogue, AsksForEveryColumnItDeclares) {
  for (const Collector& collector : collectors::catalogue()) {
    const auto* variants = std::get_if<std::vector<Sql>>(&collector.source);
    if (variants == nullptr || collector.emit) continue;
    for (const Column& column : collector.columns)
      EXPECT_TRUE(std::regex_search(variants->front().text, std::regex("\\b" + column.name + "\\b")))
          << collector.name << ": " << column.name;
  }
}

// Built-in collectors are read-only questions: one SELECT each, which changes nothing, waits for nothing and locks
// nothing.
TEST(Catalogue, OnlyReads) {
  const std::regex forbidden(
      R"(\b(insert|update|delete|merge|truncate|create|alter|drop|lock|vacuum|analyze|copy|call|do|set|reset|listen|notify|pg_sleep\w*|pg_advisory\w*|pg_terminate_backend|pg_cancel_backend|pg_read_file|set_config|nextval|dblink\w*|for\s+(update|share))\b)",
      std::regex::icase);
  for (const Collector& collector : collectors::catalogue()) {
    const auto* variants = std::get_if<std::vector<Sql>>(&collector.source);
    if (variants == nullptr) continue;
    for (const Sql& sql : *variants) {
      const std::string text = std::regex_replace(sql.text, std::regex("'[^']*'"), "''");  // a literal does nothing
      std::smatch found;
      EXPECT_FALSE(std::regex_search(text, found, forbidden)) << collector.name << ": " << found.str();
      EXPECT_TRUE(std::regex_search(sql.text, std::regex(R"(^\s*(SELECT|WITH)\b)"))) << collector.name;
    }
  }
}

}  // namespace
}  // namespace pgwatch::test
