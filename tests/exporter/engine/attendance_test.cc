#include "exporter/engine/attendance.h"

#include <gtest/gtest.h>

#include "tests/exporter/engine/toy.h"

namespace pgwatch {
namespace {

using namespace std::chrono_literals;
using test::question_of;
using test::toy;

const SteadyTime kAsked{1h};
const SteadyTime kLeft{1h + 2s};

BlockPtr block_of(SteadyTime answered_at, Outcome outcome = Outcome::kOk) {
  auto block = std::make_shared<Block>();
  block->outcome = outcome;
  block->reason = outcome == Outcome::kOk ? "" : "57014";
  block->answered_at = answered_at;
  return block;
}

class AttendanceTest : public testing::Test {
 protected:
  AttendanceTest() {
    attendance_.asked_at = attendance_.fresh_after = kAsked;
    attendance_.status.server = "main";
    attendance_.status.up = true;
    attendance_.questions = {question_};
  }

  void answer(const BlockPtr& block) {
    question_->latest = block;
    if (block->outcome == Outcome::kOk) question_->last_good = block;
  }

  Answered got() const { return answer_for(*question_, attendance_, kLeft); }

  Loop loop_;
  Attendance attendance_{loop_};
  QuestionPtr question_ = question_of(toy());
};

// -- The fast lane ----------------------------------------------------------------------------------------------------

TEST_F(AttendanceTest, WaitsForAnAnswerThatIsNewerThanTheRequest) {
  EXPECT_FALSE(attendance_.settled());
  answer(block_of(kAsked - 1ms));
  EXPECT_FALSE(attendance_.settled());
  answer(block_of(kAsked + 1ms));
  EXPECT_TRUE(attendance_.settled());
  EXPECT_EQ(got().latest, question_->latest);
  EXPECT_EQ(got().served, question_->latest);
}

TEST_F(AttendanceTest, AFailureIsAnAnswerThatShowsNothing) {
  answer(block_of(kAsked - 1ms));
  answer(block_of(kAsked + 1ms, Outcome::kFailed));
  EXPECT_TRUE(attendance_.settled());
  EXPECT_EQ(got().latest, question_->latest);
  EXPECT_EQ(got().served, nullptr);
}

// What is skipped is known before the statements run: who joins a flight need not ask for it again.
TEST_F(AttendanceTest, ASkipOfTheFlightItJoinedIsAnAnswer) {
  answer(block_of(kAsked - 1ms, Outcome::kSkipped));
  EXPECT_FALSE(attendance_.settled());
  attendance_.planned_after = kAsked - 1ms;
  EXPECT_TRUE(attendance_.settled());
  EXPECT_EQ(got().latest, question_->latest);
  attendance_.planned_after = kAsked;
  EXPECT_FALSE(attendance_.settled());
  answer(block_of(kAsked - 1ms));
  attendance_.planned_after = kAsked - 1s;
  EXPECT_FALSE(attendance_.settled());
}

TEST_F(AttendanceTest, WhatWasNotAnsweredInTimeSaysTimeout) {
  answer(block_of(kAsked - 1ms));
  const Answered answered = got();
  EXPECT_EQ(answered.served, nullptr);
  EXPECT_EQ(answered.latest->collector, "toy");
  EXPECT_EQ(answered.latest->server, "main");
  EXPECT_EQ(answered.latest->labels, "server=\"main\"");
  EXPECT_EQ(answered.latest->outcome, Outcome::kFailed);
  EXPECT_EQ(answered.latest->reason, kTimeout);
  EXPECT_EQ(answered.latest->duration, 2s);
}

TEST_F(AttendanceTest, WhereTheServerWasNotThereItIsTheConnectionThatFailed) {
  attendance_.status.up = false;
  attendance_.status.reason = "refused";
  attendance_.status.detail = "nobody listens";
  EXPECT_EQ(got().latest->reason, kConnection);
  EXPECT_EQ(got().latest->detail, "nobody listens");
  attendance_.status.reason = "timeout";
  EXPECT_EQ(got().latest->reason, kTimeout);
}

TEST_F(AttendanceTest, AYoungAnswerNeedsNoAsking) {
  question_->keep = 10s;
  answer(block_of(kAsked - 9s));
  EXPECT_TRUE(attendance_.settled());
  EXPECT_EQ(got().latest, question_->last_good);
  EXPECT_EQ(got().served, question_->last_good);
  answer(block_of(kAsked - 11s));
  EXPECT_FALSE(attendance_.settled());
}

// It needed no asking at the time of the request, so waiting for others must not make it a timeout.
TEST_F(AttendanceTest, AYoungAnswerDoesNotAgeByWaitingForOthers) {
  question_->keep = 10s;
  answer(block_of(kAsked - 9s));
  EXPECT_EQ(answer_for(*question_, attendance_, kAsked + 5s).served, question_->last_good);
}

TEST_F(AttendanceTest, AYoungAnswerStandsInForAFailure) {
  question_->keep = 10s;
  answer(block_of(kAsked - 9s));
  answer(block_of(kAsked + 1ms, Outcome::kFailed));
  EXPECT_EQ(got().latest, question_->latest);
  EXPECT_EQ(got().served, question_->last_good);
}

TEST_F(AttendanceTest, AllOfItsQuestionsMustBeSettled) {
  answer(block_of(kAsked + 1ms));
  attendance_.questions.push_back(question_of(toy()));
  EXPECT_FALSE(attendance_.settled());
}

// -- The slow lane ----------------------------------------------------------------------------------------------------

TEST_F(AttendanceTest, NobodyWaitsForTheSlowLane) {
  question_->interval = 5min;
  question_->keep = 15min;
  EXPECT_TRUE(attendance_.settled());
  EXPECT_EQ(got().latest, nullptr) << "never answered: nothing to say";
  answer(block_of(kAsked - 10min));
  EXPECT_EQ(got().latest, question_->latest);
  EXPECT_EQ(got().served, question_->latest);
  answer(block_of(kAsked - 16min));
  EXPECT_EQ(got().latest, question_->latest);
  EXPECT_EQ(got().served, nullptr) << "too old to be shown";
}

TEST_F(AttendanceTest, AFailedVisitShowsTheOneBefore) {
  question_->interval = 5min;
  question_->keep = 15min;
  answer(block_of(kAsked - 10min));
  answer(block_of(kAsked - 5min, Outcome::kFailed));
  EXPECT_EQ(got().latest->outcome, Outcome::kFailed);
  EXPECT_EQ(got().served, question_->last_good);
}

TEST_F(AttendanceTest, NobodyWaitsForASecondStep) {
  question_->asking = std::make_unique<Question::Asking>(*question_, nullptr);
  EXPECT_FALSE(attendance_.settled());
  question_->asking->carrier = Carrier::kVisitor;
  EXPECT_TRUE(attendance_.settled());
  question_->asking->carrier = Carrier::kHost;
  EXPECT_FALSE(attendance_.settled()) << "a read of the host is waited for";
}

// -- Reports ----------------------------------------------------------------------------------------------------------

TEST_F(AttendanceTest, ReportsWhatThereIsToSay) {
  answer(block_of(kAsked + 1ms));
  attendance_.questions.push_back(question_of(toy()));
  attendance_.questions.back()->interval = 5min;
  Snapshot snapshot;
  report_answers(attendance_, snapshot);
  ASSERT_EQ(snapshot.answers.size(), 1u);
  EXPECT_EQ(snapshot.answers[0].served, question_->latest);
}

TEST(Names, NoneNamedMeansAll) {
  EXPECT_TRUE(names({}, "any"));
  EXPECT_TRUE(names({"one", "two"}, "two"));
  EXPECT_FALSE(names({"one"}, "two"));
}

}  // namespace
}  // namespace pgwatch
