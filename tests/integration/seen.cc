#include "tests/integration/seen.h"

#include "tests/collectors/asking.h"
#include "tests/integration/live.h"

namespace pgwatch::test {

std::string all_collectors() {
  std::string all = "collectors:\n";
  for (const Collector& one : collectors_of_servers()) all += "  " + one.name + ": true\n";
  return all;
}

bool has_all_answers(const Exposition& page, const std::string& server) {
  for (const Collector& collector : collectors_of_servers())
    if (page.all("pgwatch_collector_success", {{"server", server}, {"collector", collector.name}}).empty())
      return false;
  return static_cast<bool>(is_whole(page, server));
}

std::set<std::string> metrics_of(const Exposition& page, const std::string& server) {
  std::set<std::string> all;
  for (const Sample& sample : page.samples()) {
    const auto found = sample.labels.find("server");
    if (found != sample.labels.end() && found->second == server && sample.name.starts_with("pg_"))
      all.insert(sample.name);
  }
  return all;
}

}  // namespace pgwatch::test
