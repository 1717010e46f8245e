// A real Prometheus takes in what the real program serves.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/http_client.h"
#include "tests/support/pgwatch.h"
#include "tests/support/ports.h"
#include "tests/support/postgres_server.h"
#include "tests/support/wait.h"

namespace pgwatch::test {
namespace {

constexpr const char* kPrometheus = "/usr/bin/prometheus";

std::string scrape_config(std::uint16_t port) {
  return "global: {scrape_interval: 1s, scrape_timeout: 1s}\n"
         "scrape_configs:\n"
         "  - job_name: pgwatch\n"
         "    static_configs: [{targets: ['127.0.0.1:" +
         std::to_string(port) + "']}]\n";
}

// The values of an instant query, as the server spells them in its JSON.
std::string query(std::uint16_t port, const std::string& expression) {
  return http_get(port, "/api/v1/query?query=" + expression).body;
}

TEST(Prometheus, ScrapesTheProgram) {
  if (!std::filesystem::exists(kPrometheus)) GTEST_SKIP() << "no " << kPrometheus << ": install the package prometheus";
  PostgresServer primary;
  const PostgresServer standby = primary.standby();
  const Pgwatch pgwatch("targets:\n  - {name: primary, conninfo: \"" + primary.conninfo() +
                        "\"}\n  - {name: standby, conninfo: \"" + standby.conninfo() + "\"}\n");

  const TemporaryFolder folder;
  const auto config = folder.write("prometheus.yml", scrape_config(pgwatch.port()));
  const std::uint16_t port = free_port();
  const Process prometheus({.arguments = {kPrometheus, "--config.file=" + config.string(),
                                          "--storage.tsdb.path=" + (folder.path() / "data").string(),
                                          "--web.listen-address=127.0.0.1:" + std::to_string(port)}});
  const auto knows = [&](const std::string& expression, const std::string& answer) {
    return eventually([&] {
      try {
        return query(port, expression).find(answer) != std::string::npos;
      } catch (const std::runtime_error&) {
        return false;  // it does not listen yet
      }
    });
  };
  EXPECT_TRUE(knows("up", "\"1\"]")) << prometheus.errors();
  EXPECT_TRUE(knows("sum(pg_up)", "\"2\"]"));
  EXPECT_TRUE(knows("sum(pg_replication_is_replica)", "\"1\"]"));
  EXPECT_TRUE(knows("sum(pg_stat_replication_state%7Bstate=%22streaming%22%7D)", "\"1\"]"));
}

}  // namespace
}  // namespace pgwatch::test
