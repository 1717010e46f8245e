#include "exporter/engine/desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <stdexcept>

#include "exporter/engine/telemetry.h"
#include "tests/exporter/engine/toy.h"

namespace pgwatch {
namespace {

using test::one_value;
using test::question_of;
using test::sample_lines;
using test::toy;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class DeskTest : public testing::Test {
 protected:
  DeskTest() { telemetry_.add_target("main"); }

  static FactsPtr facts_of(int version) {
    auto facts = std::make_shared<Facts>();
    facts->version = version;
    return facts;
  }

  // What begin() would send.
  std::string begin(Question& question) { return text_of(desk_.begin(question, facts_)); }

  static std::string text_of(const Step& step) {
    if (const auto* statement = std::get_if<Statement>(&step)) return statement->sql;
    const auto* skip = std::get_if<Skip>(&step);
    return skip == nullptr ? "host read" : "skip: " + skip->reason;
  }

  std::string own_lines(const std::string& metric) const {
    std::string lines;
    std::istringstream all(sample_lines(telemetry_.block()));
    for (std::string line; std::getline(all, line);)
      if (line.starts_with(metric)) lines += line + "\n";
    return lines;
  }

  Telemetry telemetry_{"test"};
  Desk desk_{telemetry_};
  FactsPtr facts_ = facts_of(150000);
};

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
  EXPECT_EQ(desk_.accept(*question, Failure{"42501", "permission denied"}), Desk::Progress::kDone);
  EXPECT_EQ(question->latest->outcome, Outcome::kFailed);
  EXPECT_EQ(question->latest->reason, "42501");
  EXPECT_EQ(question->latest->detail, "permission denied");
  EXPECT_EQ(question->last_good, good);
  EXPECT_EQ(question->memory.at("key"), "first");
}

TEST_F(DeskTest, FailuresAreCountedByClass) {
  const auto question = question_of(toy());
  for (const char* cls : {"42501", "42501", kTimeout}) {
    begin(*question);
    desk_.fail(*question, {cls, ""});
  }
  EXPECT_EQ(own_lines("pgwatch_collector_failures_total"),
            "pgwatch_collector_failures_total{class=\"42501\",collector=\"toy\",datname=\"\",server=\"main\"} 2\n"
            "pgwatch_collector_failures_total{class=\"timeout\",collector=\"toy\",datname=\"\",server=\"main\"} 1\n");
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

TEST_F(DeskTest, WhatASinkDroppedIsCounted) {
  Collector collector = toy();
  collector.max_series = 2;
  collector.emit = [](const Rows&, Sink& sink) {
    for (const char* name : {"a", "a", "b", "c", "d", "e"}) sink.sample("pg_toy_value", {{"name", name}}, 1);
  };
  const auto question = question_of(std::move(collector));
  begin(*question);
  desk_.accept(*question, one_value("1"));
  EXPECT_EQ(question->latest->samples.size(), 2u);
  EXPECT_EQ(own_lines("pgwatch_overflow"), "pgwatch_overflow_samples_dropped_total 3\n");
  EXPECT_EQ(own_lines("pgwatch_duplicate"), "pgwatch_duplicate_samples_dropped_total 1\n");
}

TEST_F(DeskTest, ARefusedQuestionHasAnAnswerWithoutHavingBeenAsked) {
  const auto question = question_of(toy());
  desk_.refuse(*question, Outcome::kFailed, kConnection, "cannot log in");
  EXPECT_EQ(question->latest->reason, kConnection);
  EXPECT_FALSE(question->asking);
}

// -- Asking again -----------------------------------------------------------------------------------------------------

// Remembers how often it was asked, and asks again until it was `times`.
Collector counting(int times) {
  Collector collector = toy([](const Facts&, const Memory& memory) -> Step {
    const auto known = memory.find("count");
    return Statement{"SELECT " + (known == memory.end() ? "0" : known->second)};
  });
  collector.emit = [times](const Rows&, Sink& sink) {
    const int count = 1 + std::stoi("0" + sink.memory()["count"]);
    sink.memory()["count"] = std::to_string(count);
    sink.sample("pg_toy_value", {{"step", std::to_string(count)}}, count);
    if (count < times) sink.ask_again();
  };
  return collector;
}

TEST_F(DeskTest, AsksAgainWithWhatWasJustLearnedAndAnswersOnce) {
  const auto question = question_of(counting(3));
  EXPECT_EQ(begin(*question), "SELECT 0");
  EXPECT_EQ(desk_.accept(*question, one_value("1")), Desk::Progress::kAskAgain);
  EXPECT_FALSE(question->latest) << "not whole yet";
  EXPECT_EQ(text_of(desk_.again(*question)), "SELECT 1");
  EXPECT_EQ(desk_.accept(*question, one_value("1")), Desk::Progress::kAskAgain);
  EXPECT_EQ(text_of(desk_.again(*question)), "SELECT 2");
  EXPECT_EQ(desk_.accept(*question, one_value("1")), Desk::Progress::kDone);
  EXPECT_EQ(sample_lines(question->latest),
            "pg_toy_value{server=\"main\",step=\"1\"} 1\n"
            "pg_toy_value{server=\"main\",step=\"2\"} 2\n"
            "pg_toy_value{server=\"main\",step=\"3\"} 3\n");
}

TEST_F(DeskTest, AsksAgainABoundedNumberOfTimes) {
  Collector collector = counting(1'000'000);
  collector.most_steps = 4;
  const auto question = question_of(std::move(collector));
  begin(*question);
  int steps = 1;
  for (; desk_.accept(*question, one_value("1")) == Desk::Progress::kAskAgain; ++steps) desk_.again(*question);
  EXPECT_EQ(steps, 4);
  EXPECT_EQ(question->latest->outcome, Outcome::kFailed);
  EXPECT_EQ(question->latest->reason, "steps");
  EXPECT_THAT(question->memory, IsEmpty());
}

TEST_F(DeskTest, AStepMayMoveToTheHost) {
  const auto question = question_of(toy([](const Facts&, const Memory& memory) -> Step {
    if (!memory.contains("path")) return Statement{"SELECT path"};
    return HostRead([](Host&, const HostDone&) {});
  }));
  Collector collector = question->collector();
  collector.emit = [](const Rows&, Sink& sink) {
    if (sink.memory().emplace("path", "/data").second) sink.ask_again();
  };
  const auto moving = question_of(std::move(collector));
  EXPECT_EQ(begin(*moving), "SELECT path");
  EXPECT_EQ(desk_.accept(*moving, one_value("1")), Desk::Progress::kAskAgain);
  EXPECT_EQ(text_of(desk_.again(*moving)), "host read");
}

TEST_F(DeskTest, ASecondStepMayFindNothingToAsk) {
  Collector collector = toy([](const Facts&, const Memory& memory) -> Step {
    return memory.empty() ? Step(Statement{"SELECT 1"}) : Step(Skip{"unsupported"});
  });
  collector.emit = [](const Rows&, Sink& sink) {
    sink.memory()["seen"] = "1";
    sink.ask_again();
  };
  const auto question = question_of(std::move(collector));
  begin(*question);
  EXPECT_EQ(desk_.accept(*question, one_value("1")), Desk::Progress::kAskAgain);
  EXPECT_EQ(text_of(desk_.again(*question)), "skip: unsupported");
  EXPECT_FALSE(question->asking);
}

TEST_F(DeskTest, ACollectorMayRecoverFromAFailure) {
  Collector collector = toy([](const Facts&, const Memory& memory) -> Step {
    return Statement{memory.contains("without") ? "SELECT little" : "SELECT all"};
  });
  collector.recover = [](const Failure& failure, Sink& sink) {
    if (failure.cls != "42501") return false;
    sink.memory()["without"] = "rights";
    sink.ask_again();
    return true;
  };
  const auto question = question_of(std::move(collector));
  EXPECT_EQ(begin(*question), "SELECT all");
  EXPECT_EQ(desk_.accept(*question, Failure{"42501", "denied"}), Desk::Progress::kAskAgain);
  EXPECT_EQ(text_of(desk_.again(*question)), "SELECT little");
  EXPECT_EQ(desk_.accept(*question, one_value("1")), Desk::Progress::kDone);
  EXPECT_EQ(question->latest->outcome, Outcome::kOk);
  EXPECT_EQ(own_lines("pgwatch_collector_failures_total"), "");
  EXPECT_EQ(begin(*question), "SELECT little") << "and remembers the way";
  EXPECT_EQ(desk_.accept(*question, Failure{"57014", "cancelled"}), Desk::Progress::kDone);
  EXPECT_EQ(question->latest->reason, "57014") << "what it does not know is a failure";
}

// -- The log ----------------------------------------------------------------------------------------------------------

TEST_F(DeskTest, AFailureIsLoggedWhenItBeginsChangesAndEnds) {
  const auto question = question_of(toy());
  const auto said = [&](const Answer& answer) {
    testing::internal::CaptureStderr();
    begin(*question);
    desk_.accept(*question, answer);
    return testing::internal::GetCapturedStderr();
  };
  EXPECT_EQ(said(one_value("1")), "") << "nothing to say of what is well";
  EXPECT_THAT(said(Failure{"42501", "denied"}), HasSubstr("collector failed"));
  EXPECT_EQ(said(Failure{"42501", "denied"}), "");
  EXPECT_THAT(said(Failure{"57014", "cancelled"}), HasSubstr("cancelled"));
  EXPECT_THAT(said(one_value("1")), HasSubstr("well again"));
  EXPECT_EQ(said(one_value("1")), "");
}

}  // namespace
}  // namespace pgwatch
