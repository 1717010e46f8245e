// What a person reads who mistyped a configuration: where, what was expected, what was probably meant.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/exporter/config/fixture.h"

namespace pgwatch::config {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string in_target(const std::string& text) { return "targets:\n  - name: a\n    " + text; }

TEST(ConfigErrors, NameTheNearestKeyAndTheKnownOnes) {
  EXPECT_EQ(error_of("log: {}\ntragets: []"),
            "f.yaml:2:1: unknown key \"tragets\"; did you mean \"targets\"? Known are: listen, telemetry_path, log, "
            "timeouts, turn_interval, connections, queries, labels, freshness, collectors, checks, backups, systemd, "
            "targets");
  EXPECT_THAT(error_of(in_target("rolle: any")),
              StartsWith("f.yaml:3:5: unknown key \"rolle\"; did you mean \"role\"?"));
  EXPECT_THAT(error_of(in_target("password: geheim")), HasSubstr("did you mean \"password_file\"?"));
  EXPECT_THAT(error_of(in_target("timeouts: {scrape: 1s}")), StartsWith("f.yaml:3:16: unknown key \"scrape\""));
}

TEST(ConfigErrors, NameTheNearestCollector) {
  EXPECT_EQ(
      error_of(with_target("collectors: {replicaton: true}")),
      "f.yaml:1:14: unknown collector \"replicaton\"; did you mean \"replication\"? Known are: replication, bloat, "
      "disks");
}

TEST(ConfigErrors, NamesAreSeen) {
  for (const std::string name : {"\"\"", "\"a\\nb\"", "\"\\x7f\""})
    EXPECT_THAT(error_of("targets:\n  - name: " + name), HasSubstr("f.yaml:2:11: a name is ")) << name;
}

TEST(ConfigErrors, SayWhichTypeWasExpectedAndFound) {
  EXPECT_EQ(error_of("[1]"), "f.yaml:1:1: expected a mapping, found a list");
  EXPECT_EQ(error_of("text"), "f.yaml:1:1: expected a mapping, found text");
  EXPECT_EQ(error_of(with_target("listen: \":1\"")), "f.yaml:1:9: expected a list, found text");
  EXPECT_EQ(error_of(with_target("telemetry_path: [a]")), "f.yaml:1:17: expected text, found a list");
  EXPECT_EQ(error_of("targets:\n  - conninfo:"), "f.yaml:2:5: expected text, found nothing");
  EXPECT_THAT(error_of("targets: [host=db1]"), StartsWith("f.yaml:1:11: expected a target"));
  EXPECT_THAT(error_of(with_target("collectors: {bloat: []}")),
              StartsWith("f.yaml:1:21: expected true, false or settings"));
}

TEST(ConfigErrors, ShowTheValueThatDoesNotFit) {
  EXPECT_EQ(error_of(with_target("connections: 11")),
            "f.yaml:1:14: expected a whole number from 2 to 10, found \"11\"");
  EXPECT_EQ(error_of(with_target("connections: 1")), "f.yaml:1:14: expected a whole number from 2 to 10, found \"1\"");
  EXPECT_THAT(error_of(with_target("connections: 3.5")), StartsWith("f.yaml:1:14: expected a whole number"));
  EXPECT_EQ(error_of(in_target("role: master")), "f.yaml:3:11: expected any, primary or standby, found \"master\"");
  EXPECT_EQ(error_of(in_target("pooler: yes")), "f.yaml:3:13: expected true or false, found \"yes\"");
  EXPECT_EQ(error_of(with_target("log: {format: xml}")), "f.yaml:1:15: expected logfmt or json, found \"xml\"");
  EXPECT_EQ(error_of(with_target("log: {level: loud}")), "f.yaml:1:14: expected debug, info, warn or error");
}

TEST(ConfigErrors, RefuseImpossibleDurations) {
  const std::string expected = "f.yaml:1:21: expected a duration from 10ms to 1h, as 500ms, 3s, 5m, 1h or 1d, found ";
  EXPECT_EQ(error_of(with_target("timeouts: {connect: -1s}")), expected + "\"-1s\"");
  EXPECT_EQ(error_of(with_target("timeouts: {connect: 0s}")), expected + "\"0s\"");
  EXPECT_EQ(error_of(with_target("timeouts: {connect: 3}")), expected + "\"3\"");
  EXPECT_EQ(error_of(with_target("timeouts: {connect: 2h}")), expected + "\"2h\"");
  EXPECT_THAT(error_of(with_target("timeouts: {scrape: 61s}")),
              StartsWith("f.yaml:1:20: expected a duration from 10ms to 1m,"));
  EXPECT_EQ(error_of(with_target("timeouts: {scrape: 1m}")), "");
  EXPECT_THAT(error_of(with_target("turn_interval: 0s")), StartsWith("f.yaml:1:16: expected a duration from 1s to 7d"));
}

TEST(ConfigErrors, KnowWhatACollectorCannotBeTold) {
  EXPECT_THAT(error_of(with_target("collectors: {replication: {interval: 1m}}")),
              StartsWith("f.yaml:1:38: collector replication is asked with each scrape"));
  EXPECT_THAT(error_of(in_target("collectors: {disks: false}")),
              StartsWith("f.yaml:3:18: collector disks reads the host, not a target"));
  EXPECT_THAT(error_of(with_target("collectors: {bloat: {max_series: 0}}")), HasSubstr("from 1 to 1000000"));
  EXPECT_THAT(error_of(with_target("collectors: {bloat: {top: 51}}")), HasSubstr("from 1 to 50"));
  EXPECT_THAT(error_of(with_target("collectors: {replication: {top: 5}}")), HasSubstr("unknown key \"top\""));
}

TEST(ConfigErrors, RefuseLabelsThatPrometheusOrPgwatchWouldTripOver) {
  EXPECT_THAT(error_of(with_target("labels: {1a: x}")), StartsWith("f.yaml:1:10: label \"1a\" is no label name"));
  EXPECT_THAT(error_of(with_target("labels: {server: x}")), HasSubstr("is pgwatch's own"));
  EXPECT_THAT(error_of(with_target("labels: {le: x}")), HasSubstr("is pgwatch's own"));
  EXPECT_THAT(error_of(with_target("labels: {__x: x}")), HasSubstr("is no label name"));
  EXPECT_THAT(error_of(in_target("labels: {slot_name: x}")), HasSubstr("is taken by collector replication"));
}

TEST(ConfigErrors, RefuseAClusterGivenTwice) {
  EXPECT_THAT(error_of(in_target("cluster: a\n    labels: {cluster: b}")),
              StartsWith("f.yaml:3:14: cluster is given twice"));
  EXPECT_EQ(error_of("labels: {cluster: b}\n" + in_target("cluster: a")), "");
}

TEST(ConfigErrors, RefuseAddressesAndPathsNobodyCanServe) {
  EXPECT_EQ(error_of(with_target("listen: [\":1\", \"9187\"]")),
            "f.yaml:1:16: expected HOST:PORT, as :9187, 127.0.0.1:9187 or [::1]:9187");
  EXPECT_THAT(error_of(with_target("listen: [\"[abc]:9187\"]")), StartsWith("f.yaml:1:10: expected HOST:PORT"));
  EXPECT_THAT(error_of(with_target("listen: []")), StartsWith("f.yaml:1:9: expected at least one address"));
  EXPECT_THAT(error_of(with_target("listen: [\":1\", \":1\"]")), HasSubstr("stands here twice"));
  EXPECT_THAT(error_of(with_target("telemetry_path: metrics")), StartsWith("f.yaml:1:17: expected a path"));
}

TEST(ConfigErrors, RefuseTwoTargetsOfOneName) {
  EXPECT_EQ(error_of("targets:\n  - name: a\n  - name: a"),
            "f.yaml:3:11: name \"a\" is taken by another target at f.yaml:2:11; names must differ");
  EXPECT_EQ(error_of("targets:\n  - conninfo: dbname=a\n  - conninfo: dbname=a"),
            "f.yaml:3:5: name \"localhost:5432/a\" is taken by another target at f.yaml:2:5; names must differ");
}

TEST(ConfigErrors, AskForATarget) {
  for (const char* text : {"", "# nothing yet", "log: {}", "targets: []", "---\n"}) {
    EXPECT_THAT(error_of(text), HasSubstr(": no targets; expected at least one")) << text;
  }
  EXPECT_EQ(error_of("targets:"), "f.yaml:1:1: expected a list, found nothing");
}

TEST(ConfigErrors, PointAtTheConnectionStringWithoutShowingIt) {
  const std::string error = error_of(in_target("conninfo: \"broken password=geheim\""));
  EXPECT_EQ(error, "f.yaml:3:15: conninfo: missing \"=\" after \"broken\"");
  EXPECT_THAT(error_of(in_target("conninfo: {password: geheim}")), Not(HasSubstr("geheim")));
}

TEST(ConfigErrors, ShowNoConnectionStringThatStandsInAWrongPlace) {
  for (const std::string& text : {
           in_target("\"postgres://u:Gehe1m@h/d\": 1"),
           in_target("role: \"postgres://u:Gehe1m@h/d\""),
           with_target("labels: {\"u:Gehe1m@h/d\": a}"),
           with_target("collectors: {\"postgres://u:Gehe1m@h/d\": true}"),
           with_target("checks: {\"host=h password=Gehe1m\": false}"),
           std::string("targets: [{name: \"postgres://u:Gehe1m@h/d\"}, {name: \"postgres://u:Gehe1m@h/d\"}]"),
       }) {
    EXPECT_THAT(error_of(text), HasSubstr("what looks like a connection string")) << text;
    EXPECT_THAT(error_of(text), Not(HasSubstr("Gehe1m")));
  }
}

TEST(ConfigErrors, NameTheVariableThatIsNotSet) {
  EXPECT_EQ(error_of(in_target("password_file: ${DIR}/pg")),
            "f.yaml:3:20: variable DIR is not set; ${DIR:-default} gives a default");
}

TEST(ConfigErrors, ShowAVariableByNameAndNotByValue) {
  EXPECT_EQ(error_of(with_target("connections: ${SECRET}"), {{"SECRET", "geheim"}}),
            "f.yaml:1:14: expected a whole number from 2 to 10, found \"${SECRET}\"");
}

TEST(ConfigErrors, NameAFileThatCannotBeRead) {
  const Context context = fake_context();
  try {
    load_file("/nowhere/pgwatch.yaml", context);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "/nowhere/pgwatch.yaml: cannot read the configuration: No such file or directory");
  }
  EXPECT_THROW(load_file(std::filesystem::temp_directory_path().string(), context), Error);
  EXPECT_THROW(load_file("/dev/zero", context), Error);
}

}  // namespace
}  // namespace pgwatch::config
