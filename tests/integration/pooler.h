// Pooler: a real pgbouncer in transaction mode before a server. There is one server connection for everybody, so that
// whoever comes next gets the session that another had.
#pragma once

#include <cstdint>
#include <string>

#include "tests/support/postgres_server.h"
#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

namespace pgwatch::test {

class Pooler {
 public:
  // Why there can be none here, "" where there can.
  static std::string unavailable();

  // Answers when the constructor returns. Throws std::runtime_error with its log where it does not.
  explicit Pooler(const PostgresServer& server);

  std::uint16_t port() const { return port_; }
  std::string conninfo() const;                 // of the role pgwatch, through the pooler
  void command(const std::string& text) const;  // at its console, as in RECONNECT

 private:
  Command start(const PostgresServer& server) const;

  const std::uint16_t port_;
  const std::string conninfo_;
  const TemporaryFolder folder_;
  const Process process_;
};

}  // namespace pgwatch::test
