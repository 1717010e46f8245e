// What our session leaves behind on the server: nothing.
#include <gtest/gtest.h>

#include "tests/integration/live.h"
#include "tests/support/postgres_template.h"

namespace pgwatch::test {
namespace {

using namespace std::chrono_literals;

constexpr const char* kOurs = "('jit', 'statement_timeout', 'lock_timeout', 'default_transaction_read_only')";

class Guest : public SharedServer {
 protected:
  // A server whose own settings are none of ours.
  static void SetUpTestSuite() {
    server_ = std::make_unique<PostgresServer>(
        PostgresOptions{.settings = {"jit = on", "statement_timeout = '77s'", "lock_timeout = '7s'",
                                     "default_transaction_read_only = off"}});
  }
  void SetUp() override { ASSERT_TRUE(has_no_backend(*server_)); }
};

// Has every session that reads the replication slots write our settings to the log, as it sees them.
void set_up_witness(const PostgresServer& server) {
  server.sql("SELECT pg_create_physical_replication_slot('seen')");
  server.sql(std::string(R"(
    CREATE FUNCTION witness() RETURNS boolean LANGUAGE plpgsql VOLATILE AS $witness$
    DECLARE one record;
    BEGIN
      FOR one IN SELECT * FROM pg_catalog.pg_settings WHERE name IN )") +
             kOurs + R"( LOOP
        RAISE LOG 'witness: % is % and resets to %', one.name, one.setting, one.reset_val;
      END LOOP;
      RETURN true;
    END $witness$)");
  server.sql(R"(
    SET allow_system_table_mods = on;
    DO $$ BEGIN
      EXECUTE format('CREATE OR REPLACE VIEW pg_catalog.pg_replication_slots AS '
                     'SELECT shown.* FROM (%s) AS shown WHERE public.witness()',
                     rtrim(pg_get_viewdef('pg_catalog.pg_replication_slots'::regclass), ';'));
    END $$)");
}

TEST_F(Guest, SettingsOfItsSessionAreItsOwnAndResetToTheServers) {
  set_up_witness(*server_);
  const Pgwatch pgwatch(config_of({{"server", server_->conninfo()}}, "timeouts: {statement: 4s}"));
  ASSERT_TRUE(becomes_whole(pgwatch, "server"));
  const std::string log = server_->log();
  for (const char* line :
       {"witness: jit is off and resets to on", "witness: statement_timeout is 4000 and resets to 77000",
        "and resets to 7000", "witness: default_transaction_read_only is on and resets to off"})
    EXPECT_NE(log.find(line), std::string::npos) << line;
}

TEST_F(Guest, SettingsOfEverybodyElseStayAsTheyWere) {
  const std::string settings = "SELECT name, setting, reset_val, source, sourcefile FROM pg_settings ORDER BY name";
  const auto as_seen = [&] { return SqlSession(server_->conninfo()).run(settings); };
  const std::vector<Row> before = as_seen();
  const Pgwatch pgwatch(config_of({{"server", server_->conninfo()}}));
  ASSERT_TRUE(becomes_whole(pgwatch, "server"));
  EXPECT_EQ(as_seen(), before);
}

TEST_F(Guest, ConnectionsHaveItsNameAndHoldNoTransactionBetweenScrapes) {
  const Pgwatch pgwatch(config_of({{"server", server_->conninfo()}}));
  ASSERT_TRUE(becomes_whole(pgwatch, "server"));
  const std::string ours = " FROM pg_stat_activity WHERE usename = 'pgwatch'";
  EXPECT_TRUE(
      server_->wait_until("SELECT count(*) FILTER (WHERE state <> 'idle' OR backend_xmin IS NOT NULL)" + ours, "0"));
  EXPECT_EQ(server_->value("SELECT string_agg(DISTINCT application_name, ',')" + ours), "pgwatch");
}

TEST_F(Guest, NoPlaceIsTakenOnceTheProgramHasEnded) {
  const Pgwatch pgwatch(config_of({{"server", server_->conninfo()}}));
  ASSERT_TRUE(becomes_whole(pgwatch, "server"));
  EXPECT_EQ(pgwatch.stop(), 0);
  EXPECT_TRUE(has_no_backend(*server_));
}

}  // namespace
}  // namespace pgwatch::test
