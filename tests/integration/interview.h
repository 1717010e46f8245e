// Interview: a server asked as the engine does, in a session of ours and knowing its facts, but step by step.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "exporter/postgres/connection.h"
#include "tests/collectors/recording.h"
#include "tests/support/postgres_server.h"

namespace pgwatch::test {

// What the statements of one asking take, while the server's caches are warm.
struct Taken {
  int pages = 0;           // of shared buffers, by all of them
  int locks = 0;           // the most that one of them holds
  std::size_t chunks = 0;  // the most that one plan names
};

class Interview {
 public:
  explicit Interview(const PostgresServer& server, const std::string& database = "postgres");

  const RecordedFacts& known() const { return known_; }
  Asked ask(const Collector& collector);

  Taken taken_by(const Collector& collector);
  int pages_of(const Collector& collector) { return taken_by(collector).pages; }

  // How many statements one asking of each takes, by the server's log. REQUIRES: the server logs this session's.
  std::map<std::string, int> statements_of(const std::vector<Collector>& collectors, const PostgresServer& server);

 private:
  Rows rows_of(const std::string& sql);
  // Each statement in a transaction of its own.
  Rows rows_of(const std::string& sql, Taken& taken);

  postgres::Connection connection_;
  RecordedFacts known_;
};

// What a collector says that one asking takes on this server: pages at most, and statements.
int claimed_pages(const Cost& cost, const PostgresServer& server, const std::string& database = "postgres");
int claimed_statements(const Cost& cost, const PostgresServer& server, const std::string& database = "postgres");

// From then on new sessions of pgwatch have their statements logged.
void log_statements(const PostgresServer& server);
// The statements logged, whole lines without what follows the first, of pgwatch's sessions in this database.
std::vector<std::string> logged_statements(const PostgresServer& server, const std::string& database);

}  // namespace pgwatch::test
