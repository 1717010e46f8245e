#include "tests/collectors/skips.h"

#include <vector>

namespace pgwatch::test {
namespace {

struct Expected {
  std::string collector;
  std::string reason;  // as Skip::reason
  int from = 13;       // majors, both included
  int to = 18;
  bool primary = true;
  bool standby = true;
};

// Each with a word why.
const std::vector<Expected>& expected() {
  static const std::vector<Expected> list = {
      {.collector = "buffercache_summary", .reason = "version", .to = 15},         // the function came with 16
      {.collector = "replication_slot_stats", .reason = "version", .to = 13},      // the view came with 14
      {.collector = "stat_io", .reason = "version", .to = 15},                     // the view came with 16
      {.collector = "stat_progress_copy", .reason = "version", .to = 13},          // the view came with 14
      {.collector = "stat_wal", .reason = "version", .to = 13},                    // the view came with 14
      {.collector = "stat_checkpointer", .reason = "version", .to = 16},           // the view came with 17
      {.collector = "stat_checkpointer", .reason = "version", .to = 16},           // the view came with 17
      {.collector = "buffercache_summary", .reason = "version", .to = 15},         // the function came with 16
      {.collector = "replication_slot_stats", .reason = "unsupported", .to = 13},  // the view came with 14
      {.collector = "stat_io", .reason = "unsupported", .to = 15},                 // the view came with 16
      {.collector = "stat_progress_copy", .reason = "unsupported", .to = 13},      // the view came with 14
      {.collector = "stat_wal", .reason = "unsupported", .to = 13},                // the view came with 14
      {.collector = "stat_checkpointer", .reason = "version", .to = 16},           // the view came with 17
      // Those of an extension that these servers do not have.
      {.collector = "timescaledb_compression", .reason = "extension"},
      {.collector = "timescaledb_continuous_aggregates", .reason = "extension"},
      {.collector = "timescaledb_hypertable_stats", .reason = "extension"},
      {.collector = "timescaledb_hypertables", .reason = "extension"},
      {.collector = "timescaledb_info", .reason = "extension"},
      {.collector = "timescaledb_jobs", .reason = "extension"},
      {.collector = "timescaledb_open_chunks", .reason = "extension"},
      {.collector = "timescaledb_reorder", .reason = "extension"},
      {.collector = "timescaledb_retention", .reason = "extension"},
      {.collector = "timescaledb_sizes", .reason = "extension"},
  };
  return list;
}

}  // namespace

std::string expected_skip(const std::string& collector, int major, bool in_recovery) {
  for (const Expected& one : expected())
    if (one.collector == collector && one.from <= major && major <= one.to && (in_recovery ? one.standby : one.primary))
      return one.reason;
  return "";
}

}  // namespace pgwatch::test
