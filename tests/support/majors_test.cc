#include "tests/support/majors.h"

#include <fstream>
#include <regex>
#include <sstream>

#include "tests/support/postgres_server.h"

namespace pgwatch::test {
namespace {

TEST(Majors, AreThoseTheScriptFetches) {
  std::stringstream script;
  script << std::ifstream(PGWATCH_SOURCE_FOLDER "/scripts/servers").rdbuf();
  const std::string text = script.str();
  const std::regex version(R"(^  (\d+)\.\S+$)", std::regex::multiline);
  std::vector<int> fetched;
  for (std::sregex_iterator at(text.begin(), text.end(), version), end; at != end; ++at)
    fetched.push_back(std::stoi((*at)[1]));
  EXPECT_EQ(fetched, std::vector<int>(kMajors.begin(), kMajors.end()));
}

class EachMajor : public OnEachMajor {};

INSTANTIATE_TEST_SUITE_P(, EachMajor, every_major(), major_name);

TEST_P(EachMajor, StreamsToAStandbyAndOnToItsOwn) {
  PostgresServer primary({.major = major()});
  primary.sql("CREATE TABLE note (text text); INSERT INTO note VALUES ('old')");
  PostgresServer standby = primary.standby();
  const PostgresServer second = standby.standby("second");
  EXPECT_EQ(std::stoi(second.value("SHOW server_version_num")) / 10'000, major());
  EXPECT_EQ(standby.value("SELECT pg_is_in_recovery()"), "t");
  EXPECT_EQ(standby.value("SELECT active FROM pg_replication_slots WHERE slot_name = 'second'"), "t");
  primary.sql("INSERT INTO note VALUES ('new')");
  EXPECT_TRUE(second.wait_until("SELECT string_agg(text, ' ') FROM note", "old new"));
}

// A parameter that was lowered must not keep a standby from following.
TEST_P(EachMajor, StandbysHaveTheirPrimarysSettings) {
  PostgresServer primary({.major = major(), .settings = {"max_connections = 7", "work_mem = '5MB'"}});
  primary.configure("work_mem = '6MB'");
  const PostgresServer standby = primary.standby("standby", {.settings = {"temp_buffers = '3MB'"}});
  EXPECT_EQ(standby.value("SHOW max_connections"), "7");
  EXPECT_EQ(standby.value("SHOW work_mem"), "6MB");
  EXPECT_EQ(standby.value("SHOW temp_buffers"), "3MB");
}

TEST_P(EachMajor, PromotedStandbyGetsStandbysOfItsOwn) {
  PostgresServer primary({.major = major()});
  PostgresServer standby = primary.standby();
  standby.sql("SELECT pg_promote()");
  standby.sql("CREATE TABLE note ()");
  const PostgresServer second = standby.standby("second");
  EXPECT_TRUE(second.wait_until("SELECT count(*) FROM pg_class WHERE relname = 'note'", "1"));
}

}  // namespace
}  // namespace pgwatch::test
