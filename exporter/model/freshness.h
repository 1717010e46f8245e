// FreshnessCheck: how fresh the rows of one table are to be. What is configured; who asks is collectors/freshness, who
// judges is health.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exporter/model/calendar.h"
#include "exporter/model/threshold.h"

namespace pgwatch {

// Limits of a number of rows or of missing steps are Thresholds, too: at the value it is beyond it. Those of min_rows
// are fallen below.
struct FreshnessCheck {
  using Seconds = std::chrono::seconds;

  std::string name;                          // label `check`; its collector is freshness_NAME
  std::vector<std::string> servers = {"*"};  // patterns of targets' names
  std::string database = {};                 // "": the target's own

  // -- What is read: a table, or a query that gives ts, and with groups also the group's column.
  std::string table = {};  // as written, SCHEMA.NAME or NAME, quoted where it must be
  std::string query = {};
  std::string time_column = {};    // event time; "": the hypertable's own
  std::string ingest_column = {};  // "": none
  int ticks_per_second = 0;        // of an integer time: 1, 10^3, 10^6 or 10^9; 0: told by the hypertable's own clock
  std::string filter = {};         // an SQL condition, trusted, sent as it is; "": none

  // -- When it is fresh.
  enum class Clock { kWall, kMarket };  // market: only seconds inside sessions count
  Threshold age = {};                   // seconds
  Clock clock = Clock::kWall;
  std::shared_ptr<const Calendar> calendar;  // null: always active
  Seconds open_grace{0};
  Seconds close_grace{0};
  bool completed_session = false;  // rows of the last completed session must be there
  enum class OnEmpty { kOk, kWarning, kCritical };
  OnEmpty on_empty = OnEmpty::kCritical;  // nothing within reach
  enum class Cap { kWarning, kCritical };
  Cap severity_cap = Cap::kCritical;

  // -- What else is looked at.
  struct Groups {
    std::string column;
    int most = 200;  // beyond it groups are counted as dropped
    std::vector<std::string> expected = {};
    std::string expected_query = {};  // gives one column of texts
    std::optional<int> worst = {};    // shown: so many of the stalest; none: all
  };
  struct Window {
    Seconds period{0};
    Threshold min_rows = {};
    Threshold max_rows = {};
  };
  struct Gaps {
    Seconds step{0};
    Seconds window{0};
    Threshold max_missing = {};
  };
  struct Late {
    Seconds window{0};
    Threshold max_delay = {};  // seconds from event to ingest time
  };
  struct Rule {
    std::string name;       // label `rule`
    std::string violation;  // an SQL condition
  };
  struct Validity {
    std::vector<Rule> rules;
    Seconds window{0};
    Threshold max_violations = {};
  };
  std::optional<Groups> groups = {};
  std::optional<Window> window = {};
  std::optional<Gaps> gaps = {};
  std::optional<Late> late = {};
  std::optional<Validity> validity = {};

  // -- How it is asked.
  std::chrono::milliseconds interval{std::chrono::seconds{30}};
  std::chrono::milliseconds timeout{std::chrono::seconds{2}};
  Seconds max_future{std::chrono::minutes{5}};  // rows beyond now and this are counted, and make nothing fresh
  int most_steps_back = 8;                      // slices (chunks) looked into where the newest are empty
  bool allow_seqscan = false;                   // of a plain table without an index on its time
  double most_plan_cost = 0;                    // by EXPLAIN; 0: not asked
};

using FreshnessCheckPtr = std::shared_ptr<const FreshnessCheck>;

std::string collector_name(const FreshnessCheck& check);  // freshness_NAME

// As a check like any other: its thresholds are those of the age.
CheckInfo check_info(const FreshnessCheck& check);

}  // namespace pgwatch
