// What a collector says it costs, against what a lived-in server counts.
#include <gtest/gtest.h>

#include <map>
#include <stdexcept>

#include "tests/integration/interview.h"
#include "tests/support/family.h"
#include "tests/support/majors.h"

namespace pgwatch::test {
namespace {

// How many there are of what a cost grows with.
int count_of(const PostgresServer& server, const std::string& things) {
  static const std::map<std::string, std::string> relations = {
      {"database", "pg_database"},
      {"index", "pg_stat_user_indexes"},
      {"index being built", "pg_stat_progress_create_index"},
      {"role", "pg_roles"},
      {"sequence", "pg_sequences"},
      {"session", "pg_stat_activity"},
      {"standby", "pg_stat_replication"},
      {"subscription", "pg_subscription"},
      {"tablespace", "pg_tablespace"},
      {"table", "pg_stat_user_tables"},
      {"running ANALYZE", "pg_stat_progress_analyze"},
      {"running CLUSTER", "pg_stat_progress_cluster"},
      {"running COPY", "pg_stat_progress_copy"},
      {"running VACUUM", "pg_stat_progress_vacuum"},
  };
  if (things.empty()) return 0;
  const auto found = relations.find(things);
  if (found == relations.end()) throw std::invalid_argument("no way to count each " + things + "; add one");
  const std::string& relation = found->second;
  if (server.value("SELECT to_regclass('" + relation + "') IS NULL") == "t") return 0;  // of a newer major
  return std::stoi(server.value("SELECT count(*) FROM " + relation));
}

class Costs : public OnEachMajor {};
INSTANTIATE_TEST_SUITE_P(, Costs, every_major(), major_name);

TEST_P(Costs, AreNoMoreThanCollectorsSay) {
  const Family family(major());
  Interview interview(family.primary);
  for (const Collector& collector : collectors_of_servers()) {
    const Cost& cost = collector.cost;
    const int claimed = cost.pages + cost.more * count_of(family.primary, cost.of);
    EXPECT_GT(claimed, 0) << collector.name << " does not say what it costs";
    EXPECT_LE(interview.pages_of(collector), claimed) << collector.name;
  }
}

}  // namespace
}  // namespace pgwatch::test
