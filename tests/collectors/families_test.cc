// tests/golden/families.txt: which metrics came of the recordings, with which labels, on which majors and roles.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "exporter/model/exposition.h"
#include "exporter/model/instrument.h"
#include "tests/collectors/recording.h"
#include "tests/support/exposition.h"

namespace pgwatch::test {
namespace {

constexpr const char* kGolden = PGWATCH_SOURCE_FOLDER "/tests/golden/families.txt";

// pg_replication_slots_active{slot_name,database}
std::string family_of(const Sample& sample) {
  std::string labels;
  for (const auto& [name, value] : sample.labels) labels += (labels.empty() ? "" : ",") + name;
  return sample.name + (labels.empty() ? "" : "{" + labels + "}");
}

using Majors = std::set<int>;
using Seen = std::map<std::string, std::map<std::string, Majors>>;  // family, role

Seen families_seen(const Collector& collector) {
  const Instrument instrument(collector);
  Seen seen;
  for (const RecordedServer& server : recorded_servers()) {
    const BlockPtr block = make_block(ask_recording(server, instrument).samples);
    const Exposition page(write_exposition(std::span(&block, 1)).text);
    for (const Sample& sample : page.samples()) seen[family_of(sample)][server.role].insert(server.major);
  }
  return seen;
}

// 13-15 17
std::string spelled(const Majors& majors) {
  std::string text;
  for (auto at = majors.begin(); at != majors.end();) {
    const int first = *at;
    int last = first;
    while (++at != majors.end() && *at == last + 1) ++last;
    text += (text.empty() ? "" : " ") + std::to_string(first) + (last == first ? "" : "-" + std::to_string(last));
  }
  return text;
}

std::string described(const Collector& collector) {
  const Seen seen = families_seen(collector);
  std::string text = collector.name + "\n";
  for (const auto& [family, roles] : seen) {
    text += "  " + family;
    for (const auto& [role, majors] : roles) text += "  " + role + " " + spelled(majors);
    text += "\n";
  }
  const Instrument instrument(collector);
  for (const MetricPtr& metric : instrument.metrics()) {
    const auto at = seen.lower_bound(metric->name);
    if (at == seen.end() || !at->first.starts_with(metric->name)) text += "  " + metric->name + "  nowhere\n";
  }
  return text;
}

TEST(Families, AreTheGoldenOnes) {
  std::string text;
  for (const Collector& collector : collectors_of_servers()) text += (text.empty() ? "" : "\n") + described(collector);
  if (std::getenv("PGWATCH_UPDATE_GOLDEN") != nullptr) std::ofstream(kGolden) << text;
  std::stringstream golden;
  golden << std::ifstream(kGolden).rdbuf();
  EXPECT_EQ(text, golden.str()) << "if the change is meant, run again with PGWATCH_UPDATE_GOLDEN=1";
}

// Dashboards and rules join on labels, whatever the server's major and role.
TEST(Families, HaveTheSameLabelsEverywhere) {
  for (const Collector& collector : collectors_of_servers()) {
    std::map<std::string, std::set<std::string>> spellings;
    for (const auto& [family, roles] : families_seen(collector))
      spellings[family.substr(0, family.find('{'))].insert(family);
    for (const auto& [name, families] : spellings) EXPECT_THAT(families, testing::SizeIs(1)) << name;
  }
}

}  // namespace
}  // namespace pgwatch::test
