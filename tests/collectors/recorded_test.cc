// Every built-in collector on what servers of every major answered it: from recorded facts to a plan, from recorded
// rows to samples.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/collectors/answer.h"
#include "tests/collectors/recording.h"
#include "tests/collectors/skips.h"

namespace pgwatch::test {
namespace {

using testing::Contains;
using testing::IsSubsetOf;

class Recorded : public testing::TestWithParam<RecordedServer> {
 protected:
  static Asked ask(const Instrument& instrument) { return ask_recording(GetParam(), instrument); }
};

INSTANTIATE_TEST_SUITE_P(, Recorded, testing::ValuesIn(recorded_servers()),
                         [](const auto& server) { return server.param.name(); });

TEST_P(Recorded, EveryCollectorHasAnAnswerOrAListedSkip) {
  const bool in_recovery = recorded_facts(GetParam()).facts.in_recovery;
  EXPECT_EQ(in_recovery, GetParam().role == "standby");
  for (const InstrumentPtr& one : instruments_of_servers()) {
    const Asked asked = ask(*one);
    EXPECT_EQ(asked.skip ? asked.skip->reason : "", expected_skip(one->name(), GetParam().major, in_recovery))
        << one->name() << ": " << (asked.skip ? asked.skip->detail : "it answers");
  }
}

std::set<std::string> declared_columns(const Collector& collector) {
  std::set<std::string> names;
  for (const Column& column : collector.columns)
    for (std::string& name : result_columns(column)) names.insert(std::move(name));
  return names;
}

TEST_P(Recorded, AnswersHaveEveryDeclaredColumn) {
  for (const InstrumentPtr& one : instruments_of_servers()) {
    const Asked asked = ask(*one);
    const Collector& collector = one->collector();
    std::set<std::string> answered;
    for (const Asked::Step& step : asked.steps) answered.insert(step.rows.columns().begin(), step.rows.columns().end());
    if (asked.skip || collector.emit) continue;
    EXPECT_THAT(declared_columns(collector), IsSubsetOf(answered)) << collector.name;
  }
}

TEST_P(Recorded, NoSampleIsSaidTwiceOrLost) {
  for (const InstrumentPtr& one : instruments_of_servers()) {
    const Samples samples = ask(*one).samples;
    EXPECT_EQ(samples.duplicates(), 0U) << one->name();
    EXPECT_EQ(samples.overflow(), 0U) << one->name();
  }
}

TEST_P(Recorded, NothingIsKeptOfCollectorsThatAskNothing) {
  std::set<std::string> asked = {"facts"};
  for (const InstrumentPtr& one : instruments_of_servers())
    if (!ask(*one).steps.empty()) asked.insert(one->name());
  EXPECT_THAT(recordings_of(GetParam()), IsSubsetOf(asked)) << "remove what nobody asks any more";
}

}  // namespace
}  // namespace pgwatch::test
