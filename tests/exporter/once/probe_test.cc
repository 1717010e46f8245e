#include "exporter/once/probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/backups/backup.h"
#include "collectors/catalogue.h"
#include "tests/support/ports.h"
#include "tests/support/scripted_postgres.h"

namespace pgwatch::once {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

TargetPtr target(const std::string& name, const std::string& conninfo) {
  Target target;
  target.name = name;
  target.access.conninfo = Secret(conninfo);
  for (Collector& collector : collectors::catalogue())
    target.instruments.push_back(std::make_shared<const Instrument>(std::move(collector)));
  return std::make_shared<const Target>(std::move(target));
}

std::string nobody() { return "host=127.0.0.1 port=" + std::to_string(test::free_port()); }

World world_of(std::vector<TargetPtr> targets) {
  World world;
  world.targets = std::move(targets);
  return world;
}

Examination examination_of(const World& world, const Options& options) {
  Probe probe(world, options, "v");
  Examination found = probe.run(std::chrono::steady_clock::now() + options.timeout);
  EXPECT_TRUE(probe.stop());
  return found;
}

TEST(Probe, SaysAtOnceThatAServerIsDown) {
  const Examination found = examination_of(world_of({target("gone", nobody())}), {.checks = {"up"}, .timeout = 1h});
  ASSERT_EQ(found.verdicts.size(), 1U);
  EXPECT_EQ(found.verdicts[0].status, health::Status::kCritical);
  EXPECT_THAT(found.verdicts[0].summary, HasSubstr("down, refused"));
  EXPECT_THAT(found.errors, IsEmpty());
}

TEST(Probe, WaitsNoLongerThanItsDeadline) {
  const test::ScriptedPostgres silent({.greeting = test::Script::Act::kSilence});
  const Examination found = examination_of(world_of({target("silent", silent.conninfo())}), {.timeout = 300ms});
  ASSERT_FALSE(found.verdicts.empty());
  EXPECT_EQ(found.verdicts[0].status, health::Status::kCritical);
  EXPECT_THAT(found.verdicts[0].summary, HasSubstr("timeout"));
}

TEST(Probe, ConnectsToNobodyWhoIsNotAskedFor) {
  const test::ScriptedPostgres other({});
  const World world = world_of({target("gone", nobody()), target("other", other.conninfo())});
  examination_of(world, {.checks = {"gone/*"}});
  EXPECT_EQ(other.startups(), 0);
}

TEST(Probe, NamesWhatIsThereWhereAPatternTakesNothing) {
  const Examination found = examination_of(world_of({target("gone", nobody())}), {.checks = {"uq"}});
  EXPECT_THAT(found.verdicts, IsEmpty());
  EXPECT_THAT(found.errors, ElementsAre(StartsWith("no check is called uq; there are: up, role, ")));
}

// A folder is asked for, and no server.
TEST(Probe, JudgesBackupsWithoutAServer) {
  World world = world_of({target("gone", nobody())});
  world.backups = {std::make_shared<const Backup>(Backup{.name = "nightly", .directory = "/nowhere/at/all"})};
  world.host_instruments = {std::make_shared<const Instrument>(collectors::backup_collector(world.backups[0]))};
  const Examination found = examination_of(world, {.checks = {"backup_nightly_age"}, .timeout = 1h});
  ASSERT_EQ(found.verdicts.size(), 1U);
  EXPECT_EQ(found.verdicts[0].status, health::Status::kUnknown);
  EXPECT_THAT(found.verdicts[0].summary, HasSubstr("cannot list /nowhere/at/all"));
  EXPECT_EQ(examination_of(world, {.checks = {"up", "backup_*"}, .timeout = 1h}).verdicts.size(), 5U);
}

// The server that is asked for nothing else is not even named.
TEST(Probe, NamesServersWhereAPatternTakesNone) {
  const World world = world_of({target("gone", nobody()), target("main", nobody())});
  const Examination found = examination_of(world, {.checks = {"gone/up", "P18/*"}});
  EXPECT_THAT(found.errors, ElementsAre("no server is called P18; there are: gone, main"));
}

TEST(Probe, SaysWhyNoCheckWasMade) {
  Target off = *target("main", nobody());
  for (const CheckInfo& info : health::check_infos()) off.checks[info.name] = {false, {}};
  const Examination found = examination_of(world_of({std::make_shared<const Target>(off)}), {});
  EXPECT_THAT(found.verdicts, IsEmpty());
  EXPECT_THAT(found.errors, ElementsAre("every check is turned off, by `checks` in the configuration"));
}

// Only what was asked for is answered, whoever is silent.
TEST(Probe, EndsAtOnceWhereItIsInterrupted) {
  const test::ScriptedPostgres silent({.greeting = test::Script::Act::kSilence});
  for (const auto& [check, summary] : {std::pair{"role", "the server is down, timeout: interrupted before it answered"},
                                       std::pair{"up", "down, timeout: interrupted before it answered"}}) {
    Probe probe(world_of({target("silent", silent.conninfo())}), {.checks = {check}, .timeout = 1h}, "v");
    probe.interruption()();
    const Examination found = probe.run(std::chrono::steady_clock::now() + 1h);
    ASSERT_EQ(found.verdicts.size(), 1U);
    EXPECT_EQ(found.verdicts[0].server, "silent");
    EXPECT_EQ(found.verdicts[0].check, check);
    EXPECT_EQ(found.verdicts[0].summary, summary);
    EXPECT_EQ(found.verdicts[0].status, health::Status::kCritical);
  }
}

}  // namespace
}  // namespace pgwatch::once
