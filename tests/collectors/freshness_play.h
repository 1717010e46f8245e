// A check of freshness played on rows that a test makes up: what it asks, step by step, and what it then says.
#pragma once

#include <gmock/gmock.h>

#include <map>
#include <string>
#include <vector>

#include "exporter/model/collector.h"
#include "exporter/model/freshness.h"
#include "exporter/model/rows.h"

namespace pgwatch::collectors {

using Row = std::map<std::string, std::string>;
using Answers = std::vector<std::vector<Row>>;

// 2026-11-20 15:00:00 UTC, a Friday.
inline constexpr const char* kNow = "1795186800000000";

Rows rows_of(const std::vector<Row>& rows);
Row resolved(Row more = {});  // what the first step learns of a plain table
Row hypertable(const std::string& slices, Row more = {});
std::string slice(int start_hour, int end_hour, int day = 20);  // of November 2026, as the catalog bounds a chunk
Row found(const std::string& newest, const std::string& ingested = "NULL", const std::string& future = "0");

FreshnessCheck bars();
Collector collector_of(const FreshnessCheck& check);

struct Played {
  std::vector<std::string> statements;
  std::string lines;
};

// Asks, and answers each step with the next rows; what emit throws comes through.
Played play(const FreshnessCheck& check, const Answers& answers);

inline auto fails_with(const std::string& what) {
  return testing::ThrowsMessage<std::runtime_error>(testing::HasSubstr(what));
}

void expect_misconfigured(const FreshnessCheck& check, const Row& row, const std::string& what);

}  // namespace pgwatch::collectors
