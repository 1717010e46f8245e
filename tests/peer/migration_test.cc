// Holds docs/migrate-from-postgres-exporter.md to a real postgres_exporter; tests/migration_docs_test.cc holds it to
// pgwatch.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>
#include <regex>
#include <set>
#include <sstream>

#include "tests/migration_page.h"
#include "tests/peer/exceptions.h"
#include "tests/peer/postgres_exporter.h"
#include "tests/source_tree.h"
#include "tests/support/family.h"
#include "tests/support/majors.h"
#include "tests/support/pgwatch.h"
#include "tests/support/postgres_programs.h"

namespace pgwatch::test {
namespace {

class Migration : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string why = PostgresExporter::why_missing(); !why.empty()) GTEST_SKIP() << why;
  }
};

TEST_F(Migration, NamesEveryCollectorOfPostgresExporterAndItsDefault) {
  if (PostgresExporter::version() != kContractVersion) GTEST_SKIP() << "the page is about " << kContractVersion;
  std::map<std::string, bool> named;
  for (const Migrated& one : migrated_collectors())
    if (!one.theirs.empty()) named[one.theirs] = one.their_default;
  EXPECT_EQ(named, PostgresExporter::collectors());
}

// The commands of the page, with the ports of the test.
std::string comparison(std::uint16_t theirs, std::uint16_t ours) {
  const std::string part = migration_part("## Swap it");
  const std::size_t begin = part.find("curl ");
  std::string commands = part.substr(begin, part.find("```", begin) - begin);
  commands = std::regex_replace(commands, std::regex(":9187"), ":" + std::to_string(theirs));
  return std::regex_replace(commands, std::regex(":9188"), ":" + std::to_string(ours));
}

// What is excused on this major may be missing.
std::set<std::string> unexcused(const std::string& missing, int major) {
  std::istringstream words(missing);
  std::set<std::string> names{std::istream_iterator<std::string>(words), {}};
  for (const Exception& one : read_exceptions(read_source("tests/peer/exceptions.txt")))
    if (holds_on(one, major, "primary"))
      std::erase_if(names, [&](const std::string& name) { return excuses(one, {What::kFamily, name}); });
  return names;
}

TEST_F(Migration, ComparisonOfThePageFindsNothing) {
  const int major = kMajors.back();
  if (const std::string why = why_missing({.major = major}); !why.empty()) GTEST_SKIP() << why;
  const Family family(major);
  const PostgresExporter theirs(family.primary.conninfo(), PostgresExporter::Collectors::kDefault);
  const Pgwatch ours("targets: [{name: main, conninfo: \"" + family.primary.conninfo() + "\"}]\n");
  const TemporaryFolder folder;
  const std::string script = "cd " + folder.path().string() + "\n" + comparison(theirs.port(), ours.port());
  std::set<std::string> missing;
  const auto none_is_missing = [&] {
    missing = unexcused(run({.arguments = {"sh", "-ec", script}}), major);
    return missing.empty();
  };
  EXPECT_TRUE(eventually(none_is_missing)) << testing::PrintToString(missing);
  EXPECT_NE(run({.arguments = {"cat", (folder.path() / "theirs").string()}}).find("pg_stat_database_blks_hit\n"),
            std::string::npos);
}

}  // namespace
}  // namespace pgwatch::test
