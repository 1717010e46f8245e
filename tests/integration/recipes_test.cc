// The recipes of docs/probe.md, as they stand there: each unit is one systemd takes, and each command line runs against
// a server and says what its caller needs. Only the paths of the program and its files are others here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <regex>
#include <sstream>

#include "exporter/util/file.h"
#include "tests/integration/one_probe.h"
#include "tests/support/postgres_template.h"

namespace pgwatch::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// -- The manual -------------------------------------------------------------------------------------------------------

// The one block of the manual that holds this text; "" where there is none.
std::string block_with(const std::string& text) {
  static const std::regex fence("```[a-z]*\n([^`]*)```");
  const std::string manual = read_file(std::string(PGWATCH_SOURCE_FOLDER) + "/docs/probe.md");
  for (auto at = std::sregex_iterator(manual.begin(), manual.end(), fence); at != std::sregex_iterator(); ++at)
    if (at->str(1).find(text) != std::string::npos) return at->str(1);
  ADD_FAILURE() << "docs/probe.md has no block with " << text;
  return "";
}

// What is set to `key` in a unit: the rest of its line, which goes on behind a backslash.
std::string value_of(const std::string& key, const std::string& unit) {
  const std::string block = std::regex_replace(unit, std::regex("\\\\\n"), "");
  const std::size_t at = ("\n" + block).find("\n" + key + "=");
  if (at == std::string::npos) return "";
  const std::size_t begin = at + key.size() + 1;
  return block.substr(begin, block.find('\n', begin) - begin);
}

std::vector<std::string> words_of(const std::string& command) {
  std::istringstream stream(command);
  return {std::istream_iterator<std::string>(stream), {}};
}

// The strings of a list in Icinga's language.
std::vector<std::string> strings_in(const std::string& list) {
  static const std::regex string("\"([^\"]*)\"");
  std::vector<std::string> strings;
  for (auto at = std::sregex_iterator(list.begin(), list.end(), string); at != std::sregex_iterator(); ++at)
    strings.push_back(at->str(1));
  return strings;
}

// -- Command lines ----------------------------------------------------------------------------------------------------

struct Outcome {
  int status = -1;
  std::string output;
};

class Recipes : public SharedServer {
 protected:
  // The words of a recipe, which must be the program and options it knows, with our paths.
  Outcome run_recipe(std::vector<std::string> words, const Environment& environment = {}) const {
    EXPECT_EQ(words.at(0), "/usr/bin/pgwatch");
    words.erase(words.begin());
    for (std::string& word : words) {
      if (word == "/etc/pgwatch-exporter/pgwatch.yaml") word = config_;
      if (word == "/var/lib/node_exporter/pgwatch.prom") word = page_;
    }
    Command command = pgwatch_command(std::move(words));
    for (const auto& [name, value] : environment) command.environment[name] = value;
    const Process process(command);
    const int status = process.wait().value_or(-1);
    return {status, process.output()};
  }

  void configure(const std::string& config) { folder_.write("pgwatch.yaml", config); }
  void configure_well() { configure(config_of({{"main", server_->conninfo()}})); }
  void configure_dead() { configure(config_of({{"main", "host=127.0.0.1 port=1 user=pgwatch"}})); }

  TemporaryFolder folder_;
  const std::string config_ = folder_.path() / "pgwatch.yaml";
  const std::string page_ = folder_.path() / "pgwatch.prom";
};

TEST_F(Recipes, ServiceFailsForWhatIsCriticalAlone) {
  const std::string unit = block_with("# pgwatch-once.service");
  const std::vector<std::string> command = words_of(value_of("ExecStart", unit));
  configure_well();
  EXPECT_EQ(run_recipe(command).status, 0);
  configure(config_of({{"main", server_->conninfo()}}, "checks: {replication_slot_retained_bytes: {warning: 1B}}"));
  server_->sql("SELECT pg_create_physical_replication_slot('feed', true)");
  server_->sql("SELECT pg_logical_emit_message(false, '', 'something')");
  const Outcome warned = run_recipe(command);
  server_->sql("SELECT pg_drop_replication_slot('feed')");
  EXPECT_EQ(std::to_string(warned.status), value_of("SuccessExitStatus", unit)) << warned.output;
  configure_dead();
  EXPECT_EQ(run_recipe(command).status, 2);
}

TEST_F(Recipes, ServiceHasTheTimeThatTheProbeTakesAtMost) {
  const std::string unit = block_with("# pgwatch-once.service");
  EXPECT_THAT(value_of("ExecStart", unit), HasSubstr("--timeout 10s"));
  EXPECT_GT(std::stoi(value_of("TimeoutStartSec", unit)), 10 + 1);
}

// An image of PostgreSQL says by these variables where its server is.
TEST_F(Recipes, HealthCheckOfAContainerIsZeroOrOne) {
  const std::vector<std::string> command = words_of(value_of("HealthCmd", block_with("HealthCmd=")));
  Environment environment = {{"PGHOST", "127.0.0.1"},
                             {"PGPORT", std::to_string(server_->port())},
                             {"PGUSER", "pgwatch"},
                             {"PGDATABASE", "postgres"},
                             {"PGPASSWORD", password_of("pgwatch")}};
  EXPECT_EQ(run_recipe(command, environment).status, 0);
  environment["PGPORT"] = "1";
  EXPECT_EQ(run_recipe(command, environment).status, 1);
}

// A server in recovery, one that is full and a role that is missing are no reasons to kill it.
TEST_F(Recipes, HealthCheckOfAContainerEndsNoServer) {
  EXPECT_EQ(value_of("HealthOnFailure", block_with("HealthCmd=")), "");
}

TEST_F(Recipes, NagiosGetsAStatusLineAndAPluginsStatus) {
  const std::string definition = block_with("object CheckCommand");
  std::vector<std::string> command = strings_in(definition.substr(0, definition.find(']')));
  command.erase(command.begin());  // the definition's own name
  EXPECT_THAT(definition, AllOf(HasSubstr("\"--check\""), HasSubstr("repeat_key = true")));
  command.insert(command.end(), {"--check", "up", "--check", "main/role"});
  configure_well();
  const Outcome well = run_recipe(command);
  EXPECT_EQ(well.status, 0);
  EXPECT_THAT(well.output, StartsWith("OK - 1 ok, 1 inactive ("));
  configure_dead();
  const Outcome dead = run_recipe(command);
  EXPECT_EQ(dead.status, 2);
  EXPECT_THAT(dead.output, StartsWith("CRITICAL - 1 critical, 1 skipped ("));
}

TEST_F(Recipes, TextfileTellsOfDeathAndOfAConfigurationThatIsNoGood) {
  const std::vector<std::string> command =
      words_of(value_of("ExecStart", block_with("--output /var/lib/node_exporter")));
  configure_dead();
  EXPECT_EQ(run_recipe(command).status, 0) << "the file says it";
  EXPECT_EQ(Exposition(read_file(page_)).value("pgwatch_once_status"), 2);
  configure("tragets: []");
  EXPECT_EQ(run_recipe(command).status, 3);
  EXPECT_EQ(Exposition(read_file(page_)).value("pgwatch_once_status"), 3);
}

TEST_F(Recipes, AlertsOnATextfileAreRulesThatPrometheusTakes) {
  run({.arguments = {"promtool", "check", "rules",
                     folder_.write("rules.yaml", block_with("pgwatch_once_timestamp_seconds >"))}});
}

// -- Units ------------------------------------------------------------------------------------------------------------

// A block without the comment that names its file.
std::string unit_of(const std::string& name) {
  std::string block = block_with("# " + name);
  const std::string program = "/usr/bin/pgwatch";
  if (const std::size_t at = block.find(program); at != std::string::npos)
    block.replace(at, program.size(), pgwatch_command({}).arguments.at(0));
  return block;
}

TEST(RecipeUnits, AreTakenBySystemd) {
  const std::string verifier = "/usr/bin/systemd-analyze";
  if (::access(verifier.c_str(), X_OK) != 0) GTEST_SKIP() << "no systemd-analyze here";
  const TemporaryFolder folder;
  std::vector<std::string> arguments = {verifier, "verify", "--man=no"};
  folder.write("notify@.service", "[Service]\nType=oneshot\nExecStart=/bin/true\n");
  for (const char* name : {"pgwatch-once.service", "pgwatch-once.timer"})
    arguments.push_back(folder.write(name, unit_of(name)).string());
  Command command{.arguments = arguments};
  command.environment["SYSTEMD_UNIT_PATH"] = folder.path().string() + ":";
  const Process process(command);
  EXPECT_EQ(process.wait(), 0);
  EXPECT_EQ(process.output() + process.errors(), "");
}

// Podman makes a unit of a Quadlet with this program of its own.
TEST(RecipeUnits, QuadletIsTakenByPodman) {
  const std::string generator = "/usr/lib/systemd/system-generators/podman-system-generator";
  if (::access(generator.c_str(), X_OK) != 0) GTEST_SKIP() << "no podman here, which makes units of Quadlets";
  const TemporaryFolder folder;
  folder.write("database.container", block_with("HealthCmd=") + "Image=docker.io/library/postgres:18\n");
  Command command{.arguments = {generator, "--dryrun"}};
  command.environment["QUADLET_UNIT_DIRS"] = folder.path();
  EXPECT_THAT(run(command), HasSubstr("--health-cmd"));
}

}  // namespace
}  // namespace pgwatch::test
