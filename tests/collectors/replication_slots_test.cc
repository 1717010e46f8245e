#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

test::Row slot(const std::string& name, const std::string& wal_status) {
  return {{"slot_name", name},        {"slot_type", "physical"}, {"active", "f"}, {"slot_current_wal_lsn", "50331648"},
          {"wal_status", wal_status}, {"has_wal_status", "1"}};
}

test::Row operator+(test::Row row, const test::Row& more) {
  for (const auto& [name, value] : more) row[name] = value;
  return row;
}

TEST(ReplicationSlots, TellsOfAnActiveLogicalSlot) {
  EXPECT_EQ(test::emitted_from(replication_slots(),
                               {slot("feed", "reserved") + test::Row{{"slot_type", "logical"},
                                                                     {"database", "lake"},
                                                                     {"active", "t"},
                                                                     {"retained_bytes", "4096"},
                                                                     {"slot_confirmed_flush_lsn", "50327552"},
                                                                     {"safe_wal_size", "268435456"}}}),
            R"(pg_replication_slot_safe_wal_size_bytes{slot_name="feed",slot_type="logical"} 268435456
pg_replication_slot_slot_confirmed_flush_lsn{slot_name="feed",slot_type="logical"} 50327552
pg_replication_slot_slot_current_wal_lsn{slot_name="feed",slot_type="logical"} 50331648
pg_replication_slot_slot_is_active{slot_name="feed",slot_type="logical"} 1
pg_replication_slot_wal_status{slot_name="feed",slot_type="logical",wal_status="reserved"} 1
pg_replication_slots_active{slot_name="feed",database="lake"} 1
pg_replication_slots_pg_wal_lsn_diff{slot_name="feed",database="lake"} 4096
pg_replication_slots_retained_bytes{slot_name="feed",slot_type="logical"} 4096
pg_replication_slots_safe_wal_size_bytes{slot_name="feed",slot_type="logical"} 268435456
pg_replication_slots_slot_confirmed_flush_lsn{slot_name="feed",slot_type="logical"} 50327552
pg_replication_slots_slot_current_wal_lsn{slot_name="feed",slot_type="logical"} 50331648
pg_replication_slots_slot_is_active{slot_name="feed",slot_type="logical"} 1
pg_replication_slots_wal_status{slot_name="feed",slot_type="logical",wal_status="reserved"} 1
)");
}

// Its standby is gone for good: WAL piles up behind it.
TEST(ReplicationSlots, TellsSinceWhenASlotIsInactive) {
  EXPECT_EQ(test::emitted_from(replication_slots(),
                               {slot("gone", "extended") +
                                test::Row{{"retained_bytes", "1073741824"}, {"inactive_since", "1700000000.25"}}}),
            R"(pg_replication_slot_slot_current_wal_lsn{slot_name="gone",slot_type="physical"} 50331648
pg_replication_slot_slot_is_active{slot_name="gone",slot_type="physical"} 0
pg_replication_slot_wal_status{slot_name="gone",slot_type="physical",wal_status="extended"} 1
pg_replication_slots_active{slot_name="gone",database=""} 0
pg_replication_slots_inactive_since_timestamp_seconds{slot_name="gone",slot_type="physical"} 1700000000.25
pg_replication_slots_pg_wal_lsn_diff{slot_name="gone",database=""} 1073741824
pg_replication_slots_retained_bytes{slot_name="gone",slot_type="physical"} 1073741824
pg_replication_slots_slot_current_wal_lsn{slot_name="gone",slot_type="physical"} 50331648
pg_replication_slots_slot_is_active{slot_name="gone",slot_type="physical"} 0
pg_replication_slots_wal_status{slot_name="gone",slot_type="physical",wal_status="extended"} 1
)");
}

// What it held is gone, so how much it holds is not 0 but unknown.
TEST(ReplicationSlots, GivesNoRetainedBytesOfALostSlot) {
  const std::string page = test::emitted_from(
      replication_slots(),
      {slot("lost", "lost") + test::Row{{"invalidation_reason", "wal_removed"}, {"invalidated", "1"}}});
  EXPECT_THAT(page, AllOf(Not(HasSubstr("retained_bytes")), Not(HasSubstr("pg_wal_lsn_diff"))));
  EXPECT_THAT(page, HasSubstr("pg_replication_slots_invalidated{slot_name=\"lost\",slot_type=\"physical\","
                              "invalidation_reason=\"wal_removed\"} 1\n"));
}

TEST(ReplicationSlots, NamesWhateverBecomesOfTheWal) {
  for (const char* status : {"reserved", "extended", "unreserved", "lost", "a word of tomorrow"})
    EXPECT_THAT(test::emitted_from(replication_slots(), {slot("s", status)}),
                HasSubstr("pg_replication_slots_wal_status{slot_name=\"s\",slot_type=\"physical\",wal_status=\"" +
                          std::string(status) + "\"} 1\n"));
}

// A slot that never held WAL has no status.
TEST(ReplicationSlots, SaysNoWalStatusWhereThereIsNone) {
  test::Row fresh = slot("fresh", "");
  fresh.erase("wal_status");
  fresh.erase("has_wal_status");
  EXPECT_THAT(test::emitted_from(replication_slots(), {fresh}), Not(HasSubstr("wal_status")));
}

TEST(ReplicationSlots, SaysNothingWhereThereAreNoSlots) { EXPECT_EQ(test::emitted_from(replication_slots(), {}), ""); }

TEST(ReplicationSlots, AsksForAColumnOnlyWhereTheServerHasIt) {
  const std::string old = test::statement(replication_slots(), 130000);
  EXPECT_THAT(old, AllOf(HasSubstr("NULL AS invalidation_reason"), HasSubstr("NULL AS inactive_since")));
  EXPECT_THAT(old, AllOf(Not(HasSubstr("slot.invalidation_reason")), Not(HasSubstr("slot.inactive_since"))));

  const std::string current = test::statement(
      replication_slots(), 170000, {"pg_replication_slots.invalidation_reason", "pg_replication_slots.inactive_since"});
  EXPECT_THAT(current, AllOf(HasSubstr("slot.invalidation_reason  AS invalidation_reason"),
                             HasSubstr("extract(epoch FROM slot.inactive_since)")));
}

TEST(ReplicationSlots, NeedsPostgres13) { EXPECT_EQ(test::statement(replication_slots(), 120000), ""); }

}  // namespace
}  // namespace pgwatch::collectors
