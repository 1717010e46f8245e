#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

using testing::HasSubstr;
using testing::Not;

test::Row receiver() {
  return {{"upstream_host", "10.0.0.1"},        {"status", "streaming"},
          {"receive_start_lsn", "50331648"},    {"receive_start_tli", "1"},
          {"flushed_lsn", "4503599627370497"},  {"received_tli", "1"},
          {"last_msg_send_time", "1700000000"}, {"last_msg_receipt_time", "1700000000.5"},
          {"latest_end_lsn", "50331700"},       {"latest_end_time", "1700000000.25"}};
}

TEST(StatWalReceiver, TellsWhatItHasReceivedToTheByte) {
  test::Row row = receiver();
  row["slot_name"] = "repmgr_slot_7";
  row["upstream_node"] = "7";
  const std::string labels = "{upstream_host=\"10.0.0.1\",slot_name=\"repmgr_slot_7\",status=\"streaming\"} ";
  EXPECT_EQ(test::emitted_from(stat_wal_receiver(), {row}),
            "pg_stat_wal_receiver_flushed_lsn" + labels + "4503599627370497\n" +
                "pg_stat_wal_receiver_last_msg_receipt_time" + labels + "1700000000.5\n" +
                "pg_stat_wal_receiver_last_msg_send_time" + labels + "1700000000\n" +
                "pg_stat_wal_receiver_latest_end_lsn" + labels + "50331700\n" + "pg_stat_wal_receiver_latest_end_time" +
                labels + "1700000000.25\n" + "pg_stat_wal_receiver_receive_start_lsn" + labels + "50331648\n" +
                "pg_stat_wal_receiver_receive_start_tli" + labels + "1\n" + "pg_stat_wal_receiver_received_tli" +
                labels + "1\n" + "pg_stat_wal_receiver_upstream_node" + labels + "7\n");
}

// postgres_exporter passes over it.
TEST(StatWalReceiver, IsToldOfWithoutASlot) {
  const std::string page = test::emitted_from(stat_wal_receiver(), {receiver()});
  EXPECT_THAT(page, HasSubstr("pg_stat_wal_receiver_received_tli{upstream_host=\"10.0.0.1\",slot_name=\"\","
                              "status=\"streaming\"} 1\n"));
  EXPECT_THAT(page, Not(HasSubstr("upstream_node")));
}

TEST(StatWalReceiver, SaysNothingOnAPrimary) { EXPECT_EQ(test::emitted_from(stat_wal_receiver(), {}), ""); }

// Who may not see it sees a row of NULLs.
TEST(StatWalReceiver, SaysNothingOfAReceiverThatIsHidden) {
  EXPECT_EQ(test::emitted_from(stat_wal_receiver(), {{}}), "");
}

}  // namespace
}  // namespace pgwatch::collectors
