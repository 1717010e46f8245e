#include "exporter/config/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/exporter/config/fixture.h"

namespace pgwatch::config {
namespace {

using testing::ElementsAre;
using testing::Pair;

const Target& target(const Config& config, std::size_t index = 0) { return *config.world.targets.at(index); }

InstrumentPtr instrument(const Target& target, const std::string& name) {
  const auto found = std::find_if(target.instruments.begin(), target.instruments.end(),
                                  [&](const InstrumentPtr& one) { return one->name() == name; });
  return found == target.instruments.end() ? nullptr : *found;
}

const char* const kEverything = R"(
listen: [":1", "[::1]:2"]
telemetry_path: /m
log: {level: debug, format: json}
timeouts: {connect: 1s, statement: 2s, slow_statement: 1m, scrape: 20s}
turn_interval: 5m
connections: 4
labels: {env: prod, tier: gold}
collectors:
  bloat: {enabled: true, interval: 1h, keep: 1d, max_series: 7, top: 20}
  disks: false
targets:
  - name: main
    conninfo: "host=db1"
    password_file: /run/credentials/pg
    role: primary
    cluster: lake
    labels: {env: test}
    pooler: true
    connections: 2
    timeouts: {statement: 500ms}
    databases: {include: ["a*"], exclude: ["ab"]}
    collectors: {replication: false, bloat: {keep: 2d}}
)";

TEST(Config, ReadsWhatIsForTheProgram) {
  const Config config = parse_text(kEverything);
  EXPECT_THAT(config.listen, ElementsAre(":1", "[::1]:2"));
  EXPECT_EQ(config.telemetry_path, "/m");
  EXPECT_EQ(config.log.level, "debug");
  EXPECT_EQ(config.log.format, LogFormat::kJson);
  EXPECT_EQ(config.world.turn_interval, std::chrono::minutes(5));
  EXPECT_EQ(config.world.scrape_timeout, std::chrono::seconds(20));
  EXPECT_THAT(config.world.collector_names, ElementsAre("bloat", "disks", "replication"));
}

TEST(Config, ReadsATarget) {
  const Config config = parse_text(kEverything);
  const Target& main = target(config);
  EXPECT_EQ(main.name, "main");
  EXPECT_EQ(main.role, Role::kPrimary);
  EXPECT_EQ(main.access.conninfo.reveal(), "host=db1");
  EXPECT_EQ(main.access.password_file, "/run/credentials/pg");
  EXPECT_TRUE(main.access.pooler);
  EXPECT_EQ(main.databases, (DatabaseFilter{.include = {"a*"}, .exclude = {"ab"}}));
}

TEST(Config, LetsATargetOverrideTheDefaultsOneByOne) {
  const Config config = parse_text(kEverything);
  const Target& main = target(config);
  EXPECT_EQ(main.access.connections, 2);
  EXPECT_EQ(main.access.timeouts, (Timeouts{Milliseconds(1'000), Milliseconds(500), Milliseconds(60'000)}));
  EXPECT_THAT(main.labels, ElementsAre(Pair("cluster", "lake"), Pair("env", "test"), Pair("tier", "gold")));
  const InstrumentPtr bloat = instrument(main, "bloat");
  ASSERT_TRUE(bloat);
  EXPECT_EQ(bloat->collector().interval, std::chrono::hours(1));
  EXPECT_EQ(bloat->collector().keep, std::chrono::hours(48));
  EXPECT_EQ(bloat->collector().max_series, 7U);
  EXPECT_EQ(bloat->collector().options.at(0).value, 20);
}

TEST(Config, AppliesDefaultsWhereverTheyStandInTheFile) {
  const Config config = parse_text("targets: [{conninfo: \"\"}]\nconnections: 7\nlabels: {env: prod}");
  EXPECT_EQ(target(config).access.connections, 7);
  EXPECT_THAT(target(config).labels, ElementsAre(Pair("env", "prod")));
}

TEST(Config, TurnsCollectorsOffAndOn) {
  const Config config = parse_text(kEverything);
  EXPECT_FALSE(instrument(target(config), "replication"));
  EXPECT_TRUE(config.world.host_instruments.empty());
}

TEST(Config, LeavesCollectorsAsTheCatalogueHasThem) {
  const Config config = parse_text("targets: [{conninfo: \"\"}]");
  EXPECT_TRUE(instrument(target(config), "replication"));
  EXPECT_FALSE(instrument(target(config), "bloat"));
  EXPECT_FALSE(instrument(target(config), "disks"));
  ASSERT_EQ(config.world.host_instruments.size(), 1U);
  EXPECT_EQ(config.world.host_instruments[0]->name(), "disks");
}

TEST(Config, SettingsAloneDoNotTurnACollectorOn) {
  const Config config = parse_text("collectors: {bloat: {interval: 1h}}\ntargets: [{conninfo: \"\"}]");
  EXPECT_FALSE(instrument(target(config), "bloat"));
}

TEST(Config, SharesAnInstrumentAmongTargetsThatUseItTheSameWay) {
  const Config config = parse_text(R"(
targets:
  - {name: a}
  - {name: b}
  - {name: c, collectors: {replication: {keep: 10s}}}
  - {name: d, collectors: {replication: {keep: 10s}}}
)");
  EXPECT_EQ(instrument(target(config, 0), "replication"), instrument(target(config, 1), "replication"));
  EXPECT_EQ(instrument(target(config, 2), "replication"), instrument(target(config, 3), "replication"));
  EXPECT_NE(instrument(target(config, 0), "replication"), instrument(target(config, 2), "replication"));
}

TEST(Config, RefusesCollectorsThatClaimTheSameMetric) {
  Context context = fake_context();
  context.catalogue[0].columns[1].metric = "pg_bloat_value";
  const std::string text = "collectors: {bloat: true}\ntargets: [{conninfo: \"\"}]";
  EXPECT_THROW(parse(text, "f.yaml", context), Error);
}

TEST(Config, NamesAnUnnamedTargetByHostAndPort) {
  const Config config =
      parse_text("targets: [{conninfo: \"host=db1 port=5433\"}, {conninfo: \"\"}, {conninfo: host=::1}]");
  EXPECT_EQ(target(config, 0).name, "db1:5433");
  EXPECT_EQ(target(config, 1).name, "localhost:5432");
  EXPECT_EQ(target(config, 2).name, "[::1]:5432");
}

TEST(Config, AddsTheDatabaseWhereUnnamedTargetsClash) {
  const Config config = parse_text("targets: [{conninfo: dbname=a}, {conninfo: dbname=b}, {conninfo: host=c}]");
  EXPECT_EQ(target(config, 0).name, "localhost:5432/a");
  EXPECT_EQ(target(config, 1).name, "localhost:5432/b");
  EXPECT_EQ(target(config, 2).name, "c:5432");
}

TEST(Config, AddsTheDatabaseWhereAnUnnamedTargetClashesWithANamedOne) {
  const Config config = parse_text("targets: [{name: \"localhost:5432\"}, {conninfo: dbname=b}]");
  EXPECT_EQ(target(config, 0).name, "localhost:5432");
  EXPECT_EQ(target(config, 1).name, "localhost:5432/b");
}

TEST(Config, ReplacesVariablesInTextsAndNumbers) {
  const Config config =
      parse_text("connections: ${N}\ntargets: [{conninfo: \"host=${H:-db9} password=$${x}\"}]", {{"N", "6"}});
  EXPECT_EQ(target(config).access.connections, 6);
  EXPECT_EQ(target(config).access.conninfo.reveal(), "host=db9 password=${x}");
}

TEST(Config, DoesNotReadYamlOutOfVariables) {
  const Config config = parse_text("targets: [{name: \"${X}\"}]", {{"X", "a}, {name: b"}});
  ASSERT_EQ(config.world.targets.size(), 1U);
  EXPECT_EQ(target(config).name, "a}, {name: b");
}

TEST(Config, TakesAnEmptySectionForAnEmptyMapping) {
  EXPECT_EQ(error_of("collectors:\nlabels:\nlog:\ntargets:\n  - conninfo: \"\""), "");
}

TEST(Config, FollowsAliases) {
  const Config config = parse_text(R"(
targets:
  - {name: a, timeouts: &slow {statement: 9s}, databases: {exclude: &lists [x]}}
  - {name: b, timeouts: *slow, databases: {include: *lists}}
)");
  EXPECT_EQ(target(config, 1).access.timeouts.statement, std::chrono::seconds(9));
  EXPECT_THAT(target(config, 1).databases.include, ElementsAre("x"));
}

TEST(Config, LetsOverridesGoBeforeTheFile) {
  Context context = fake_context();
  context.overrides = {.listen = {":7"},
                       .telemetry_path = "/x",
                       .log_level = "error",
                       .log_format = LogFormat::kLogfmt,
                       .collectors = {{"replication", true}, {"bloat", false}, {"disks", true}},
                       .labels = {{"env", "flag"}},
                       .include = std::vector<std::string>{"only"},
                       .exclude = std::vector<std::string>{}};
  const Config config = parse(kEverything, "f.yaml", context);
  EXPECT_THAT(config.listen, ElementsAre(":7"));
  EXPECT_EQ(config.telemetry_path, "/x");
  EXPECT_EQ(config.log.level, "error");
  EXPECT_EQ(config.log.format, LogFormat::kLogfmt);
  EXPECT_TRUE(instrument(target(config), "replication"));
  EXPECT_FALSE(instrument(target(config), "bloat"));
  EXPECT_EQ(config.world.host_instruments.size(), 1U);
  EXPECT_THAT(target(config).labels, ElementsAre(Pair("cluster", "lake"), Pair("env", "flag"), Pair("tier", "gold")));
  EXPECT_EQ(target(config).databases, (DatabaseFilter{.include = {"only"}, .exclude = {}}));
}

// -- What a target says of itself -------------------------------------------------------------------------------------

// A collector that asks where the server is.
Context asking_where() {
  Context context = fake_context();
  Collector room = context.catalogue.front();
  room.name = "room";
  room.prefix = "pg_room";
  room.options = {{.name = "local", .help = "As the target says.", .value = 2, .most = 2, .of_target = true}};
  context.catalogue.push_back(room);
  return context;
}

int told_where(const std::string& target_text) {
  const Config config = parse("targets: [" + target_text + "]", "f.yaml", asking_where());
  return instrument(target(config), "room")->collector().options.at(0).value;
}

TEST(Config, TellsCollectorsThatAskWhetherTheServerIsHere) {
  EXPECT_EQ(told_where("{conninfo: \"\"}"), 2);
  EXPECT_EQ(told_where("{local: auto}"), 2);
  EXPECT_EQ(told_where("{local: true}"), 1);
  EXPECT_EQ(told_where("{local: false}"), 0);
  EXPECT_EQ(told_where("{local: true, collectors: {room: {keep: 5s}}}"), 1);
}

TEST(Config, HasOneInstrumentForEachThatIsToldAnotherPlace) {
  const Config config = parse("targets: [{name: a, local: true}, {name: b}]", "f.yaml", asking_where());
  EXPECT_EQ(instrument(target(config, 0), "room")->collector().options.at(0).value, 1);
  EXPECT_EQ(instrument(target(config, 1), "room")->collector().options.at(0).value, 2);
}

TEST(Config, DoesNotLetACollectorSayWhatTheTargetSays) {
  EXPECT_THROW(parse("targets: [{collectors: {room: {local: 1}}}]", "f.yaml", asking_where()), Error);
  EXPECT_THAT(error_of("targets: [{local: here}]"), testing::HasSubstr("f.yaml:1:19: "));
}

}  // namespace
}  // namespace pgwatch::config
