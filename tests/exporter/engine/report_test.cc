#include "exporter/engine/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exporter/model/exposition.h"
#include "tests/exporter/engine/moments.h"

namespace pgwatch {
namespace {

using namespace std::chrono_literals;
using test::kNow;

TargetStatus up_target() {
  auto facts = std::make_shared<Facts>();
  facts->version_text = "15.18 (Debian)";
  facts->system_identifier = "7000";
  return {"a", R"(server="a",cluster="c")", true, "", "", "10.0.0.1:5432", facts};
}

TargetStatus down_target() {
  return {"b", R"(server="b")", false, "refused", "nobody listens", "10.0.0.2:5432", nullptr};
}

BlockPtr block_of(const std::string& server, const std::string& collector, const std::string& database, Outcome outcome,
                  std::chrono::milliseconds duration) {
  auto block = std::make_shared<Block>();
  block->server = server;
  block->collector = collector;
  block->database = database;
  block->outcome = outcome;
  block->reason = outcome == Outcome::kOk ? "" : "because";
  block->duration = duration;
  block->answered_at = kNow - 2500ms;
  return block;
}

std::string page(const Snapshot& snapshot) { return write_exposition(std::vector{report_on(snapshot)}).text; }

constexpr const char* kTargets =
    R"page(# HELP pg_server_info Address, version and identity of the server; always 1.
# TYPE pg_server_info gauge
pg_server_info{server="a",cluster="c",address="10.0.0.1:5432",version="15.18 (Debian)",system_identifier="7000"} 1
# HELP pg_up Whether the server answered a statement of this scrape.
# TYPE pg_up gauge
pg_up{server="a",cluster="c"} 1
pg_up{server="b"} 0
# HELP pgwatch_target_down 1 with the reason why the server did not answer; absent while up.
# TYPE pgwatch_target_down gauge
pgwatch_target_down{server="b",reason="refused"} 1
)page";

TEST(Report, SaysWhoIsUp) {
  Snapshot snapshot;
  snapshot.targets = {up_target(), down_target()};
  EXPECT_EQ(page(snapshot), kTargets);
}

constexpr const char* kCollectors =
    R"page(# HELP pg_scrape_collector_duration_seconds The longest duration over the server's databases.
# TYPE pg_scrape_collector_duration_seconds gauge
pg_scrape_collector_duration_seconds{server="",collector="units"} 0.125
pg_scrape_collector_duration_seconds{server="a",collector="jobs"} 0
pg_scrape_collector_duration_seconds{server="a",collector="size"} 0.5
# HELP pg_scrape_collector_success Whether the collector succeeded in all of the server's databases.
# TYPE pg_scrape_collector_success gauge
pg_scrape_collector_success{server="",collector="units"} 1
pg_scrape_collector_success{server="a",collector="jobs"} 1
pg_scrape_collector_success{server="a",collector="size"} 0
# HELP pgwatch_collector_age_seconds Age of the answer that is shown.
# TYPE pgwatch_collector_age_seconds gauge
pgwatch_collector_age_seconds{server="a",datname="x",collector="size"} 2.5
pgwatch_collector_age_seconds{server="a",datname="y",collector="size"} 2.5
pgwatch_collector_age_seconds{server="",datname="",collector="units"} 2.5
# HELP pgwatch_collector_duration_seconds Time until the collector's last answer was complete.
# TYPE pgwatch_collector_duration_seconds gauge
pgwatch_collector_duration_seconds{server="a",datname="x",collector="size"} 0.25
pgwatch_collector_duration_seconds{server="a",datname="y",collector="size"} 0.5
pgwatch_collector_duration_seconds{server="a",datname="",collector="jobs"} 0
pgwatch_collector_duration_seconds{server="",datname="",collector="units"} 0.125
# HELP pgwatch_collector_skipped 1 with the reason while the collector has nothing to ask here.
# TYPE pgwatch_collector_skipped gauge
pgwatch_collector_skipped{server="a",datname="",collector="jobs",reason="because"} 1
# HELP pgwatch_collector_success Whether the collector's last answer was good; a skipped one is.
# TYPE pgwatch_collector_success gauge
pgwatch_collector_success{server="a",datname="x",collector="size"} 1
pgwatch_collector_success{server="a",datname="y",collector="size"} 0
pgwatch_collector_success{server="a",datname="",collector="jobs"} 1
pgwatch_collector_success{server="",datname="",collector="units"} 1
)page";

TEST(Report, SaysHowEachCollectorFared) {
  Snapshot snapshot;
  snapshot.answered_at = kNow;
  const BlockPtr good = block_of("a", "size", "x", Outcome::kOk, 250ms);
  const BlockPtr failed = block_of("a", "size", "y", Outcome::kFailed, 500ms);
  const BlockPtr skipped = block_of("a", "jobs", "", Outcome::kSkipped, 0ms);
  const BlockPtr host = block_of("", "units", "", Outcome::kOk, 125ms);
  snapshot.answers = {{good, good}, {failed, good}, {skipped, nullptr}, {host, host}};
  EXPECT_EQ(page(snapshot), kCollectors);
}

TEST(Report, IsCompleteWhereEverybodyIsUpAndNothingFailed) {
  Snapshot snapshot;
  EXPECT_TRUE(is_complete(snapshot));
  snapshot.targets = {up_target()};
  snapshot.answers = {{block_of("a", "jobs", "", Outcome::kSkipped, 0ms), nullptr}};
  EXPECT_TRUE(is_complete(snapshot));
  snapshot.answers.push_back({block_of("a", "size", "", Outcome::kFailed, 0ms), nullptr});
  EXPECT_FALSE(is_complete(snapshot));
  snapshot.answers.clear();
  snapshot.targets.push_back(down_target());
  EXPECT_FALSE(is_complete(snapshot));
}

TEST(Report, DeclaresEveryMetricItSays) {
  Snapshot snapshot;
  snapshot.targets = {up_target(), down_target()};
  snapshot.answers = {
      {block_of("a", "jobs", "", Outcome::kSkipped, 0ms), block_of("a", "jobs", "", Outcome::kOk, 0ms)}};
  std::vector<std::string> declared;
  for (const OwnMetric& own : reported_metrics()) declared.push_back(own.metric.name);
  const BlockPtr block = report_on(snapshot);
  EXPECT_EQ(block->samples.families().size(), 9u);
  for (const Family& family : block->samples.families()) EXPECT_THAT(declared, testing::Contains(family.metric->name));
}

}  // namespace
}  // namespace pgwatch
