// What pgwatch --once writes, and where: JSON on every path, pages that Prometheus takes, files replaced whole.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <iterator>
#include <set>

#include "collectors/catalogue.h"
#include "exporter/util/file.h"
#include "tests/integration/one_probe.h"
#include "tests/support/scripted_postgres.h"

namespace pgwatch::test {
namespace {

namespace fs = std::filesystem;

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class OnceFormat : public SharedServer {
 protected:
  static std::string config() { return config_of({{"main", server_->conninfo()}}); }
};

// -- JSON -------------------------------------------------------------------------------------------------------------

std::vector<std::string> errors_of(const Json& json) {
  std::vector<std::string> errors;
  for (const Json& error : json.at("errors").items()) errors.push_back(error.text());
  return errors;
}

TEST_F(OnceFormat, WrongUsageIsJsonToo) {
  OneProbe probe(std::vector<std::string>{"--once", "--format", "json", "--nonsense"});
  EXPECT_EQ(probe.status(), 3);
  const Json json = probe.json();
  EXPECT_EQ(json.at("status").text(), "unknown");
  EXPECT_EQ(json.at("exit_code").number(), 3);
  EXPECT_THAT(errors_of(json), ElementsAre("unknown option --nonsense; see --help"));
}

// Whoever wrote these meant a probe; 2 would be an alarm.
TEST_F(OnceFormat, WrongUsageOfOnceItselfIsJsonToo) {
  for (const std::string once : {"--once=true", "--onec", "--check=up"}) {
    OneProbe probe(std::vector<std::string>{once, "--format", "json", "--bogus"});
    EXPECT_EQ(probe.status(), 3) << once;
    EXPECT_EQ(probe.json().at("exit_code").number(), 3);
  }
}

TEST_F(OnceFormat, WrongUsageIsNeverTakenForCritical) {
  OneProbe probe(std::vector<std::string>{"--onec"});
  EXPECT_EQ(probe.status(), 3);
}

TEST_F(OnceFormat, WrongConfigurationIsJsonToo) {
  OneProbe probe("tragets: []", {{"--format", "json"}});
  EXPECT_EQ(probe.status(), 3);
  EXPECT_THAT(errors_of(probe.json()), ElementsAre(HasSubstr(R"(pgwatch.yaml:1:1: unknown key \"tragets\")")));
}

TEST_F(OnceFormat, NothingMatchedIsJsonToo) {
  OneProbe probe(config(), {{"--format", "json", "--check", "uq"}});
  EXPECT_EQ(probe.status(), 3);
  EXPECT_THAT(errors_of(probe.json()), ElementsAre(StartsWith("no check is called uq; there are: up, ")));
  EXPECT_TRUE(probe.json().at("checks").items().empty());
}

// -- Text -------------------------------------------------------------------------------------------------------------

// Nagios takes what is behind a | for figures, and a terminal what is behind ESC for orders.
TEST_F(OnceFormat, TextIsLinesOfTextWhateverAServerSays) {
  const ScriptedPostgres rude({.greeting = Script::Act::kError, .message = "no S3cretPw\xff| here\x1b[2J"});
  const std::string config = config_of({{"a|b=1", rude.conninfo() + " password=S3cretPw"}});
  OneProbe human(config);
  EXPECT_EQ(human.status(), 2);
  EXPECT_THAT(human.output(),
              AllOf(HasSubstr("critical a/b=1 up  down, starting: "), HasSubstr("no ***\xEF\xBF\xBD/ here [2J\n")));
  OneProbe json(config, {{"--format", "json"}});
  EXPECT_EQ(json.status(), 2);
  EXPECT_THAT(said(json.json(), "a|b=1", "up"), HasSubstr("no ***\xEF\xBF\xBD| here"));
  for (const OneProbe* probe : {&human, &json})
    EXPECT_THAT(probe->output() + probe->errors(), Not(HasSubstr("S3cretPw")));
}

// -- Pages of metrics -------------------------------------------------------------------------------------------------

std::set<std::string> families_of_servers(const Exposition& page) {
  std::set<std::string> names;
  for (const Sample& sample : page.all("pg_up")) EXPECT_EQ(sample.labels.at("server"), "main");
  for (const Sample& sample : page.samples())
    if (sample.labels.contains("server") && sample.name.starts_with("pg_")) names.insert(sample.name);
  return names;
}

// Without what is asked by a timer, and what a server says only at times.
std::string steady_collectors() {
  const std::set<std::string> steady = {"replication", "replication_slots", "settings", "stat_database"};
  std::string off;
  for (const Collector& collector : collectors::catalogue())
    if (!steady.contains(collector.name)) off += (off.empty() ? "" : ", ") + collector.name + ": false";
  return "collectors: {" + off + "}";
}

TEST_F(OnceFormat, PageHoldsWhatTheDaemonSaysOfTheServers) {
  const std::string config = config_of({{"main", server_->conninfo()}}, steady_collectors());
  OneProbe probe(config, {{"--format", "prometheus", "--check", "up"}});
  EXPECT_EQ(probe.status(), 0);
  const Exposition page(probe.output());
  const Pgwatch daemon(config);
  ASSERT_TRUE(becomes_whole(daemon, "main"));
  EXPECT_EQ(families_of_servers(page), families_of_servers(scrape(daemon).page));
  EXPECT_EQ(page.value("pg_up", {{"server", "main"}}), 1);
  EXPECT_EQ(page.value("pgwatch_once_status"), 0);
  EXPECT_EQ(page.value("pgwatch_once_check_status", {{"server", "main"}, {"check", "up"}}), 0);
  EXPECT_GT(page.value("pgwatch_once_timestamp_seconds"), 1.7e9);
  EXPECT_EQ(page.value("pgwatch_threshold",
                       {{"server", "main"}, {"check", "replication_lag_seconds"}, {"severity", "critical"}}),
            300);
}

// It complains of names that postgres_exporter gave, by status 3; what it cannot read is status 1.
TEST_F(OnceFormat, PageIsReadByPromtool) {
  const TemporaryFolder folder;
  const std::string file = folder.path() / "pgwatch.prom";
  OneProbe probe(config(), {{"--format", "prometheus", "--output", file}});
  EXPECT_EQ(probe.status(), 0);
  run({.arguments = {"/bin/sh", "-c",
                     "promtool check metrics <\"$0\"; status=$?; [ $status -eq 0 ] || [ $status -eq 3 ]", file}});
}

// A textfile collector alerts on it; nobody reads the log of a timer.
TEST_F(OnceFormat, PageOfAFailureSaysSo) {
  OneProbe probe("tragets: []", {{"--format", "prometheus"}});
  EXPECT_EQ(probe.status(), 3);
  EXPECT_EQ(Exposition(probe.output()).value("pgwatch_once_status"), 3);
  EXPECT_THAT(probe.errors(), HasSubstr("unknown key"));
}

// -- Files ------------------------------------------------------------------------------------------------------------

TEST_F(OnceFormat, FileTakesTheResultAndStandardOutputNothing) {
  const TemporaryFolder folder;
  const fs::path file = folder.write("result", "old");
  OneProbe probe(config(), {{"--output", file.string(), "--verbose"}});
  EXPECT_EQ(probe.status(), 0);
  EXPECT_EQ(probe.output(), "");
  EXPECT_THAT(read_file(file), StartsWith("OK - "));
  EXPECT_EQ(fs::status(file).permissions(), fs::perms{0644});
}

TEST_F(OnceFormat, FileThatMayNotGrowStaysAsItWas) {
  const TemporaryFolder folder;
  const fs::path file = folder.write("result", "old");
  const fs::path config = folder.write("pgwatch.yaml", this->config());
  Command command = pgwatch_command({"--once", "--config", config, "--format", "prometheus", "--output", file});
  command.arguments.insert(command.arguments.begin(), {"sh", "-c", "ulimit -f 1; exec \"$0\" \"$@\""});
  const Process probe(command);
  EXPECT_EQ(probe.wait(), 3);
  EXPECT_THAT(probe.errors(), HasSubstr("cannot write " + file.string() + ": File too large"));
  EXPECT_EQ(read_file(file), "old");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 2) << "and no draft is left";
}

TEST_F(OnceFormat, FileThatCannotBeWrittenIsAnErrorInEveryStyle) {
  for (const auto& [style, status] : {std::pair{"nagios", 3}, std::pair{"binary", 1}, std::pair{"zero", 3}}) {
    OneProbe probe(config(), {{"--output", "/nowhere/result", "--exit-style", style}});
    EXPECT_EQ(probe.status(), status) << style;
    EXPECT_THAT(probe.errors(), HasSubstr("cannot write /nowhere/result: No such file or directory"));
  }
}

}  // namespace
}  // namespace pgwatch::test
