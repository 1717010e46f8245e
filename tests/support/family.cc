#include "tests/support/family.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>

namespace pgwatch::test {
namespace {

// A subscription to a database of its own server costs no second server; the slot has to be there before it then.
void subscribe(const PostgresServer& server) {
  const std::string note = "CREATE TABLE note (id int PRIMARY KEY, text text)";
  server.sql("CREATE DATABASE copy");
  server.sql("SELECT pg_stat_reset()", "copy");
  server.sql(note, "copy");
  server.sql(note + "; INSERT INTO note VALUES (1, 'first'); CREATE PUBLICATION note FOR TABLE note");
  server.sql("SELECT pg_create_logical_replication_slot('copy', 'pgoutput')");
  server.sql("CREATE SUBSCRIPTION copy CONNECTION '" + server.socket_conninfo() +
                 "' PUBLICATION note WITH (create_slot = false, slot_name = 'copy', copy_data = false)",
             "copy");
}

PostgresOptions options(int major) {
  std::vector<std::string> settings = {"wal_level = logical", "max_slot_wal_keep_size = 10GB",
                                       "shared_preload_libraries = 'pg_stat_statements'"};
  std::ranges::copy(settings_of_doings(major), std::back_inserter(settings));
  return {.major = major, .settings = settings};
}

// Times are known of a stream that carries something, and a while longer.
bool all_flow(const PostgresServer& server, const std::string& streams) {
  return server.value(
             "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND replay_lag IS NOT NULL") ==
         streams;
}

}  // namespace

Family::Family(int major) : primary(options(major)), standby(primary.standby()), second(standby.standby("second")) {
  primary.sql("CREATE EXTENSION pg_stat_statements; CREATE EXTENSION pg_buffercache");
  primary.sql("SELECT pg_create_physical_replication_slot('idle', true)");
  subscribe(primary);
  const auto all_carry = [&] {
    primary.sql("INSERT INTO note SELECT max(id) + 1 FROM note");
    return all_flow(primary, "2") && all_flow(standby, "1");
  };
  if (!eventually(all_carry)) throw std::runtime_error("a stream carries nothing:\n" + primary.log() + standby.log());
  doings.emplace(primary);
  const std::string done = primary.value("SELECT pg_current_wal_lsn()");
  for (const PostgresServer* follower : {&standby, &second}) {
    const auto has_it = follower->wait_until("SELECT pg_last_wal_replay_lsn() >= '" + done + "'", "t");
    if (!has_it) throw std::runtime_error("a standby lags: " + std::string(has_it.message()) + "\n" + follower->log());
  }
}

}  // namespace pgwatch::test
