// Doings: what goes on on a server in use, so that collectors find something: tables that were written and vacuumed,
// an index that could not be built, a sequence near its end, a prepared transaction, WAL that was and was not archived,
// a setting that awaits a restart, and sessions that hold locks, wait for them, and are under way with something long.
#pragma once

#include <deque>

#include "tests/support/postgres_server.h"

namespace pgwatch::test {

// Lines of postgresql.conf that it asks of its server.
std::vector<std::string> settings_of_doings(int major);

class Doings {
 public:
  // Everything is under way when it returns. A logical slot cannot be made while it lasts: that waits for all
  // transactions.
  explicit Doings(const PostgresServer& server);

 private:
  SqlSession& session(const std::string& options = "");

  void idle();
  void wait_for_the_idle_one();
  void take_long();

  const PostgresServer& server_;
  std::deque<SqlSession> sessions_;
};

}  // namespace pgwatch::test
