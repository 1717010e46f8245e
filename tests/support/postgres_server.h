// PostgresServer: a real PostgreSQL server of a test's own, on 127.0.0.1 and a socket, gone at the end.
//
// One thread at a time.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/postgres_programs.h"
#include "tests/support/process.h"
#include "tests/support/sql.h"
#include "tests/support/temporary_folder.h"

namespace pgwatch::test {

struct PostgresOptions {
  int major = 0;                                 // 13 to 18; 0: the newest that is installed on this machine
  std::vector<std::string> settings = {};        // lines of postgresql.conf, as in "max_connections = 5"
  std::vector<std::string> hba = {};             // lines of pg_hba.conf that go before ours
  TimescaleDb timescaledb = TimescaleDb::kNone;  // loaded, and an extension of the database postgres
  std::string script = {};  // what its databases begin with: run once per build tree, then copied (postgres_template.h)
};

class PostgresServer {
 public:
  enum class Stop { kSmart, kFast, kImmediate };

  // Answers when the constructor returns. Throws std::runtime_error with the server's log where it does not.
  explicit PostgresServer(PostgresOptions options = {});
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  // A streaming standby of this server, of its major and with its settings; its slot, application_name and cluster_name
  // are `name`, letters and underscores. It streams when the function returns. It begins as this server once began and
  // replays everything since: the WAL must still be there. A standby may have standbys.
  PostgresServer standby(const std::string& name = "standby", PostgresOptions options = {});

  std::uint16_t port() const { return port_; }
  const std::filesystem::path& socket_folder() const { return folder_.path(); }
  const std::filesystem::path& data_folder() const { return data_; }

  // Over TCP with the role's password: postgres, pgwatch, or a role the test made with password_of(role). `port` is
  // that of a proxy where one stands before the server.
  std::string conninfo(const std::string& user = "pgwatch", const std::string& database = "postgres",
                       std::optional<std::uint16_t> port = std::nullopt) const;
  // Over the socket, where everybody is trusted.
  std::string socket_conninfo(const std::string& user = "postgres", const std::string& database = "postgres") const;

  // As superuser, on a connection of its own that is closed again.
  std::vector<Row> sql(const std::string& text, const std::string& database = "postgres") const;
  std::string value(const std::string& text, const std::string& database = "postgres") const;  // the first cell

  // Asks again and again, on one connection, until the first cell is `expected`.
  testing::AssertionResult wait_until(const std::string& text, std::string_view expected,
                                      std::chrono::milliseconds patience = kPatience) const;

  void start();
  void stop(Stop mode = Stop::kFast);
  void restart();
  void kill();                                 // as by a power cut: every process of it, at once
  void configure(const std::string& setting);  // one more line of postgresql.conf, and a reload

  // Frozen processes keep their sockets and answer nothing. They are frozen when the function returns.
  void freeze_postmaster();                                   // new connections hang
  void freeze_backends(const std::string& user = "pgwatch");  // that user's connections hang
  void freeze();                                              // everything hangs
  void thaw();

  std::vector<pid_t> backends(const std::string& user = "pgwatch") const;
  pid_t pid() const;        // of the postmaster
  std::string log() const;  // of all its lives

 private:
  PostgresServer(const PostgresServer& primary, const std::string& name, PostgresOptions options);

  void write_configuration() const;
  std::vector<pid_t> family() const;  // the postmaster and all its children

  PostgresOptions options_;
  std::uint16_t port_;
  TemporaryFolder folder_;
  std::filesystem::path data_;
  std::string log_of_earlier_lives_;
  std::unique_ptr<Process> postmaster_;  // none while stopped
};

}  // namespace pgwatch::test
