// The queries that people have: what tests/peer/selectors.txt lists, a real Prometheus finds in what the real program
// serves by default, on every major, of a primary and of a standby.
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <regex>
#include <sstream>

#include "tests/source_tree.h"
#include "tests/support/family.h"
#include "tests/support/majors.h"
#include "tests/support/pgwatch.h"
#include "tests/support/prometheus.h"

namespace pgwatch::test {
namespace {

constexpr std::array kVariables = {
    std::pair{"namespace", "data"},
    std::pair{"release", "lake"},
    std::pair{"instance", "main"},
    std::pair{"datname", ".+"},
    std::pair{"mode",
              "accessexclusivelock|accesssharelock|exclusivelock|rowexclusivelock|rowsharelock|sharelock|"
              "sharerowexclusivelock|shareupdateexclusivelock"},
};

std::string with_values(std::string selector) {
  for (const auto& [name, value] : kVariables)
    selector = std::regex_replace(selector, std::regex("\\$" + std::string(name) + "\\b"), value);
  return selector;
}

// A rate takes two samples.
std::string query_of(const std::string& selector) {
  return selector.ends_with(']') ? "count_over_time(" + selector + ") > 1" : selector;
}

struct Selectors {
  std::vector<std::string> of_all;
  std::vector<std::string> of_nobody;
};

Selectors selectors() {
  Selectors selectors;
  std::istringstream lines(read_source("tests/peer/selectors.txt"));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('!'))
      selectors.of_nobody.push_back(line.substr(1));
    else if (!line.empty() && !line.starts_with('#'))
      selectors.of_all.push_back(with_values(line));
  }
  return selectors;
}

// As a cluster's service discovery labels it.
std::string scraped(const Pgwatch& pgwatch) {
  return "[{targets: ['127.0.0.1:" + std::to_string(pgwatch.port()) +
         "'], labels: {instance: main, release: lake, namespace: data, kubernetes_namespace: data}}]";
}

class Dashboards : public OnEachMajor {};

INSTANTIATE_TEST_SUITE_P(, Dashboards, every_major(), major_name);

// A server with a pgwatch and a Prometheus of its own: many selectors do not say which server they mean.
struct Scene {
  explicit Scene(const PostgresServer& server)
      : pgwatch("targets: [{name: main, conninfo: \"" + server.conninfo() + "\"}]\n"), prometheus(scraped(pgwatch)) {}

  bool has_data(const std::string& selector) const { return !prometheus.values(query_of(selector)).empty(); }

  Pgwatch pgwatch;
  Prometheus prometheus;
};

TEST_P(Dashboards, HaveData) {
  if (const std::string why = Prometheus::why_missing(); !why.empty()) GTEST_SKIP() << why;
  const Family family(major());
  const Scene primary(family.primary);
  const Scene standby(family.standby);
  const Selectors selectors = test::selectors();
  for (const Scene* scene : {&primary, &standby}) {
    std::vector<std::string> empty = selectors.of_all;
    const auto all_have_data = [&] {
      std::erase_if(empty, [&](const std::string& one) { return scene->has_data(one); });
      return empty.empty();
    };
    EXPECT_TRUE(eventually(all_have_data))
        << (scene == &primary ? "on the primary" : "on the standby")
        << ", without data: " << testing::PrintToString(empty) << scene->pgwatch.log();
    for (const std::string& one : selectors.of_nobody) EXPECT_FALSE(scene->has_data(one)) << one;
  }
}

}  // namespace
}  // namespace pgwatch::test
