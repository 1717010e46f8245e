// SlowView: a server that hangs in one statement of ours and in no other.
#pragma once

#include <string>

#include "tests/support/postgres_server.h"

namespace pgwatch::test {

// As long as this lives, the view of the replication slots takes a minute to answer.
class SlowView {
 public:
  explicit SlowView(const PostgresServer& server)
      : server_(server), usual_(server.value("SELECT rtrim(pg_get_viewdef('pg_replication_slots'::regclass), ';')")) {
    make("SELECT shown.* FROM (" + usual_ + ") AS shown, pg_sleep(60)");
  }
  ~SlowView() { make(usual_); }
  SlowView(const SlowView&) = delete;
  SlowView& operator=(const SlowView&) = delete;

 private:
  void make(const std::string& select) const {
    server_.sql("SET allow_system_table_mods = on; CREATE OR REPLACE VIEW pg_catalog.pg_replication_slots AS " +
                select);
  }

  const PostgresServer& server_;
  const std::string usual_;
};

}  // namespace pgwatch::test
