#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/exporter/health/examination.h"

namespace pgwatch::health {
namespace {

using testing::ElementsAre;

std::vector<std::string> slots_say(std::string_view check, const std::vector<test::Row>& rows,
                                   std::optional<Threshold> threshold = {}) {
  return told(judged(check, collectors::replication_slots(), rows, threshold));
}

test::Row slot(const std::string& name, bool active, test::Row more) {
  more["slot_name"] = name;
  more["slot_type"] = "physical";
  more["active"] = active ? "t" : "f";
  if (more.contains("wal_status")) more["has_wal_status"] = "1";
  if (more.contains("invalidation_reason")) more["invalidated"] = "1";
  return more;
}

// -- replication_slot_state -------------------------------------------------------------------------------------------

constexpr const char* kState = "replication_slot_state";

TEST(ReplicationSlotState, FollowsWhatBecomesOfTheWal) {
  EXPECT_THAT(
      slots_say(kState, {slot("a", true, {{"wal_status", "reserved"}}), slot("b", false, {{"wal_status", "extended"}}),
                         slot("c", false, {{"wal_status", "unreserved"}}), slot("d", false, {{"wal_status", "lost"}})}),
      ElementsAre("ok a: WAL is reserved", "ok b: WAL is extended",
                  "warning c: is about to lose WAL its receiver needs; max_slot_wal_keep_size is reached",
                  "critical d: has lost WAL its receiver needs; the receiver must be made anew"));
}

TEST(ReplicationSlotState, OfASlotThatNeverHeldWalIsWell) {
  EXPECT_THAT(slots_say(kState, {slot("fresh", false, {}), slot("used", true, {})}),
              ElementsAre("ok fresh: holds no WAL", "ok used: active"));
}

TEST(ReplicationSlotState, NamesTheReasonOfAnInvalidation) {
  EXPECT_THAT(slots_say(kState, {slot("a", false, {{"wal_status", "lost"}, {"invalidation_reason", "rows_removed"}})}),
              ElementsAre("critical a: is invalidated: rows_removed"));
}

// -- replication_slot_retained_bytes ----------------------------------------------------------------------------------

constexpr const char* kRetained = "replication_slot_retained_bytes";

TEST(ReplicationSlotRetainedBytes, GrowToAWarningAndOn) {
  EXPECT_THAT(slots_say(kRetained, {slot("a", true, {{"retained_bytes", "1024"}}),
                                    slot("b", false, {{"retained_bytes", "4294967296"}}),
                                    slot("c", false, {{"retained_bytes", "17179869184"}})}),
              ElementsAre("ok a: holds back 1 KiB", "warning b: holds back 4 GiB (warning from 4 GiB)",
                          "critical c: holds back 16 GiB (critical from 16 GiB)"));
}

TEST(ReplicationSlotRetainedBytes, SayNothingOfASlotThatHoldsNone) {
  EXPECT_THAT(
      slots_say(kRetained, {slot("a", true, {{"retained_bytes", "0"}}), slot("lost", false, {{"wal_status", "lost"}})}),
      ElementsAre("ok a: holds back 0 B"));
}

// -- replication_slot_inactive_seconds --------------------------------------------------------------------------------

constexpr const char* kInactive = "replication_slot_inactive_seconds";

std::string ago(int seconds) { return std::to_string(static_cast<std::int64_t>(kNow) - seconds); }

TEST(ReplicationSlotInactiveSeconds, CountFromWhatTheServerSays) {
  EXPECT_THAT(
      slots_say(kInactive, {slot("a", true, {}), slot("b", false, {{"inactive_since", ago(60)}}),
                            slot("c", false, {{"inactive_since", ago(1'800)}})}),
      ElementsAre("ok a: active", "ok b: inactive for 1 m", "warning c: inactive for 30 m (warning from 30 m)"));
}

TEST(ReplicationSlotInactiveSeconds, AreCriticalWhereConfiguredSo) {
  EXPECT_THAT(slots_say(kInactive, {slot("c", false, {{"inactive_since", ago(7'200)}})},
                        Threshold{.warning = 60, .critical = 3'600}),
              ElementsAre("critical c: inactive for 2 h (critical from 1 h)"));
}

TEST(ReplicationSlotInactiveSeconds, AreUnknownBeforePostgres17AndDoNotWorry) {
  EXPECT_THAT(slots_say(kInactive, {slot("a", false, {})}),
              ElementsAre("inactive a: inactive; this server does not say since when"));
}

TEST(ReplicationSlotInactiveSeconds, AreNotNegativeWhereTheServersClockIsAhead) {
  EXPECT_THAT(slots_say(kInactive, {slot("a", false, {{"inactive_since", ago(-5)}})}),
              ElementsAre("ok a: inactive for 0 ms"));
}

// -- All of them ------------------------------------------------------------------------------------------------------

TEST(SlotChecks, HaveNothingToJudgeWithoutSlots) {
  for (const char* check : {kState, kRetained, kInactive})
    EXPECT_THAT(slots_say(check, {}), ElementsAre("inactive: no replication slots")) << check;
}

}  // namespace
}  // namespace pgwatch::health
