#include "exporter/health/examine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "exporter/model/failure.h"
#include "tests/exporter/health/examination.h"

namespace pgwatch::health {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::StartsWith;

constexpr const char* kSlotState = "replication_slot_state";

std::vector<test::Row> rows_of_primary() { return {{{"is_replica", "f"}}}; }

Examination asked(const Answered& slots) {
  Examination server;
  server.answers = {answered(collectors::replication(), rows_of_primary()), slots};
  return server;
}

TEST(Examine, MakesEveryCheckInTheirOrder) {
  std::vector<std::string> expected;
  for (const CheckInfo& info : check_infos()) expected.push_back(info.name);
  std::vector<std::string> made;
  for (const Verdict& verdict : asked(answered(collectors::replication_slots(), {})).verdicts())
    made.push_back(verdict.check);
  EXPECT_EQ(made, expected);
  EXPECT_EQ(made.front(), kUpCheck);
}

TEST(Examine, ReadsOnlyMetricsThatItsCollectorsHave) {
  std::set<std::string> collectors;
  for (const Collector& collector : collectors::catalogue()) collectors.insert(collector.name);
  for (const Check& check : checks())
    EXPECT_TRUE(check.collector.empty() || collectors.contains(check.collector)) << check.info.name;
}

TEST(Examine, TellsADownServerOnce) {
  Examination server;
  server.is_down("refused", "nobody listens");
  const std::vector<Verdict> verdicts = server.verdicts();
  ASSERT_GT(verdicts.size(), 1U);
  EXPECT_EQ(verdicts[0].status, Status::kCritical);
  for (std::size_t i = 1; i < verdicts.size(); ++i)
    EXPECT_EQ(told(verdicts[i]), "skipped: the server is down") << verdicts[i].check;
}

TEST(Examine, LetsEachCheckTellADownServerWhereUpIsNotAsked) {
  Examination server;
  server.is_down("refused", "nobody listens");
  server.patterns = {"role", "replication_slot_*"};
  const std::vector<std::string> all = told(server.verdicts());
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0], "critical: the server is down, refused: nobody listens");
  EXPECT_THAT(std::vector(all.begin() + 1, all.end()), Each("critical: the server is down, refused"));
}

TEST(Examine, TellsADownServerThatIsNotAskedWhetherItIsUp) {
  Examination server;
  server.is_down("refused", "nobody listens");
  server.target.checks[kUpCheck] = {false, {}};
  EXPECT_THAT(told(server.of("role")), ElementsAre(StartsWith("critical: the server is down")));
}

TEST(Examine, SkipsChecksWhoseCollectorIsOff) {
  Examination server;
  server.answers = {answered(collectors::replication(), rows_of_primary())};
  EXPECT_THAT(told(server.of(kSlotState)), ElementsAre("skipped: collector replication_slots is off for this server"));
}

TEST(Examine, SkipsWhatTheServerCannotBeAsked) {
  const Answered skipped =
      not_answered(collectors::replication_slots(), Outcome::kSkipped, "version", "needs PostgreSQL 13");
  EXPECT_THAT(told(asked(skipped).of(kSlotState)),
              ElementsAre("skipped: nothing to ask here, version: needs PostgreSQL 13"));
}

TEST(Examine, HoldsWhatWasNotAnsweredInTimeToBeCritical) {
  const Answered late = not_answered(collectors::replication_slots(), Outcome::kFailed, kTimeout, "");
  EXPECT_THAT(told(asked(late).of(kSlotState)), ElementsAre("critical: timed out after 1.5 s"));
}

// Its statement_timeout and its lock_timeout are as good a deadline as ours.
TEST(Examine, HoldsWhatTheServerItselfGaveUpToBeCritical) {
  for (const auto& [sqlstate, message] : {std::pair{"57014", "canceling statement due to statement timeout"},
                                          std::pair{"55P03", "canceling statement due to lock timeout"}}) {
    const Answered late = not_answered(collectors::replication_slots(), Outcome::kFailed, sqlstate, message);
    EXPECT_THAT(told(asked(late).of(kSlotState)),
                ElementsAre(std::string("critical: timed out after 3 ms: ") + message));
  }
}

TEST(Examine, DoesNotKnowWhatARoleMayNotSee) {
  const Answered refused =
      not_answered(collectors::replication_slots(), Outcome::kSkipped, "permission", "permission denied; cure: GRANT");
  EXPECT_THAT(told(asked(refused).of(kSlotState)),
              ElementsAre("unknown: collector replication_slots may not look: permission denied; cure: GRANT"));
}

TEST(Examine, DoesNotKnowWhatACollectorThatFailedWouldHaveSaid) {
  const Answered failed = not_answered(collectors::replication_slots(), Outcome::kFailed, "42501", "permission denied");
  EXPECT_THAT(told(asked(failed).of(kSlotState)),
              ElementsAre("unknown: collector replication_slots failed, 42501: permission denied"));
}

TEST(Examine, JudgesAnOlderAnswerThatStandsIn) {
  Answered kept = not_answered(collectors::replication_slots(), Outcome::kFailed, kTimeout, "");
  kept.served = answered(collectors::replication_slots(), {}).served;
  EXPECT_THAT(told(asked(kept).of(kSlotState)), ElementsAre("inactive: no replication slots"));
}

TEST(Examine, DoesNotMakeACheckThatIsOff) {
  Examination server = asked(answered(collectors::replication_slots(), {}));
  server.target.checks[kSlotState] = {false, {}};
  EXPECT_TRUE(server.of(kSlotState).empty());
}

TEST(Examine, SaysHowLongItTookUntilTheAnswerCame) {
  const Examination server = asked(answered(collectors::replication_slots(), {}));
  EXPECT_EQ(server.of(kSlotState).at(0).duration, std::chrono::milliseconds(3));
  EXPECT_EQ(server.of(kUpCheck).at(0).duration, std::chrono::milliseconds(1'500));
}

TEST(Examine, NamesTheServerAndTheCollector) {
  const Verdict verdict = asked(answered(collectors::replication_slots(), {})).of(kSlotState).at(0);
  EXPECT_EQ(verdict.server, "main");
  EXPECT_EQ(verdict.collector, "replication_slots");
}

}  // namespace
}  // namespace pgwatch::health
