#include "tests/support/timescaledb.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sql.h"

namespace pgwatch::test {
namespace {

constexpr const char* kSchema = R"(
CREATE TABLE bars (time timestamptz NOT NULL, price float);

SELECT create_hypertable('bars', 'time');

INSERT INTO bars SELECT day, 1 FROM generate_series('2026-01-01'::timestamptz, '2026-03-01', '1 day') day;
)";

class EachTimescaleDb : public OnEachTimescaleDb {};

INSTANTIATE_TEST_SUITE_P(, EachTimescaleDb, every_timescaledb(), timescaledb_name);

TEST_P(EachTimescaleDb, HasHypertables) {
  const PostgresServer server(options());
  server.sql("CREATE TABLE bars (time timestamptz NOT NULL); SELECT create_hypertable('bars', 'time')");
  server.sql("INSERT INTO bars VALUES ('2026-01-01'), ('2026-03-01')");
  EXPECT_EQ(server.value("SELECT count(*) FROM timescaledb_information.chunks"), "2");
  EXPECT_EQ(server.value("SHOW timescaledb.license"),
            GetParam().timescaledb == TimescaleDb::kCommunity ? "timescale" : "apache");
}

TEST_P(EachTimescaleDb, BeginsWithWhatAScriptMade) {
  PostgresOptions with_chunks = options();
  with_chunks.script = kSchema;
  PostgresServer primary(with_chunks);
  const PostgresServer standby = primary.standby();
  EXPECT_EQ(standby.value("SELECT count(*) FROM bars"), "60");
  EXPECT_EQ(standby.value("SELECT count(*) > 5 FROM timescaledb_information.chunks"), "t");
}

// In a database of its own, beside TimescaleDB.
TEST_P(EachTimescaleDb, HasVectorsWhereItIsDebians) {
  if (GetParam().timescaledb != TimescaleDb::kApache) GTEST_SKIP() << "pgvector comes with Debian's only";
  const PostgresServer server(options());
  server.sql("CREATE DATABASE agents");
  server.sql("CREATE EXTENSION vector", "agents");
  EXPECT_EQ(server.value("SELECT '[1,2]'::vector <-> '[1,3]'", "agents"), "1");
}

class CommunityTimescaleDb : public OnCommunityTimescaleDb {};

TEST_F(CommunityTimescaleDb, RunsJobs) {
  const PostgresServer server(options());
  server.sql("CREATE PROCEDURE note_it(integer, jsonb) LANGUAGE sql AS 'CREATE TABLE noted ()'");
  server.sql("SELECT add_job('note_it', '1 hour')");
  EXPECT_TRUE(server.wait_until("SELECT to_regclass('noted')", "noted"));
}

}  // namespace
}  // namespace pgwatch::test
