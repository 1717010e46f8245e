// Catalogs that real TimescaleDB servers had, one per generation, for servers without TimescaleDB.
//
// tests/fixtures/timescaledb keeps them; tests/timescaledb records them from the community edition.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/postgres_server.h"

namespace pgwatch::test {

struct TimescaleDbCatalog {
  int generation = 0;        // 1: until 2.24; 2: 2.25; 3: until 2.27; 4: 2.28; 5: since 2.29
  std::string release = {};  // "2.29.2"
  std::filesystem::path file = {};
};

std::vector<TimescaleDbCatalog> timescaledb_catalogs();  // by generation

// Makes its relations and their rows in this database, for all to read as there, and moves its times so that it was
// recorded right now. Views, hypertables, chunks and continuous aggregates are plain tables, all but the first without
// rows. pg_extension knows nothing of it; recorded.extension has its row (extname, extversion, license, at).
void load(const TimescaleDbCatalog& catalog, const PostgresServer& server, const std::string& database = "postgres");

// For TEST_P: INSTANTIATE_TEST_SUITE_P(, Suite, testing::ValuesIn(timescaledb_catalogs()), catalog_name).
std::string catalog_name(const testing::TestParamInfo<TimescaleDbCatalog>& info);

}  // namespace pgwatch::test
