#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

TEST(ReplicationSlotStats, TellWhatDoesNotFitMemory) {
  EXPECT_EQ(test::emitted_from(replication_slot_stats(), {{{"slot_name", "feed"},
                                                           {"spill_txns", "1"},
                                                           {"spill_count", "4"},
                                                           {"spill_bytes", "65536"},
                                                           {"txns", "9"},
                                                           {"bytes", "100000"}}}),
            R"(pg_stat_replication_slots_bytes_total{slot_name="feed"} 100000
pg_stat_replication_slots_spill_bytes_total{slot_name="feed"} 65536
pg_stat_replication_slots_spill_count_total{slot_name="feed"} 4
pg_stat_replication_slots_spill_txns_total{slot_name="feed"} 1
pg_stat_replication_slots_txns_total{slot_name="feed"} 9
)");
}

TEST(ReplicationSlotStats, AreSkippedWhereThereIsNoSuchView) {
  EXPECT_EQ(test::statement(replication_slot_stats(), 130000), "");
}

}  // namespace
}  // namespace pgwatch::collectors
