// Holds docs/probe.md, and what docs/configuration.md says of checks, to the program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "exporter/config/values.h"
#include "exporter/health/check.h"
#include "exporter/health/result.h"
#include "exporter/once/output.h"
#include "tests/source_tree.h"

namespace pgwatch::test {
namespace {

using health::Status;
using health::Verdict;
using testing::HasSubstr;

// The result that the examples show.
health::Result example() {
  const Verdict lag = {.server = "main",
                       .check = "replication_lag_bytes",
                       .collector = "stat_replication",
                       .subject = "standby@10.0.0.2",
                       .status = Status::kWarning,
                       .summary = "300 MiB not replayed yet (warning from 256 MiB)",
                       .value = 314'572'800,
                       .unit = Unit::kBytes,
                       .threshold = {.warning = 268'435'456, .critical = 2'147'483'648},
                       .duration = std::chrono::microseconds(2'250)};
  const Verdict receiver = {.server = "main-standby",
                            .check = "replication_receiver",
                            .collector = "replication",
                            .status = Status::kCritical,
                            .summary = "does not stream: the WAL receiver is stopped",
                            .unit = Unit::kSeconds,
                            .threshold = {.warning = {}, .critical = 60},
                            .duration = std::chrono::microseconds(3'500)};
  health::Result result;
  result.verdicts = {lag, receiver};
  result.started = std::chrono::system_clock::time_point(std::chrono::seconds(1'795'251'600));
  result.took = std::chrono::milliseconds(41);
  result.version = "0.1.0";
  result.exit_code = 2;
  return result;
}

// What well verdicts there are does not show, but in the count.
health::Result example_with_well_ones() {
  health::Result result = example();
  for (int i = 0; i < 14; ++i) {
    Verdict verdict;
    verdict.status = i < 12 ? Status::kOk : Status::kInactive;
    result.verdicts.push_back(verdict);
  }
  return result;
}

std::string block_of(const std::string& document, const std::string& language) {
  const std::size_t begin = document.find("```" + language + "\n") + language.size() + 4;
  return document.substr(begin, document.find("```", begin) - begin);
}

TEST(ProbeManual, ShowsAResultAsItIs) {
  EXPECT_THAT(read_source("docs/probe.md"), HasSubstr("```\n" + to_human(example_with_well_ones(), {}) + "```\n"));
}

TEST(ProbeManual, ShowsTheJsonOfThatResultBrokenUp) {
  const std::string shown = block_of(read_source("docs/probe.md"), "json");
  EXPECT_EQ(std::regex_replace(shown, std::regex("\n *"), ""),
            to_json(example()).substr(0, to_json(example()).size() - 1));
}

TEST(ProbeManual, NamesEveryKeyOfTheJson) {
  const std::string manual = read_source("docs/probe.md");
  const std::string json = to_json(example());
  const std::regex key("\"([a-z_]+)\":");
  for (std::sregex_iterator at(json.begin(), json.end(), key), end; at != end; ++at)
    EXPECT_TRUE(manual.find("`" + (*at)[1].str() + "`") != std::string::npos ||
                manual.find("." + (*at)[1].str() + "`") != std::string::npos)
        << (*at)[1];
}

TEST(ProbeManual, SaysEveryExitStatus) {
  using once::ExitStyle;
  const std::string manual = read_source("docs/probe.md");
  for (const auto& [word, style] : {std::pair{"nagios", ExitStyle::kNagios}, std::pair{"binary", ExitStyle::kBinary},
                                    std::pair{"zero", ExitStyle::kZero}}) {
    std::string row = "| `" + std::string(word) + "` |";
    for (const Status status : {Status::kOk, Status::kWarning, Status::kCritical, Status::kUnknown})
      row += " " + std::to_string(once::exit_code(status, style)) + " |";
    row += " " + std::to_string(once::error_code(style)) + " |";
    EXPECT_THAT(manual, HasSubstr("\n" + row));
  }
}

// -- Checks -----------------------------------------------------------------------------------------------------------

// A cell of a table, without what sets it in code.
std::string plain(const std::string& cell) { return std::regex_replace(cell, std::regex("^[ `]+|[ `]+$"), ""); }

std::optional<double> limit(const std::string& cell, Unit unit) {
  if (unit == Unit::kNumber) return config::read_decimal(plain(cell));
  return unit == Unit::kSeconds ? config::read_seconds(plain(cell)) : config::read_size(plain(cell));
}

TEST(ChecksInTheManual, AreThoseThereAreWithTheirThresholds) {
  const std::string manual = read_source("docs/configuration.md");
  for (const CheckInfo& check : health::check_infos()) {
    std::smatch row;
    const std::regex shape("\\| `" + check.name + "` \\|([^|]*)\\|([^|]*)\\|([^|]*)\\|\n");
    ASSERT_TRUE(std::regex_search(manual, row, shape)) << check.name;
    EXPECT_EQ(limit(row[1], check.unit), check.threshold.warning) << check.name;
    EXPECT_EQ(limit(row[2], check.unit), check.threshold.critical) << check.name;
    EXPECT_EQ(std::regex_replace(row[3].str(), std::regex("^ | $"), ""), check.help);
  }
}

}  // namespace
}  // namespace pgwatch::test
