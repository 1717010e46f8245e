#include "tests/support/timescaledb.h"

#include <string>

namespace pgwatch::test {
namespace {

// Chunks of a minute each, without indexes, which would take as long again; some at a time, for their locks are held.
// The policies, where there are any, have all of them to treat, and never begin.
std::string many_chunks() {
  std::string script = R"(CREATE TABLE bars (time timestamptz NOT NULL, symbol text);

SELECT create_hypertable('bars', 'time', chunk_time_interval => interval '1 min', create_default_indexes => false);

DO $$ BEGIN
  IF current_setting('timescaledb.license') = 'timescale' THEN
    ALTER TABLE bars SET (timescaledb.compress, timescaledb.compress_segmentby = 'symbol');
    PERFORM add_compression_policy('bars', interval '1 day', initial_start => '2100-01-01');
    PERFORM add_retention_policy('bars', interval '1 day', initial_start => '2100-01-01');
  END IF;
END $$;

)";
  for (int first = 0; first < kManyChunks; first += 500)
    script +=
        "INSERT INTO bars SELECT '2026-01-01 00:00:30+00'::timestamptz + i * interval '1 min', 'x'"
        " FROM generate_series(" +
        std::to_string(first) + ", " + std::to_string(first + 499) + ") AS i;\n\n";
  return script;
}

}  // namespace

void OnEachTimescaleDb::SetUp() {
  if (const std::string why = why_missing(GetParam()); !why.empty()) GTEST_SKIP() << why;
}

PostgresOptions OnEachTimescaleDb::options() {
  return {.major = GetParam().major, .timescaledb = GetParam().timescaledb};
}

void OnCommunityTimescaleDb::SetUp() {
  const std::string why = why_missing({.timescaledb = TimescaleDb::kCommunity});
  if (!why.empty()) GTEST_SKIP() << why;
}

std::unique_ptr<PostgresServer> server_with_many_chunks(Installation installation) {
  auto server = std::make_unique<PostgresServer>(
      PostgresOptions{.major = installation.major,
                      .settings = {"max_locks_per_transaction = 500", "autovacuum = off"},
                      .timescaledb = installation.timescaledb,
                      .script = many_chunks()});
  // Statements that are prepared would be planned for any time, and for all chunks.
  server->sql("GRANT SELECT ON bars TO pgwatch; ALTER ROLE pgwatch SET plan_cache_mode = force_generic_plan");
  server->sql("INSERT INTO bars SELECT now() - i * interval '1 min', 'x' FROM generate_series(1, 70) AS i");
  return server;
}

std::string timescaledb_name(const testing::TestParamInfo<Installation>& info) {
  return info.param.timescaledb == TimescaleDb::kCommunity ? "community" : "pg" + std::to_string(info.param.major);
}

}  // namespace pgwatch::test
