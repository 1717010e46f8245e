// The whole Engine where there is no server to ask, or one that misbehaves.
#include "exporter/engine/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "exporter/host/host.h"
#include "tests/exporter/engine/loop_thread.h"
#include "tests/exporter/engine/toy.h"
#include "tests/support/engine_fixture.h"
#include "tests/support/ports.h"
#include "tests/support/scripted_postgres.h"

namespace pgwatch {
namespace {

using namespace std::chrono_literals;
using test::eventually;
using test::Gate;
using test::one_value;
using test::RunningEngine;
using test::Scrape;
using test::Script;
using test::ScriptedPostgres;
using test::TestWorld;
using test::toy;
using Act = Script::Act;

// A server nobody runs.
TestWorld nowhere(std::vector<Collector> collectors = {toy()}) {
  return test::test_world("host=127.0.0.1 port=" + std::to_string(test::free_port()), std::move(collectors));
}

Collector host_toy(HostRead read) {
  Collector collector = toy(std::move(read));
  collector.name = "host_toy";
  collector.scope = Scope::kHost;
  return collector;
}

HostRead says(const std::string& value) {
  return [value](Host&, const HostDone& done) { done(one_value(value)); };
}

std::string reason_of(const Scrape& scrape) { return scrape.snapshot.targets.at(0).reason; }

TEST(Engine, SaysAtOnceThatNobodyListens) {
  RunningEngine engine(nowhere());
  const Scrape scrape = engine.ask();
  EXPECT_LT(scrape.duration, 5s);
  EXPECT_EQ(scrape.page.value("pg_up", {{"server", "toy"}}), 0);
  EXPECT_EQ(scrape.page.value("pgwatch_target_down", {{"server", "toy"}, {"reason", "refused"}}), 1);
  EXPECT_EQ(scrape.answer("toy").latest->reason, kConnection);
  EXPECT_EQ(scrape.page.value("pgwatch_collector_success", {{"collector", "toy"}}), 0);
  EXPECT_TRUE(eventually([&] { return engine.engine().ready(); })) << "it has been tried";
}

TEST(Engine, AsksOnlyWhatIsNamed) {
  TestWorld world = nowhere();
  world.collectors.push_back(toy());
  world.collectors.back().name = "other";
  world.host_collectors = {host_toy(says("1"))};
  RunningEngine engine(world);
  EXPECT_EQ(engine.ask().snapshot.answers.size(), 3u);
  const Scrape one = engine.ask(20s, {.collectors = {"other"}, .targets = {}, .deadline = {}});
  ASSERT_EQ(one.snapshot.answers.size(), 1u);
  EXPECT_EQ(one.snapshot.answers[0].latest->collector, "other");
  const Scrape target = engine.ask(20s, {.collectors = {}, .targets = {"toy"}, .deadline = {}});
  EXPECT_EQ(target.snapshot.answers.size(), 2u) << "not the host";
  const Scrape none = engine.ask(20s, {.collectors = {}, .targets = {"unknown"}, .deadline = {}});
  EXPECT_TRUE(none.snapshot.targets.empty());
}

// -- Deadlines --------------------------------------------------------------------------------------------------------

TEST(Engine, LeavesASilentServerAtTheDeadlineAndThenWaitsOneSecondForIt) {
  const ScriptedPostgres server({.greeting = Act::kSilence});
  TestWorld world = test::test_world(server.conninfo(), {toy()});
  world.target.access.timeouts.connect = 1h;
  RunningEngine engine(world);
  const Scrape first = engine.ask(1100ms);
  EXPECT_GE(first.duration, 1100ms);
  EXPECT_LT(first.duration, 5s);
  EXPECT_EQ(reason_of(first), "timeout");
  EXPECT_EQ(first.answer("toy").latest->reason, kTimeout);
  const Scrape second = engine.ask(20s);
  EXPECT_GE(second.duration, 1s);
  EXPECT_LT(second.duration, 5s) << "nobody else's scrape waits for it";
  EXPECT_FALSE(engine.engine().ready()) << "the one try has not ended";
}

TEST(Engine, ARequestInAHurrySaysNothingOfTheServer) {
  const ScriptedPostgres server({.greeting = Act::kSilence});
  TestWorld world = test::test_world(server.conninfo(), {toy()});
  world.target.access.timeouts.connect = 1h;
  RunningEngine engine(world);
  EXPECT_LT(engine.ask(50ms).duration, 1s);
  EXPECT_GE(engine.ask(1300ms).duration, 1300ms) << "the next one still gets all of its time";
}

TEST(Engine, LeavesASilentServerWhenItIsHastened) {
  const ScriptedPostgres server({.greeting = Act::kSilence});
  RunningEngine engine(test::test_world(server.conninfo(), {toy()}));
  auto pending = engine.ask_later(1h);
  ASSERT_TRUE(eventually([&] { return server.startups() == 1; }));
  engine.engine().hasten();
  const Scrape scrape = pending.get();
  EXPECT_LT(scrape.duration, 5s);
  EXPECT_EQ(reason_of(scrape), "timeout");
  EXPECT_EQ(scrape.answer("toy").latest->reason, kTimeout);
}

TEST(Engine, AHostReadThatHangsIsLeftAtTheDeadline) {
  const Gate gate;
  TestWorld world = nowhere();
  world.host_collectors = {host_toy([gate](Host& host, HostDone done) {
    host.read_files(
        [gate]() -> Answer {
          gate.wait();
          return one_value("late");
        },
        std::move(done));
  })};
  {
    RunningEngine engine(world);
    const Scrape scrape = engine.ask(100ms);
    EXPECT_EQ(scrape.answer("host_toy").latest->reason, kTimeout);
    engine.engine().stop();
    EXPECT_TRUE(engine.engine().left_threads_behind());
  }
  gate.open();
}

// -- Stopping ---------------------------------------------------------------------------------------------------------

TEST(Engine, StopsAtOnceAndAnswersWithWhatIsThere) {
  const ScriptedPostgres server({.greeting = Act::kSilence});
  RunningEngine engine(test::test_world(server.conninfo(), {toy()}));
  auto pending = engine.ask_later(20s);
  ASSERT_TRUE(eventually([&] { return server.startups() == 1; }));
  engine.engine().stop();
  const Scrape scrape = pending.get();
  EXPECT_LT(scrape.duration, 10s);
  EXPECT_EQ(scrape.page.value("pg_up", {{"server", "toy"}}), 0);
  EXPECT_FALSE(engine.engine().left_threads_behind());
}

TEST(Engine, ForgetsWhatIsAskedAfterItsEnd) {
  RunningEngine engine(nowhere());
  engine.engine().stop();
  engine.engine().ask({}, [](const Snapshot&) { FAIL() << "nobody is left to answer"; });
  engine.engine().stop();
}

// -- The host ---------------------------------------------------------------------------------------------------------

TEST(Engine, AsksTheHostOncePerRequestWhateverTheServersDo) {
  std::atomic<int> reads = 0;
  TestWorld world = nowhere();
  world.host_collectors = {host_toy([&](Host&, const HostDone& done) { done(one_value(std::to_string(++reads))); })};
  RunningEngine engine(world);
  EXPECT_EQ(engine.ask().page.value("pg_host_toy_value"), 1);
  EXPECT_EQ(engine.ask().page.value("pg_host_toy_value"), 2);
}

TEST(Engine, ReadsTheHostsSlowLaneUnasked) {
  std::atomic<int> reads = 0;
  Collector slow = host_toy([&](Host&, const HostDone& done) { done(one_value(std::to_string(++reads))); });
  slow.lane = Lane::kSlow;
  slow.interval = 20ms;
  TestWorld world = nowhere();
  world.host_collectors = {slow};
  RunningEngine engine(world);
  EXPECT_TRUE(eventually([&] { return reads >= 3; }));
  EXPECT_GE(engine.ask_until([](const Scrape& scrape) { return scrape.page.value("pg_host_toy_value"); })
                .page.value("pg_host_toy_value"),
            3);
}

TEST(Engine, AHostCollectorThatAsksAServerHasFailed) {
  TestWorld world = nowhere();
  Collector collector = toy();
  collector.scope = Scope::kHost;
  world.host_collectors = {std::move(collector)};
  world.collectors = {};
  RunningEngine engine(world);
  const Scrape scrape = engine.ask();
  EXPECT_LT(scrape.duration, 5s);
  EXPECT_EQ(scrape.answer("toy").latest->detail, "a collector of the host cannot ask a server");
}

// A second step with nothing to ask ends the asking, and nobody waits on for it.
TEST(Engine, AHostCollectorMaySkipItsSecondStep) {
  Collector collector = host_toy({});
  collector.source = Planner([](const Facts&, const Memory& memory) -> Step {
    if (memory.empty()) return says("1");
    return Skip{"unsupported"};
  });
  collector.emit = [](const Rows&, Sink& sink) {
    sink.memory()["seen"] = "1";
    sink.ask_again();
  };
  TestWorld world = nowhere();
  world.host_collectors = {std::move(collector)};
  RunningEngine engine(world);
  const Scrape scrape = engine.ask(20s);
  EXPECT_LT(scrape.duration, 5s);
  EXPECT_EQ(scrape.answer("host_toy").latest->outcome, Outcome::kSkipped);
}

TEST(Engine, WhatTheHostSaidOutlivesAReload) {
  std::atomic<int> reads = 0;
  Collector collector = host_toy([&](Host&, const HostDone& done) { done(one_value(std::to_string(++reads))); });
  collector.keep = 1h;
  collector.emit = [](const Rows& rows, Sink& sink) {
    sink.memory()["count"] += "I";
    sink.sample("pg_host_toy_value", {{"memory", sink.memory()["count"]}}, *Number::parse(*rows.at(0, "value")));
  };
  TestWorld world = nowhere();
  world.host_collectors = {collector};
  RunningEngine engine(world);
  EXPECT_EQ(engine.ask().page.value("pg_host_toy_value", {{"memory", "I"}}), 1);
  engine.engine().swap(world.make());
  EXPECT_EQ(engine.ask().page.value("pg_host_toy_value", {{"memory", "I"}}), 1) << "the answer is still young";
  world.host_collectors[0].keep = 0ms;
  engine.engine().swap(world.make());
  EXPECT_EQ(engine.ask().page.value("pg_host_toy_value", {{"memory", "II"}}), 2) << "and the memory lives on";
}

// -- Places -----------------------------------------------------------------------------------------------------------

// Each try leaves a backend that may be at work; nobody is left to ask for them, so the clock frees their places.
TEST(Engine, NeverExceedsTheCapOnAServerThatLetsItInAndIsSilent) {
  const ScriptedPostgres server({.statements = 0, .ending = Act::kSilence});
  TestWorld world = test::test_world(server.conninfo(), {toy()});
  world.target.access.connections = 1;
  world.target.access.timeouts.connect = 500ms;
  world.target.access.timeouts.statement = 200ms;
  RunningEngine engine(world);
  const auto no_place = [](const Scrape& scrape) { return reason_of(scrape) == "no_place"; };
  EXPECT_EQ(reason_of(engine.ask_until(no_place)), "no_place");
  EXPECT_EQ(server.startups(), 1);
  EXPECT_EQ(engine.own_page().value("pgwatch_connections", {{"state", "abandoned"}}), 1);
  EXPECT_TRUE(eventually([&] { return server.startups() == 2; })) << "its place came back by the clock";
  EXPECT_GE(engine.own_page().value("pgwatch_abandoned_connections_expired_total"), 1);
}

// -- Reloads ----------------------------------------------------------------------------------------------------------

TEST(Engine, AReloadTakesTargetsInAndOut) {
  TestWorld world = nowhere();
  RunningEngine engine(world);
  const WorldPtr first = engine.engine().world();
  world.target.name = "renamed";
  const WorldPtr second = world.make();
  engine.engine().swap(second);
  EXPECT_EQ(engine.engine().world(), second);
  const Scrape scrape = engine.ask();
  EXPECT_EQ(scrape.page.value("pg_up", {{"server", "renamed"}}), 0);
  EXPECT_EQ(scrape.page.value("pg_up", {{"server", "toy"}}), std::nullopt);
  EXPECT_EQ(scrape.page.value("pgwatch_statements_total", {{"server", "renamed"}}), 0);
  EXPECT_EQ(scrape.page.value("pgwatch_statements_total", {{"server", "toy"}}), std::nullopt);
}

TEST(Engine, ARequestUnderWayEndsWithTheWorldItBeganWith) {
  const ScriptedPostgres server({.greeting = Act::kSilence});
  TestWorld world = test::test_world(server.conninfo(), {toy()});
  RunningEngine engine(world);
  auto pending = engine.ask_later(300ms);
  TestWorld other = nowhere({});
  other.target.name = "other";
  engine.engine().swap(other.make());
  EXPECT_EQ(engine.ask().snapshot.targets.at(0).server, "other");
  const Scrape scrape = pending.get();
  EXPECT_EQ(scrape.snapshot.targets.at(0).server, "toy");
  EXPECT_EQ(scrape.snapshot.answers.size(), 1u);
}

}  // namespace
}  // namespace pgwatch
