#include "tests/support/doings.h"

#include <stdexcept>

namespace pgwatch::test {
namespace {

// Not one string: in a transaction some of it cannot run.
constexpr const char* kPast[] = {
    "CREATE TABLE orders (id int PRIMARY KEY, state text, note text)",
    "CREATE INDEX orders_state ON orders (state)",
    "ALTER TABLE orders ALTER note SET STORAGE EXTERNAL",
    "INSERT INTO orders SELECT i, 'new', CASE WHEN i < 9 THEN repeat('long ', 4000) END FROM generate_series(1, 500) i",
    "VACUUM (ANALYZE) orders",
    "UPDATE orders SET state = 'paid' WHERE id <= 50",
    "SELECT count(*) FROM orders WHERE id < 9",
    "CREATE SEQUENCE numbers MAXVALUE 100",
    "SELECT setval('numbers', 95)",
    "CREATE TABLE accounts AS SELECT i AS id, 0 AS balance FROM generate_series(1, 10) AS i",
    "CREATE TABLE pages AS SELECT 1 AS id",
    "ALTER SYSTEM SET track_activity_query_size = 2048",
    "SELECT pg_reload_conf()",
    "SELECT pg_switch_wal()",
    "CREATE TABLE payments (id int)",
    "BEGIN; INSERT INTO payments VALUES (1); PREPARE TRANSACTION 'payment'",
    "SELECT pg_switch_wal()",
};

constexpr const char* kAllIsUnderWay = R"(
SELECT (SELECT count(*) FROM pg_locks WHERE NOT granted) = 2
   AND EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'BufferPin')
   AND EXISTS (SELECT FROM pg_stat_progress_create_index)
   AND EXISTS (SELECT FROM pg_stat_progress_vacuum)
   AND EXISTS (SELECT FROM pg_stat_replication WHERE state = 'backup')
   AND (SELECT archived_count > 0 AND failed_count > 0 FROM pg_stat_archiver))";

void build_what_cannot_be(const PostgresServer& server) {
  try {
    server.sql("CREATE UNIQUE INDEX CONCURRENTLY orders_state_key ON orders (state)");
  } catch (const std::runtime_error&) {
    return;  // it is there and not valid
  }
  throw std::logic_error("a unique index on duplicates was built");
}

}  // namespace

// The first segment of WAL is archived and no other. Segments are sparse files.
std::vector<std::string> settings_of_doings(int major) {
  std::vector<std::string> settings = {
      "max_prepared_transactions = 4",
      "track_io_timing = on",
      "wal_init_zero = off",
      "archive_mode = on",
      "archive_command = 'test ! -e archived && touch archived'",
  };
  if (major >= 14) settings.emplace_back("track_wal_io_timing = on");
  return settings;
}

Doings::Doings(const PostgresServer& server) : server_(server) {
  for (const char* sql : kPast) server_.sql(sql);
  build_what_cannot_be(server_);
  idle();
  wait_for_the_idle_one();
  take_long();
  const auto begun = server_.wait_until(kAllIsUnderWay, "t");
  if (!begun) throw std::runtime_error("not everything is under way: " + std::string(begun.message()));
}

SqlSession& Doings::session(const std::string& options) {
  return sessions_.emplace_back(server_.socket_conninfo() + options);
}

// It holds a row of one table, a page of another, and a temporary file.
void Doings::idle() {
  SqlSession& session = this->session(" application_name=idler");
  session.run("SET work_mem = '64kB'");
  session.run("DECLARE spilt CURSOR WITH HOLD FOR SELECT repeat('x', 100) FROM generate_series(1, 5000)");
  session.run("BEGIN");
  session.run("UPDATE accounts SET balance = 1 WHERE id = 1");
  session.run("DECLARE pin CURSOR FOR SELECT id FROM pages");
  session.run("FETCH pin");
}

void Doings::wait_for_the_idle_one() {
  session(" application_name=waiter").start("UPDATE accounts SET balance = 2 WHERE id = 1");
  session(" application_name=indexer").start("CREATE INDEX CONCURRENTLY accounts_balance ON accounts (balance)");
  session(" application_name=vacuum").start("VACUUM (FREEZE) pages");
}

// Nobody sends the one its rows, and nobody reads what the other sends.
void Doings::take_long() {
  const char* backup = server_.value("SELECT current_setting('server_version_num')::int >= 150000") == "t"
                           ? "BASE_BACKUP (LABEL 'nightly', CHECKPOINT 'fast', PROGRESS)"
                           : "BASE_BACKUP LABEL 'nightly' FAST PROGRESS";
  session(" application_name=loader").start("COPY pages FROM STDIN");
  session(" application_name=backup replication=true").start(backup);
}

}  // namespace pgwatch::test
