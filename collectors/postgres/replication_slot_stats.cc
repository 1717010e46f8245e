// replication_slot_stats: what decoding for a logical slot costs here. Spilling means that transactions do not fit
// logical_decoding_work_mem.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kReplicationSlotStatsSql = R"sql(
SELECT slot_name,
       spill_txns,
       spill_count,
       spill_bytes,
       stream_txns,
       stream_count,
       stream_bytes,
       total_txns AS txns,
       total_bytes AS bytes,
       extract(epoch FROM stats_reset) AS stats_reset
FROM pg_stat_replication_slots
)sql";

Column slot_stats_total(const std::string& name, const std::string& help) {
  return counter(name, help).called("pg_stat_replication_slots_" + name + "_total").since(14);
}

}  // namespace

Collector replication_slot_stats() {
  return {
      .name = "replication_slot_stats",
      .help = "What logical slots decode, spill to disk and stream. PostgreSQL 14 and newer.",
      .source =
          std::vector<Sql>{
              {.text = kReplicationSlotStatsSql, .since = 140000, .needs = {"pg_stat_replication_slots.total_txns"}}},
      .columns =
          {
              label("slot_name"),
              slot_stats_total("spill_txns", "Transactions spilled to disk while they were decoded."),
              slot_stats_total("spill_count", "Times transactions were spilled to disk."),
              slot_stats_total("spill_bytes", "Bytes of decoded transactions spilled to disk."),
              slot_stats_total("stream_txns", "Transactions streamed to the receiver before their end."),
              slot_stats_total("stream_count", "Times transactions were streamed before their end."),
              slot_stats_total("stream_bytes", "Bytes of decoded transactions streamed before their end."),
              slot_stats_total("txns", "Decoded transactions sent to the receiver."),
              slot_stats_total("bytes", "Bytes of decoded transactions sent to the receiver."),
              gauge("stats_reset", "When the slot's statistics were last reset, as a Unix time.")
                  .called("pg_stat_replication_slots_stats_reset_timestamp_seconds")
                  .since(14),
          },
      .cost = {.pages = 2},
  };
}

}  // namespace pgwatch::collectors
