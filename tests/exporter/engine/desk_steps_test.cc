// An asking of several steps.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/exporter/engine/desk_fixture.h"

namespace pgwatch {
namespace {

using test::DeskTest;
using test::one_value;
using test::question_of;
using test::sample_lines;
using test::toy;
using testing::IsEmpty;

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
  Collector collector = toy([](const Facts&, const Memory& memory) -> Step {
    if (!memory.contains("path")) return Statement{"SELECT path"};
    return HostRead([](Host&, const HostDone&) {});
  });
  collector.emit = [](const Rows&, Sink& sink) {
    if (sink.memory().emplace("path", "/data").second) sink.ask_again();
  };
  const auto question = question_of(std::move(collector));
  EXPECT_EQ(begin(*question), "SELECT path");
  EXPECT_EQ(desk_.accept(*question, one_value("1")), Desk::Progress::kAskAgain);
  EXPECT_EQ(text_of(desk_.again(*question)), "host read");
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
  EXPECT_EQ(counted("pgwatch_collector_failures_total"), std::nullopt);
  EXPECT_EQ(begin(*question), "SELECT little") << "and remembers the way";
  EXPECT_EQ(desk_.accept(*question, Failure{"57014", "cancelled"}), Desk::Progress::kDone);
  EXPECT_EQ(question->latest->reason, "57014") << "what it does not know is a failure";
}

}  // namespace
}  // namespace pgwatch
