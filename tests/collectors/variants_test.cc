// Every way a collector may ask is the right one for some server: no variant and no /*if …*/ goes untried. That each
// runs where it is chosen is for tests/integration/answers_test.cc.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "exporter/model/plan.h"
#include "tests/collectors/recording.h"
#include "tests/collectors/skips.h"
#include "tests/support/majors.h"

namespace pgwatch::test {
namespace {

// A variant's number in its list, a need, and whether it was there.
using Choices = std::map<std::pair<std::size_t, std::string>, std::set<bool>>;

struct Ways {
  std::set<std::size_t> variants;
  Choices choices;
};

const std::vector<Sql>* variants_of(const Collector& collector) {
  return std::get_if<std::vector<Sql>>(&collector.source);
}

std::vector<std::string> needs_in(const Sql& variant) {
  return needs_of({.source = std::vector<Sql>{{.text = variant.text}}});
}

std::size_t chosen_variant(const Collector& collector, const Facts& facts, const Memory& memory) {
  const std::vector<Sql>& variants = *variants_of(collector);
  const auto fits = [&](const Sql& one) {
    return std::holds_alternative<Statement>(plan({.source = std::vector<Sql>{one}}, facts, memory));
  };
  return static_cast<std::size_t>(std::find_if(variants.begin(), variants.end(), fits) - variants.begin());
}

Ways ways_taken(const Collector& collector) {
  const Instrument instrument(collector);
  Ways ways;
  for (const RecordedServer& server : recorded_servers()) {
    const Facts& facts = recorded_facts(server).facts;
    for (const Asked::Step& step : ask_recording(server, instrument).steps) {
      const std::size_t variant = chosen_variant(collector, facts, step.memory);
      ways.variants.insert(variant);
      for (const std::string& need : needs_in(variants_of(collector)->at(variant)))
        ways.choices[{variant, need}].insert(facts.present.contains(need));
    }
  }
  return ways;
}

bool is_skipped_everywhere(const Collector& collector) {
  return std::ranges::all_of(kMajors, [&](int major) {
    return !expected_skip(collector.name, major, false).empty() && !expected_skip(collector.name, major, true).empty();
  });
}

// Those that list their variants, but where it is known that no server of ours has anything to ask.
std::vector<Collector> collectors_with_variants() {
  std::vector<Collector> collectors = collectors_of_servers();
  std::erase_if(collectors,
                [](const Collector& one) { return variants_of(one) == nullptr || is_skipped_everywhere(one); });
  return collectors;
}

// What every major has and a fork may lack, where a unit test takes the other side.
const std::set<std::pair<std::string, std::string>> kOfForks = {{"stat_bgwriter", "pg_stat_io.fsyncs"}};

TEST(Variants, AreEachChosenOnSomeMajor) {
  for (const Collector& collector : collectors_with_variants()) {
    const Ways ways = ways_taken(collector);
    for (std::size_t variant = 0; variant < variants_of(collector)->size(); ++variant)
      EXPECT_TRUE(ways.variants.contains(variant))
          << collector.name << ": its variant " << variant + 1 << " is chosen on no major";
  }
}

TEST(Variants, TakeBothSidesOfEveryChoice) {
  for (const Collector& collector : collectors_with_variants())
    for (const auto& [choice, taken] : ways_taken(collector).choices)
      EXPECT_TRUE(taken.size() == 2 || kOfForks.contains({collector.name, choice.second}))
          << collector.name << ": /*if " << choice.second << "*/ of its variant " << choice.first + 1;
}

}  // namespace
}  // namespace pgwatch::test
