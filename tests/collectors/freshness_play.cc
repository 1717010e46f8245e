#include "tests/collectors/freshness_play.h"

#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "collectors/freshness/freshness.h"
#include "tests/collectors/asking.h"
#include "tests/exporter/model/emitted.h"

namespace pgwatch::collectors {

using namespace std::chrono_literals;

Rows rows_of(const std::vector<Row>& rows) {
  std::vector<std::string> columns;
  for (const auto& [name, value] : rows.empty() ? Row() : rows.front()) columns.push_back(name);
  Rows made(columns);
  for (const Row& row : rows) {
    std::vector<Cell> cells;
    for (const std::string& column : columns) {
      const auto found = row.find(column);
      cells.push_back(found == row.end() || found->second == "NULL" ? Cell() : Cell(found->second));
    }
    made.add(cells);
  }
  return made;
}

Row resolved(Row more) {
  Row row = {{"now", kNow},        {"role", "pgwatch"}, {"database", "market"},       {"relation", "public.bars"},
             {"kind", "r"},        {"indexed", "t"},    {"time_type", "timestamptz"}, {"has_parts", "f"},
             {"dimension", "NULL"}};
  more.merge(row);
  return more;
}

std::string slice(int start_hour, int end_hour, int day) {
  const auto micros = [&](int hour) {
    return std::chrono::sys_days(std::chrono::year(2026) / 11 / day).time_since_epoch() / 1us * 1LL +
           hour * 3'600'000'000LL;
  };
  return std::to_string(micros(start_hour)) + ":" + std::to_string(micros(end_hour));
}

Row hypertable(const std::string& slices, Row more) {
  Row row = resolved({{"dimension", "time"}, {"has_parts", "t"}, {"slices", slices}});
  more.merge(row);
  return more;
}

Row found(const std::string& newest, const std::string& ingested, const std::string& future) {
  return {{"newest", newest}, {"ingested", ingested}, {"future_rows", future}};
}

FreshnessCheck bars() {
  FreshnessCheck check;
  check.name = "bars";
  check.table = "bars";
  check.time_column = "time";
  check.age = {120, 600};
  return check;
}

Collector collector_of(const FreshnessCheck& check) {
  return freshness_collector(std::make_shared<const FreshnessCheck>(check));
}

Played play(const FreshnessCheck& check, const Answers& answers) {
  std::size_t next = 0;
  test::Asked asked =
      test::ask(collector_of(check), {}, [&](const std::string&) { return rows_of(answers.at(next++)); });
  Played played;
  for (const auto& step : asked.steps) played.statements.push_back(step.sql);
  EXPECT_EQ(next, answers.size()) << "more answers than steps";
  played.lines = test::sample_lines(std::move(asked.samples));
  return played;
}

void expect_misconfigured(const FreshnessCheck& check, const Row& row, const std::string& what) {
  EXPECT_THAT([&] { play(check, {{row}}); }, fails_with(what));
}

}  // namespace pgwatch::collectors
