#include "exporter/grants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "exporter/util/file.h"

namespace pgwatch {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string document(const std::string& path) { return read_file(std::string(PGWATCH_SOURCE_FOLDER) + "/" + path); }

// What the server gets to see: neither comments nor empty lines.
std::string statements(const std::string& script) {
  static const std::regex ignored("(^|\n)(--[^\n]*)?(?=\n|$)");
  return std::regex_replace(script, ignored, "");
}

TEST(Grants, AreARoleThatLogsInAndMonitors) {
  const std::string sql = statements(grants("watcher"));
  EXPECT_THAT(sql, HasSubstr("CREATE ROLE \"watcher\" LOGIN;"));
  EXPECT_THAT(sql, HasSubstr("GRANT pg_monitor TO \"watcher\";"));
  EXPECT_EQ(sql.find("GRANT"), sql.rfind("GRANT")) << "and nothing else";
  EXPECT_THAT(sql, Not(HasSubstr("PASSWORD")));
}

TEST(Grants, SayWhatTheyAreFor) {
  const std::string script = grants(kUsualRole);
  for (const char* words : {"\\password \"pgwatch\"", "replication", "pg_read_all_stats", "pgwatch --grants | psql"})
    EXPECT_THAT(script, HasSubstr(words));
  std::istringstream lines(script);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 120U) << line;
}

// psql does not care; single-user mode does.
TEST(Grants, EndEachStatementWithAnEmptyLine) {
  const std::string script = grants(kUsualRole);
  const std::regex end(";\n\n");
  const auto ends = std::distance(std::sregex_iterator(script.begin(), script.end(), end), std::sregex_iterator());
  EXPECT_EQ(ends, 2);
}

TEST(Grants, QuoteAnyName) {
  const std::string script = grants(R"(Odd "one"'s $role$ {text} {role})");
  EXPECT_THAT(script, HasSubstr(R"(CREATE ROLE "Odd ""one""'s $role$ {text} {role}" LOGIN;)"));
  EXPECT_THAT(script, HasSubstr(R"(rolname = 'Odd "one"''s $role$ {text} {role}')"));
  EXPECT_THAT(script, HasSubstr("DO $_role$\n"));
  EXPECT_THAT(script, HasSubstr("\n$_role$;\n"));
}

TEST(Grants, RefuseWhatIsNoName) {
  EXPECT_EQ(role_problem("pgwatch"), "");
  EXPECT_EQ(role_problem(std::string(63, 'x')), "");
  EXPECT_EQ(role_problem(std::string(64, 'x')), "a role's name has at most 63 bytes");
  EXPECT_EQ(role_problem("a\nb"), "a role's name has no control characters");
  EXPECT_EQ(role_problem(""), "a role has a name");
}

// A copy would grow old.
TEST(Grants, DocumentsPointToThemAndCopyNothing) {
  for (const char* path : {"README.md", "SECURITY.md", "docs/configuration.md"}) {
    EXPECT_THAT(document(path), HasSubstr("pgwatch --grants")) << path;
    EXPECT_THAT(document(path), Not(HasSubstr("CREATE ROLE"))) << path;
    EXPECT_THAT(document(path), Not(HasSubstr("GRANT pg_monitor"))) << path;
  }
}

}  // namespace
}  // namespace pgwatch
