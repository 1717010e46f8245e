// SqlSession: a test's own connection to a server, by libpq, waiting for every answer.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pgwatch::test {

using Row = std::vector<std::optional<std::string>>;  // NULL is nothing

class SqlSession {
 public:
  // Throws std::runtime_error with libpq's message where it cannot connect.
  explicit SqlSession(const std::string& conninfo);

  // The rows of the last statement. Throws std::runtime_error with the server's message.
  std::vector<Row> run(const std::string& sql);

  // Sends a statement and does not wait: for those that block. It runs until its end or the session's.
  void start(const std::string& sql);

  int backend_pid() const;

 private:
  std::shared_ptr<void> connection_;
};

}  // namespace pgwatch::test
