// A real Prometheus takes in what the real program serves.
#include <gtest/gtest.h>

#include "tests/support/pgwatch.h"
#include "tests/support/postgres_server.h"
#include "tests/support/prometheus.h"
#include "tests/support/wait.h"

namespace pgwatch::test {
namespace {

TEST(RealPrometheus, ScrapesTheProgram) {
  if (const std::string why = Prometheus::why_missing(); !why.empty()) GTEST_SKIP() << why;
  PostgresServer primary;
  const PostgresServer standby = primary.standby();
  const Pgwatch pgwatch("targets:\n  - {name: primary, conninfo: \"" + primary.conninfo() +
                        "\"}\n  - {name: standby, conninfo: \"" + standby.conninfo() + "\"}\n");
  const Prometheus prometheus("[{targets: ['127.0.0.1:" + std::to_string(pgwatch.port()) + "']}]");
  const auto knows = [&](const std::string& expression, double value) {
    return eventually([&] { return prometheus.values(expression) == std::vector<double>{value}; });
  };
  EXPECT_TRUE(knows("up", 1));
  EXPECT_TRUE(knows("sum(pg_up)", 2));
  EXPECT_TRUE(knows("sum(pg_replication_is_replica)", 1));
  EXPECT_TRUE(knows("sum(pg_stat_replication_state{state=\"streaming\"})", 1));
}

}  // namespace
}  // namespace pgwatch::test
