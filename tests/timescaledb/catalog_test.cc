// The catalogs in tests/fixtures/timescaledb: that they are what real servers have. With PGWATCH_RECORD in the
// environment, that of the server PGWATCH_TIMESCALEDB is written there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/support/sql.h"
#include "tests/support/timescaledb.h"
#include "tests/support/timescaledb_catalog.h"

namespace pgwatch::test {
namespace {

namespace fs = std::filesystem;

using testing::ElementsAre;

// 2.25 moved the jobs, 2.26 forgets dropped chunks, 2.28 gives each chunk slices of its own, 2.29 names chunks by oid.
constexpr const char* kGeneration = R"(
SELECT 1 + (to_regclass('_timescaledb_catalog.bgw_job') IS NOT NULL)::int
  + (NOT bool_or(attrelid = '_timescaledb_catalog.chunk'::regclass AND attname = 'dropped'))::int
  + bool_or(attrelid = '_timescaledb_catalog.dimension_slice'::regclass AND attname = 'chunk_id')::int
  + bool_or(attrelid = '_timescaledb_catalog.chunk'::regclass AND attname = 'relid')::int
FROM pg_attribute WHERE NOT attisdropped)";

// Of the relations a recorded catalog has.
constexpr const char* kShape = R"(
SELECT attrelid::regclass || '.' || attname || ' ' || format_type(atttypid, atttypmod)
FROM pg_attribute JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace
WHERE attnum > 0 AND NOT attisdropped AND relkind IN ('r', 'v')
  AND (nspname IN ('_timescaledb_catalog', '_timescaledb_config', 'timescaledb_information')
       OR nspname = '_timescaledb_internal' AND relname LIKE 'bgw\_%')
  AND relname NOT IN ('metadata', 'telemetry_event', 'compression_algorithm')
ORDER BY attrelid::regclass::text, attnum)";

constexpr const char* kJobsHaveRun = R"(
SELECT count(*) FILTER (WHERE total_successes > 0) = 5 AND count(*) FILTER (WHERE total_failures > 0) = 1
  AND count(*) FILTER (WHERE last_start > '-infinity' AND last_finish = '-infinity') = 1
FROM _timescaledb_internal.bgw_job_stat)";

std::string source(const std::string& name) {
  std::stringstream text;
  text << std::ifstream(fs::path(PGWATCH_SOURCE_FOLDER) / "tests" / name).rdbuf();
  return text.str();
}

// Each statement by itself: some take no transaction around them.
void run_script(const PostgresServer& server, const std::string& name) {
  SqlSession session(server.socket_conninfo());
  const std::string text = source(name);
  for (std::size_t begin = 0, end = 0; end != std::string::npos; begin = end + 2) {
    end = text.find("\n\n", begin);
    session.run(text.substr(begin, end - begin));
  }
}

std::string lines_of(const std::vector<Row>& rows) {
  std::string text;
  for (const Row& row : rows) text += row.at(0).value_or("") + "\n";
  return text;
}

std::string header(const std::string& version) {
  return "-- The catalog of TimescaleDB " + version +
         ", community edition, as a server had it over the database of\n"
         "-- tests/timescaledb/rich.sql: rows, to be loaded where there is no TimescaleDB "
         "(tests/support/timescaledb_catalog.h).\n";
}

class RichTimescaleDb : public OnCommunityTimescaleDb {};

TEST_F(RichTimescaleDb, HasTheRecordedCatalog) {
  const PostgresServer server(options());
  const std::string version = server.value("SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'");
  const std::string name = "G" + server.value(kGeneration) + "-" + version;
  run_script(server, "timescaledb/rich.sql");
  ASSERT_TRUE(server.wait_until(kJobsHaveRun, "t")) << server.log();
  run_script(server, "timescaledb/later.sql");
  const fs::path file = fs::path(PGWATCH_SOURCE_FOLDER) / "tests" / "fixtures" / "timescaledb" / (name + ".sql");
  if (std::getenv("PGWATCH_RECORD") != nullptr)
    std::ofstream(file) << header(version) << lines_of(server.sql(source("timescaledb/dump.sql")));
  if (!fs::exists(file)) GTEST_SKIP() << "nothing is recorded of " << name;
  const PostgresServer plain;
  load({.file = file}, plain);
  EXPECT_EQ(lines_of(plain.sql(kShape)), lines_of(server.sql(kShape)));
}

class RecordedTimescaleDb : public testing::TestWithParam<TimescaleDbCatalog> {};

INSTANTIATE_TEST_SUITE_P(, RecordedTimescaleDb, testing::ValuesIn(timescaledb_catalogs()), catalog_name);

TEST_P(RecordedTimescaleDb, LoadsOnAPlainServer) {
  const PostgresServer server;
  load(GetParam(), server);
  EXPECT_EQ(server.value(kGeneration), std::to_string(GetParam().generation));
  EXPECT_EQ(server.value("SELECT extversion FROM recorded.extension"), GetParam().release);
  EXPECT_EQ(server.value("SELECT count(*) FROM timescaledb_information.hypertables"), "8");
  SqlSession everybody(server.conninfo());
  EXPECT_EQ(everybody.run("SELECT count(*) FROM timescaledb_information.jobs"), (std::vector<Row>{{"13"}}));
}

TEST_P(RecordedTimescaleDb, WasRecordedRightNow) {
  const PostgresServer server;
  load(GetParam(), server);
  EXPECT_EQ(server.value("SELECT max(range_end) > now() AND max(range_end) < now() + interval '1 day' "
                         "FROM timescaledb_information.chunks WHERE hypertable_name = 'bars'"),
            "t");
  EXPECT_EQ(server.value("SELECT to_timestamp(max(range_end) / 1e6) BETWEEN now() AND now() + interval '7 days' "
                         "FROM _timescaledb_catalog.dimension_slice WHERE dimension_id = 1"),
            "t");
}

TEST(RecordedTimescaleDbs, AreOnePerGeneration) {
  std::vector<int> generations;
  for (const TimescaleDbCatalog& catalog : timescaledb_catalogs()) generations.push_back(catalog.generation);
  EXPECT_THAT(generations, ElementsAre(1, 2, 3, 4, 5));
}

}  // namespace
}  // namespace pgwatch::test
