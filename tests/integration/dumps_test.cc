// Dumps that the pg_dump of this machine makes, in each of its formats: whether they have the rows of hypertables, and
// whether they are whole.
#include <gtest/gtest.h>

#include <filesystem>

#include "collectors/backups/hypertable_rows.h"
#include "tests/integration/shared_server.h"
#include "tests/support/postgres_programs.h"
#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

namespace pgwatch::test {
namespace {

using collectors::DumpState;

class Dumps : public SharedServer, public testing::WithParamInterface<const char*> {
 protected:
  // What pg_dump sees of a hypertable: an empty table, one of rows elsewhere, and a catalog that tells of it. And a
  // table that is large enough to be cut anywhere, and a large object.
  static void SetUpTestSuite() {
    SharedServer::SetUpTestSuite();
    server_->sql(R"(
      CREATE SCHEMA market; CREATE SCHEMA _timescaledb_internal; CREATE SCHEMA _timescaledb_catalog;
      CREATE TABLE market.bars (time timestamptz);
      CREATE TABLE _timescaledb_internal._hyper_1_1_chunk () INHERITS (market.bars);
      INSERT INTO _timescaledb_internal._hyper_1_1_chunk VALUES (now());
      CREATE TABLE _timescaledb_catalog.chunk (id int); INSERT INTO _timescaledb_catalog.chunk VALUES (1);
      CREATE TABLE trades AS SELECT i, md5(i::text) FROM generate_series(1, 20000) i; CREATE INDEX ON trades (i);
      SELECT lo_from_bytea(0, decode(repeat('ab', 5000), 'hex')))");
  }

  DumpState dumped(const std::vector<std::string>& arguments) { return look(dump(arguments)); }

  std::string dump(const std::vector<std::string>& arguments) {
    std::string path = folder_.path() / std::to_string(++made_);
    std::vector<std::string> command = pg_dump(arguments);
    command.insert(command.begin() + 1, {"--file", path});
    run(command);
    return path;
  }

  // pg_dump cannot go back there to say where the data are.
  std::string dump_through_a_pipe(const std::vector<std::string>& arguments) {
    std::string path = folder_.path() / std::to_string(++made_);
    std::vector<std::string> command = pg_dump(arguments);
    command.insert(command.begin(), {"/bin/sh", "-c", "\"$@\" | cat > \"$0\"", path});
    run(command);
    return path;
  }

  static DumpState look(const std::string& path) {
    return collectors::look_into_dump(path, std::filesystem::is_directory(path), {"market.bars"});
  }

  static void expect_damaged_where_cut(const std::string& path) {
    const auto size = std::filesystem::file_size(path);
    for (const unsigned percent : {99U, 97U, 61U, 30U}) {
      std::filesystem::resize_file(path, size * percent / 100);
      EXPECT_EQ(look(path).damaged, true) << percent;
    }
  }

 private:
  static std::vector<std::string> pg_dump(const std::vector<std::string>& arguments) {
    std::vector<std::string> command = {postgres_program({}, "pg_dump"),
                                        "--host",
                                        server_->socket_folder(),
                                        "--port",
                                        std::to_string(server_->port()),
                                        "--username",
                                        "postgres",
                                        "--format",
                                        GetParam()};
    command.insert(command.end(), arguments.begin(), arguments.end());
    command.emplace_back("postgres");
    return command;
  }

  static void run(const std::vector<std::string>& command) {
    const Process process(server_command({}, command));
    EXPECT_EQ(process.wait(), 0) << process.errors();
  }

  TemporaryFolder folder_{server_user()};
  int made_ = 0;
};

constexpr auto kName = [](const testing::TestParamInfo<const char*>& format) { return std::string(format.param); };
INSTANTIATE_TEST_SUITE_P(, Dumps, testing::Values("custom", "directory", "plain", "tar"), kName);

class DumpsOfOneFile : public Dumps {};
INSTANTIATE_TEST_SUITE_P(, DumpsOfOneFile, testing::Values("custom", "plain", "tar"), kName);

TEST_P(Dumps, OfAWholeDatabaseHaveTheRows) {
  const DumpState state = dumped({});
  EXPECT_EQ(state.lacks_hypertable_rows, false);
  EXPECT_NE(state.damaged, true);
}

TEST_P(Dumps, OfASchemaOrATableLackThem) {
  for (const char* part : {"--schema=market", "--table=market.bars"}) {
    const DumpState state = dumped({part});
    EXPECT_EQ(state.lacks_hypertable_rows, true) << part;
    EXPECT_NE(state.damaged, true) << part;
  }
}

TEST_P(Dumps, OfDefinitionsAloneAreMeantToBe) {
  EXPECT_EQ(dumped({"--schema-only"}).lacks_hypertable_rows, std::nullopt);
}

// -- Damage -----------------------------------------------------------------------------------------------------------

TEST_P(Dumps, ThatAreWholeAreNotDamaged) {
  using Arguments = std::vector<std::string>;
  for (const Arguments& arguments : {Arguments{},
                                     {"--data-only"},
                                     {"--table=market.bars"},
                                     {"--inserts"},
                                     {"--section=pre-data"},
                                     {"--schema-only"},
                                     {"--exclude-table-data=*"}})
    EXPECT_EQ(dumped(arguments).damaged, false) << testing::PrintToString(arguments);
}

TEST_P(DumpsOfOneFile, ThatWentThroughAPipeAreNotDamagedUnlessCutShort) {
  EXPECT_EQ(look(dump_through_a_pipe({"--schema-only"})).damaged, false);
  const std::string path = dump_through_a_pipe({});
  EXPECT_EQ(look(path).damaged, false);
  expect_damaged_where_cut(path);
}

TEST_P(Dumps, ThatAreCutShortAreDamaged) {
  const std::string path = dump({});
  if (!std::filesystem::is_directory(path)) return expect_damaged_where_cut(path);
  for (const auto& file : std::filesystem::directory_iterator(path)) {
    if (file.path().filename().string().starts_with("blob_")) continue;
    const std::string aside = path + ".aside";
    std::filesystem::rename(file.path(), aside);
    EXPECT_EQ(look(path).damaged, true) << file.path();
    std::filesystem::rename(aside, file.path());
  }
  EXPECT_EQ(look(path).damaged, false);
}

}  // namespace
}  // namespace pgwatch::test
