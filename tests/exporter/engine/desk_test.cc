#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "exporter/util/log.h"
#include "tests/exporter/engine/desk_fixture.h"

namespace pgwatch {
namespace {

using test::DeskTest;
using test::one_value;
using test::question_of;
using test::sample_lines;
using test::toy;
using testing::HasSubstr;

constexpr const char* kFailures = "pgwatch_collector_failures_total";

TEST_F(DeskTest, GivesOptionsToThePlanAndKeepsThemOutOfTheMemory) {
  Collector collector = toy(std::vector<Sql>{{"SELECT :'top' AS value"}});
  collector.options = {{.name = "top", .help = "How many.", .value = 7}};
  const auto question = question_of(std::move(collector));
  EXPECT_EQ(begin(*question), "SELECT '7' AS value");
  desk_.accept(*question, one_value("1"));
  EXPECT_TRUE(question->memory.empty());
}

// -- Refusals ---------------------------------------------------------------------------------------------------------

TEST_F(DeskTest, RestsWhereTheServerRefuses) {
  const auto question = question_of(toy());
  begin(*question);
  desk_.fail(*question, {"42501", "permission denied for view v"});
  EXPECT_EQ(question->latest->outcome, Outcome::kSkipped);
  EXPECT_EQ(question->latest->reason, "permission");
  const SteadyTime asked = std::chrono::steady_clock::now();
  EXPECT_TRUE(question->rests(asked));
  EXPECT_FALSE(question->rests(asked + Desk::kRest));
  EXPECT_EQ(counted(kFailures, {{"collector", "toy"}}), std::nullopt);
}

TEST_F(DeskTest, NamesTheCureOfARefusal) {
  const auto question = question_of(toy());
  auto facts = std::make_shared<Facts>(*facts_);
  facts->user = "pgwatch";
  facts_ = facts;
  begin(*question);
  desk_.fail(*question, {"42501", "permission denied for view v"});
  EXPECT_EQ(question->latest->detail, R"(permission denied for view v; cure: GRANT SELECT ON TABLE "v" TO "pgwatch";)");
  begin(*question);
  desk_.fail(*question, {"42501", "keine Berechtigung"});
  EXPECT_EQ(question->latest->detail, "keine Berechtigung");
}

// -- Plans ------------------------------------------------------------------------------------------------------------

struct Planned {
  int times = 0;
  Planner planner() {
    return [this](const Facts& facts, const Memory& memory) -> Step {
      ++times;
      const auto known = memory.find("key");
      return Statement{"SELECT " + std::to_string(facts.version) + (known == memory.end() ? "" : ", " + known->second)};
    };
  }
};

TEST_F(DeskTest, PlansAgainOnlyWhereTheFactsAreOthers) {
  Planned planned;
  const auto question = question_of(toy(planned.planner()));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(begin(*question), "SELECT 150000");
    desk_.accept(*question, one_value("1"));
  }
  EXPECT_EQ(planned.times, 1);
  facts_ = facts_of(160000);
  EXPECT_EQ(begin(*question), "SELECT 160000");
  EXPECT_EQ(planned.times, 2);
}

TEST_F(DeskTest, PlansEachTimeWhereSomethingIsRemembered) {
  Planned planned;
  Collector collector = toy(planned.planner());
  collector.emit = [](const Rows& rows, Sink& sink) { sink.memory()["key"] = rows.at(0, "value").value(); };
  const auto question = question_of(std::move(collector));
  EXPECT_EQ(begin(*question), "SELECT 150000");
  desk_.accept(*question, one_value("7"));
  EXPECT_EQ(begin(*question), "SELECT 150000, 7") << "what was remembered came back";
  desk_.accept(*question, one_value("8"));
  EXPECT_EQ(begin(*question), "SELECT 150000, 8");
}

TEST_F(DeskTest, ASkipIsAnAnswerAndNothingOfBeforeIsShown) {
  bool applies = true;
  const auto question = question_of(toy([&](const Facts&, const Memory&) -> Step {
    return applies ? Step(Statement{"SELECT 1"}) : Step(Skip{"role", "only on a standby"});
  }));
  begin(*question);
  desk_.accept(*question, one_value("1"));
  applies = false;
  facts_ = std::make_shared<Facts>();
  EXPECT_EQ(begin(*question), "skip: role");
  EXPECT_FALSE(question->asking);
  EXPECT_EQ(question->latest->outcome, Outcome::kSkipped);
  EXPECT_EQ(question->latest->reason, "role");
  EXPECT_EQ(question->latest->detail, "only on a standby");
  EXPECT_FALSE(question->last_good) << "a lag measured on the standby says nothing of the primary";
  applies = true;
  EXPECT_EQ(begin(*question), "SELECT 1") << "a skip is never kept as a plan";
}

TEST_F(DeskTest, APlannerThatThrowsSkips) {
  const auto question =
      question_of(toy([](const Facts&, const Memory&) -> Step { throw std::runtime_error("no such thing"); }));
  EXPECT_EQ(begin(*question), "skip: plan");
  EXPECT_EQ(question->latest->detail, "no such thing");
}

TEST_F(DeskTest, AReloadPlansAnewAndKeepsWhatIsKnown) {
  const auto question = question_of(toy());
  question->memory["key"] = "value";
  const auto answer = question->latest = question->last_good = std::make_shared<Block>();
  question->planned = Step(Statement{"of the old collector"});
  question->planned_for = facts_;
  const auto changed = question_of(toy(std::vector<Sql>{{"SELECT 2 AS value"}}));
  changed->keep = changed->interval = Milliseconds{7};
  question->take_over(*changed);
  EXPECT_EQ(question->memory.at("key"), "value");
  EXPECT_EQ(question->latest, answer);
  EXPECT_EQ(question->last_good, answer);
  EXPECT_EQ(question->keep, Milliseconds{7});
  EXPECT_EQ(question->interval, Milliseconds{7});
  question->memory.clear();
  EXPECT_EQ(begin(*question), "SELECT 2 AS value");
}

// -- Answers ----------------------------------------------------------------------------------------------------------

TEST_F(DeskTest, AnAnswerBecomesABlock) {
  const auto question = question_of(toy());
  const SteadyTime before = std::chrono::steady_clock::now();
  begin(*question);
  EXPECT_EQ(desk_.accept(*question, one_value("42")), Desk::Progress::kDone);
  const Block& block = *question->latest;
  EXPECT_EQ(block.collector, "toy");
  EXPECT_EQ(block.server, "main");
  EXPECT_EQ(block.outcome, Outcome::kOk);
  EXPECT_EQ(sample_lines(question->latest), "pg_toy_value{server=\"main\"} 42\n");
  EXPECT_EQ(question->last_good, question->latest);
  EXPECT_FALSE(question->asking);
  EXPECT_GE(block.asked_at, before);
  EXPECT_EQ(block.duration, block.answered_at - block.asked_at);
}

TEST_F(DeskTest, AFailureLeavesTheLastGoodAnswerAndTheMemory) {
  Collector collector = toy();
  collector.emit = [](const Rows&, Sink& sink) { sink.memory()["key"] = "first"; };
  const auto question = question_of(std::move(collector));
  begin(*question);
  desk_.accept(*question, one_value("1"));
  const BlockPtr good = question->latest;
  begin(*question);
  EXPECT_EQ(desk_.accept(*question, Failure{"22012", "division by zero"}), Desk::Progress::kDone);
  EXPECT_EQ(question->latest->outcome, Outcome::kFailed);
  EXPECT_EQ(question->latest->reason, "22012");
  EXPECT_EQ(question->latest->detail, "division by zero");
  EXPECT_EQ(question->last_good, good);
  EXPECT_EQ(question->memory.at("key"), "first");
}

TEST_F(DeskTest, FailuresAreCountedByClass) {
  const auto question = question_of(toy());
  for (const char* cls : {"22012", "22012", kTimeout}) {
    begin(*question);
    desk_.fail(*question, {cls, ""});
  }
  EXPECT_EQ(counted(kFailures, {{"server", "main"}, {"collector", "toy"}, {"class", "22012"}}), 2);
  EXPECT_EQ(counted(kFailures, {{"server", "main"}, {"collector", "toy"}, {"class", "timeout"}}), 1);
}

TEST_F(DeskTest, AnEmitThatThrowsIsAFailureOfItsOwnClass) {
  Collector collector = toy();
  collector.emit = [](const Rows&, Sink&) { throw std::runtime_error("cannot read this"); };
  const auto question = question_of(std::move(collector));
  begin(*question);
  EXPECT_EQ(desk_.accept(*question, one_value("1")), Desk::Progress::kDone);
  EXPECT_EQ(question->latest->reason, kEmit);
  EXPECT_EQ(question->latest->detail, "cannot read this");
  EXPECT_FALSE(question->asking);
}

TEST_F(DeskTest, AnAnswerIsCappedAndKnowsTheCapOfItsPage) {
  Collector collector = toy();
  collector.max_series = 2;
  collector.emit = [](const Rows&, Sink& sink) {
    for (const char* name : {"a", "a", "b", "c", "d", "e"}) sink.sample("pg_toy_value", {{"name", name}}, 1);
  };
  const auto question = question_of(std::move(collector));
  begin(*question);
  desk_.accept(*question, one_value("1"));
  EXPECT_EQ(question->latest->samples.size(), 2u);
  EXPECT_EQ(question->latest->samples.overflow(), 3U);
  EXPECT_EQ(question->latest->samples.duplicates(), 1U);
  EXPECT_EQ(question->latest->max_series, 2U);
}

TEST_F(DeskTest, ARefusedQuestionHasAnAnswerWithoutHavingBeenAsked) {
  const auto question = question_of(toy());
  desk_.refuse(*question, Outcome::kFailed, kConnection, "cannot log in");
  EXPECT_EQ(question->latest->reason, kConnection);
  EXPECT_FALSE(question->asking);
}

// -- The log ----------------------------------------------------------------------------------------------------------

TEST_F(DeskTest, AFailureIsLoggedWhenItBeginsChangesAndEnds) {
  const auto question = question_of(toy());
  log::flush(std::chrono::seconds(20));  // what other tests of this process said
  const auto said = [&](const Answer& answer) {
    testing::internal::CaptureStderr();
    begin(*question);
    desk_.accept(*question, answer);
    log::flush(std::chrono::seconds(20));
    return testing::internal::GetCapturedStderr();
  };
  EXPECT_EQ(said(one_value("1")), "") << "nothing to say of what is well";
  EXPECT_THAT(said(Failure{"22012", "division by zero"}), HasSubstr("collector failed"));
  EXPECT_EQ(said(Failure{"22012", "division by zero"}), "");
  EXPECT_THAT(said(Failure{"57014", "cancelled"}), HasSubstr("cancelled"));
  EXPECT_THAT(said(one_value("1")), HasSubstr("well again"));
  EXPECT_EQ(said(one_value("1")), "");
}

}  // namespace
}  // namespace pgwatch
