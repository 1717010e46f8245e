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
      {.collector = "buffercache_summary", .reason = "version", .to = 15},     // the function came with 16
      {.collector = "replication_slot_stats", .reason = "version", .to = 13},  // the view came with 14
      {.collector = "stat_io", .reason = "version", .to = 15},                 // the view came with 16
      {.collector = "stat_progress_copy", .reason = "version", .to = 13},      // the view came with 14
      {.collector = "stat_wal", .reason = "version", .to = 13},                // the view came with 14
      {.collector = "stat_checkpointer", .reason = "version", .to = 16},       // the view came with 17
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
