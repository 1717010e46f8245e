// Interview: a server asked as the engine does, in a session of ours and knowing its facts, but step by step.
#pragma once

#include "exporter/postgres/connection.h"
#include "tests/collectors/recording.h"
#include "tests/support/postgres_server.h"

namespace pgwatch::test {

class Interview {
 public:
  explicit Interview(const PostgresServer& server);

  const RecordedFacts& known() const { return known_; }
  Asked ask(const Collector& collector);

  // The pages of shared buffers that the statements of one asking touch, while the server's caches are warm.
  int pages_of(const Collector& collector);

 private:
  Rows rows_of(const std::string& sql);
  int pages_of_statement(const std::string& sql);

  postgres::Connection connection_;
  RecordedFacts known_;
};

// The most pages that a collector says one asking touches on this server.
int claimed_pages(const Cost& cost, const PostgresServer& server);

}  // namespace pgwatch::test
