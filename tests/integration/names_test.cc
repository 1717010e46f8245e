// Databases, schemas, tables and indexes of any name come out as they are called.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/live.h"

namespace pgwatch::test {
namespace {

constexpr const char* kOdd = "O'Brien \"x\"\\\n\tÄ\xE6\x97\xA5 {a=\"b\"} %s /*if*/ :'top'";
constexpr const char* kBytes = "bad\xFF\xC3 byte";  // no UTF-8, which only SQL_ASCII lets be
constexpr const char* kRepaired = "bad\uFFFD\uFFFD byte";

std::string quoted(std::string name) {
  for (std::size_t at = name.find('"'); at != std::string::npos; at = name.find('"', at + 2)) name.insert(at, 1, '"');
  return '"' + name + '"';
}

// A value of a connection string.
std::string escaped(const std::string& value) {
  std::string text = "'";
  for (const char one : value) (one == '\'' || one == '\\' ? text += '\\' : text) += one;
  return text + "'";
}

class NastyNames : public SharedServer {
 protected:
  static void SetUpTestSuite() {
    SharedServer::SetUpTestSuite();
    server_->sql("CREATE DATABASE " + quoted(kOdd));
    server_->sql("CREATE DATABASE ascii ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0");
    run("ascii", "CREATE DATABASE " + quoted(kBytes) + " ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0");
    make_table(kOdd, kOdd);
    make_table(kBytes, kBytes);
  }

  static void run(const std::string& database, const std::string& sql) {
    SqlSession(server_->socket_conninfo("postgres", escaped(database))).run(sql);
  }

  // Everything is called `name`.
  static void make_table(const std::string& database, const std::string& name) {
    run(database, "CREATE SCHEMA " + quoted(name));
    run(database, "CREATE TABLE " + quoted(name) + "." + quoted(name) + " (id bigserial CONSTRAINT " +
                      quoted(name + " key") + " PRIMARY KEY)");
  }
};

Labels table(const std::string& name) { return {{"datname", name}, {"schemaname", name}, {"relname", name}}; }

bool tells_of(const Exposition& page, const std::string& name) {
  Labels index = table(name);
  index["indexrelname"] = name + " key";
  return page.value("pg_stat_user_tables_seq_scan", table(name)) &&
         page.value("pg_stat_user_indexes_idx_scan", index) &&
         page.value("pg_statio_user_tables_heap_blocks_hit", table(name)) == 0 &&
         page.value("pg_stat_user_tables_table_size_bytes", table(name)) == 0 &&
         page.value("pg_stat_user_tables_index_size_bytes", table(name)) == 8192;
}

TEST_F(NastyNames, ComeOutAsTheyAre) {
  const Pgwatch pgwatch(config_of({{"main", server_->conninfo(), "databases: {exclude: [ascii]}"}}));
  EXPECT_TRUE(eventually([&] { return tells_of(scrape(pgwatch).page, kOdd); }));
}

TEST_F(NastyNames, ThatAreNoUtf8AreRepaired) {
  const Pgwatch pgwatch(config_of({{"main", server_->conninfo(), "databases: {include: [\"bad*\"]}"}}));
  EXPECT_TRUE(eventually([&] { return tells_of(scrape(pgwatch).page, kRepaired); }));
}

}  // namespace
}  // namespace pgwatch::test
