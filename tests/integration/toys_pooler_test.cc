// Behind a transaction pooler, sessions are shared with others: nothing of ours may stay on them.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/integration/toys.h"
#include "tests/support/ports.h"
#include "tests/support/postgres_template.h"
#include "tests/support/process.h"

namespace pgwatch::test {
namespace {

using namespace std::chrono_literals;

std::string pgbouncer_program() {
  for (const char* folder : {"/usr/sbin/", "/usr/bin/", "/usr/local/bin/"})
    if (const std::string path = std::string(folder) + "pgbouncer"; std::filesystem::exists(path)) return path;
  return "";
}

// One server connection for everybody, so that whoever comes next gets the session we had.
class Pooler {
 public:
  Pooler(const std::string& program, const PostgresServer& server)
      : port_(free_port()), folder_(server_user()), process_(command(program, server)) {
    SqlSession administrator(server.socket_conninfo());  // the server is there; wait for the pooler alone
    const auto answers = [&] {
      try {
        SqlSession session(server.conninfo("pgwatch", "postgres", port_));
        return true;
      } catch (const std::runtime_error&) {
        return !process_.running();
      }
    };
    if (!eventually(answers) || !process_.running()) throw std::runtime_error("no pooler:\n" + process_.errors());
  }

  std::uint16_t port() const { return port_; }

 private:
  Command command(const std::string& program, const PostgresServer& server) const {
    const auto users = folder_.write("users", "\"pgwatch\" \"" + password_of("pgwatch") + "\"\n");
    const auto config =
        folder_.write("pgbouncer.ini", "[databases]\n* = host=127.0.0.1 port=" + std::to_string(server.port()) +
                                           "\n[pgbouncer]\n"
                                           "listen_addr = 127.0.0.1\nlisten_port = " +
                                           std::to_string(port_) +
                                           "\nunix_socket_dir =\nauth_type = plain\nauth_file = " + users.string() +
                                           "\npool_mode = transaction\ndefault_pool_size = 1\n");
    return {.arguments = {program, config.string()}, .user = server_user()};
  }

  const std::uint16_t port_;
  const TemporaryFolder folder_;
  const Process process_;
};

using BehindAPooler = Toys;

TEST_F(BehindAPooler, AnotherClientsSessionIsUnchanged) {
  const std::string program = pgbouncer_program();
  if (program.empty()) GTEST_SKIP() << "pgbouncer is not installed";
  const Pooler pooler(program, *server_);
  const std::string conninfo = server_->conninfo("pgwatch", "postgres", pooler.port());
  SqlSession other(conninfo);
  const std::string state =
      "SELECT pg_backend_pid(), (SELECT count(*) FROM pg_prepared_statements),"
      " string_agg(name || '=' || setting, ' ' ORDER BY name) FROM pg_settings"
      " WHERE source IN ('session', 'client') OR name IN ('statement_timeout', 'lock_timeout', 'search_path', 'jit',"
      " 'default_transaction_read_only', 'idle_in_transaction_session_timeout', 'max_parallel_workers_per_gather')";
  const std::vector<Row> before = other.run(state);

  Collector session = toy("session",
                          "SELECT pg_backend_pid() AS pid, current_setting('transaction_read_only') AS read_only,"
                          " current_setting('statement_timeout') AS timeout, 1 AS value");
  session.columns.insert(session.columns.begin(), {label("pid"), label("read_only"), label("timeout")});
  Collector slow = toy("slow", "SELECT 2 AS value");
  slow.lane = Lane::kSlow;
  TestWorld pooled = test_world(conninfo, {session, toy("bad", "SELECT 1 / 0 AS value"), slow});
  pooled.target.access.pooler = true;
  RunningEngine engine(pooled);
  const Scrape scrape = engine.ask_until([](const Scrape& one) { return one.page.value("pg_slow_value"); });
  EXPECT_EQ(
      scrape.page.value("pg_session_value", {{"pid", before[0][0].value()}, {"read_only", "on"}, {"timeout", "5s"}}), 1)
      << "it ran on the very session of the other client, as we run everything";
  EXPECT_EQ(scrape.answer("bad").latest->reason, "22012") << "and a failure leaves no transaction behind";
  EXPECT_EQ(other.run(state), before);
  EXPECT_EQ(other.run("CREATE TEMPORARY TABLE writable (); SELECT 'yes'").at(0).at(0), "yes");
  EXPECT_EQ(engine.ask().page.value("pg_session_value"), 1);
}

}  // namespace
}  // namespace pgwatch::test
