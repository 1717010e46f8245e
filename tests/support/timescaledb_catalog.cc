#include "tests/support/timescaledb_catalog.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace pgwatch::test {
namespace {

namespace fs = std::filesystem;

// Times are timestamps, or microseconds among other numbers: infinities, heights of blocks, sizes.
constexpr const char* kMoveToNow = R"(
DO $$
DECLARE
  passed interval := (SELECT now() - at FROM recorded.extension);
  one record;
BEGIN
  FOR one IN SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns
             WHERE table_schema ~ '^_?timescaledb_' OR table_schema = 'recorded' LOOP
    IF one.data_type = 'timestamp with time zone' THEN
      EXECUTE format('UPDATE %1$I.%2$I SET %3$I = %3$I + %4$L::interval WHERE isfinite(%3$I)',
                     one.table_schema, one.table_name, one.column_name, passed);
    ELSIF one.data_type = 'bigint' THEN
      EXECUTE format('UPDATE %1$I.%2$I SET %3$I = %3$I + %4$s WHERE %3$I BETWEEN 1e15 AND 4e18', one.table_schema,
                     one.table_name, one.column_name, (extract(epoch FROM passed) * 1e6)::bigint);
    END IF;
  END LOOP;
END $$)";

// A file is called "G5-2.29.2.sql".
TimescaleDbCatalog catalog_in(const fs::path& file) {
  const std::string name = file.stem();
  return {.generation = std::stoi(name.substr(1)), .release = name.substr(name.find('-') + 1), .file = file};
}

}  // namespace

std::vector<TimescaleDbCatalog> timescaledb_catalogs() {
  std::vector<TimescaleDbCatalog> catalogs;
  std::error_code none;
  for (const auto& file : fs::directory_iterator(PGWATCH_TIMESCALEDB_CATALOGS, none))
    if (file.path().extension() == ".sql") catalogs.push_back(catalog_in(file.path()));
  std::ranges::sort(catalogs, {}, &TimescaleDbCatalog::file);
  return catalogs;
}

void load(const TimescaleDbCatalog& catalog, const PostgresServer& server, const std::string& database) {
  std::stringstream text;
  text << std::ifstream(catalog.file).rdbuf();
  SqlSession session(server.socket_conninfo("postgres", database));
  session.run(text.str());
  session.run(kMoveToNow);
}

std::string catalog_name(const testing::TestParamInfo<TimescaleDbCatalog>& info) {
  return "G" + std::to_string(info.param.generation);
}

}  // namespace pgwatch::test
