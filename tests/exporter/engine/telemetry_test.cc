#include "exporter/engine/telemetry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <thread>

#include "exporter/model/exposition.h"
#include "exporter/util/log.h"
#include "tests/support/exposition.h"

namespace pgwatch {
namespace {

using namespace std::chrono_literals;
using test::Exposition;

Exposition page(const Telemetry& telemetry) {
  return Exposition(write_exposition(std::vector{telemetry.block()}).text);
}

Block failure_of(const std::string& server) {
  Block block;
  block.server = server;
  block.collector = "size";
  block.reason = "42501";
  return block;
}

TEST(Telemetry, SaysWhatItIs) {
  const Telemetry telemetry("1.2.3");
  EXPECT_EQ(page(telemetry).value("pgwatch_build_info", {{"version", "1.2.3"}}), 1);
}

TEST(Telemetry, CountsPages) {
  Telemetry telemetry("t");
  telemetry.scraped(1500ms, false);
  telemetry.scraped(250ms, true);
  const Exposition shown = page(telemetry);
  EXPECT_EQ(shown.value("pgwatch_scrapes_total"), 2);
  EXPECT_EQ(shown.value("pg_exporter_scrapes_total"), 2);
  EXPECT_EQ(shown.value("pg_exporter_last_scrape_duration_seconds"), 0.25);
  EXPECT_EQ(shown.value("pg_exporter_last_scrape_error"), 0);
  EXPECT_EQ(shown.type("pgwatch_scrapes_total"), "counter");
  EXPECT_EQ(shown.type("pg_exporter_last_scrape_error"), "gauge");
}

TEST(Telemetry, AFailedReloadKeepsTheTimeOfTheLastGoodOne) {
  Telemetry telemetry("t");
  telemetry.reloaded(true);
  const auto time = page(telemetry).value("pgwatch_config_last_reload_success_timestamp_seconds");
  EXPECT_GT(time, 1.6e9);
  telemetry.reloaded(false);
  EXPECT_EQ(page(telemetry).value("pgwatch_config_last_reload_successful"), 0);
  EXPECT_EQ(page(telemetry).value("pgwatch_config_last_reload_success_timestamp_seconds"), time);
}

TEST(Telemetry, CountsByServer) {
  Telemetry telemetry("t");
  telemetry.add_target("a");
  telemetry.add_target("b");
  telemetry.connections("a", {2, 1, 3});
  telemetry.connected("a", false);
  telemetry.connected("a", true);
  telemetry.traffic("a", 5, 700);
  telemetry.joined_flight("a");
  telemetry.place_expired("a", 2);
  const Exposition shown = page(telemetry);
  EXPECT_EQ(shown.value("pgwatch_connections", {{"server", "a"}, {"state", "open"}}), 2);
  EXPECT_EQ(shown.value("pgwatch_connections", {{"server", "a"}, {"state", "busy"}}), 1);
  EXPECT_EQ(shown.value("pgwatch_connections", {{"server", "a"}, {"state", "abandoned"}}), 3);
  EXPECT_EQ(shown.value("pgwatch_reconnects_total", {{"server", "a"}}), 1) << "the first time is not again";
  EXPECT_EQ(shown.value("pgwatch_statements_total", {{"server", "a"}}), 5);
  EXPECT_EQ(shown.value("pgwatch_received_bytes_total", {{"server", "a"}}), 700);
  EXPECT_EQ(shown.value("pgwatch_joined_requests_total", {{"server", "a"}}), 1);
  EXPECT_EQ(shown.value("pgwatch_abandoned_connections_expired_total", {{"server", "a"}}), 2);
  EXPECT_EQ(shown.value("pgwatch_statements_total", {{"server", "b"}}), 0) << "counters begin at zero, not at absence";
}

TEST(Telemetry, AddingATargetAgainKeepsItsCounts) {
  Telemetry telemetry("t");
  telemetry.add_target("a");
  telemetry.joined_flight("a");
  telemetry.add_target("a");
  EXPECT_EQ(page(telemetry).value("pgwatch_joined_requests_total", {{"server", "a"}}), 1);
}

TEST(Telemetry, ARemovedTargetLeavesNothingBehind) {
  Telemetry telemetry("t");
  telemetry.add_target("a");
  telemetry.add_target("b");
  telemetry.collector_failed(failure_of("a"));
  telemetry.collector_failed(failure_of("b"));
  telemetry.samples_dropped(std::vector<Dropped>{{"a", "size", "one", 1, 1}});
  telemetry.remove_target("a");
  // Its last request may end after it was removed.
  telemetry.collector_failed(failure_of("a"));
  telemetry.connections("a", {1, 1, 1});
  telemetry.traffic("a", 1, 1);
  const Exposition shown = page(telemetry);
  EXPECT_TRUE(std::ranges::none_of(shown.samples(), [](const auto& sample) {
    return sample.labels.contains("server") && sample.labels.at("server") == "a";
  }));
  EXPECT_EQ(shown.value("pgwatch_collector_failures_total", {{"server", "b"}}), 1);
  telemetry.remove_target("unknown");
}

TEST(Telemetry, ATargetThatComesBackBeginsAtZero) {
  Telemetry telemetry("t");
  telemetry.add_target("a");
  telemetry.joined_flight("a");
  telemetry.collector_failed(failure_of("a"));
  telemetry.remove_target("a");
  telemetry.add_target("a");
  EXPECT_EQ(page(telemetry).value("pgwatch_joined_requests_total", {{"server", "a"}}), 0);
  EXPECT_EQ(page(telemetry).value("pgwatch_collector_failures_total"), std::nullopt);
}

TEST(Telemetry, CountsFailuresOfTheHost) {
  Telemetry telemetry("t");
  telemetry.collector_failed(failure_of(""));
  EXPECT_EQ(page(telemetry).value("pgwatch_collector_failures_total",
                                  {{"server", ""}, {"collector", "size"}, {"class", "42501"}}),
            1);
}

TEST(Telemetry, CountsWhatPagesLackByServerAndCollector) {
  Telemetry telemetry("t");
  telemetry.add_target("a");
  const std::vector<Dropped> dropped = {
      {"a", "size", "one", 3, 4}, {"a", "size", "two", 0, 1}, {"", "host", "m", 1, 0}, {"gone", "size", "one", 1, 1}};
  telemetry.samples_dropped(dropped);
  telemetry.samples_dropped(dropped);
  const Exposition shown = page(telemetry);
  const std::string duplicates = "pgwatch_duplicate_samples_dropped_total";
  const std::string overflow = "pgwatch_overflow_samples_dropped_total";
  EXPECT_EQ(shown.value(duplicates, {{"server", "a"}, {"collector", "size"}}), 6);
  EXPECT_EQ(shown.value(overflow, {{"server", "a"}, {"collector", "size"}}), 10);
  EXPECT_EQ(shown.value(duplicates, {{"server", ""}, {"collector", "host"}}), 2);
  EXPECT_EQ(shown.all(duplicates).size(), 2U);
  EXPECT_EQ(shown.all(overflow).size(), 1U);
}

TEST(Telemetry, SaysWhatPagesLackOncePerServerAndFamily) {
  Telemetry telemetry("t");
  telemetry.add_target("a");
  log::flush(5s);  // what other tests of this process said
  testing::internal::CaptureStderr();
  const std::vector<Dropped> dropped = {{"a", "size", "one", 3, 4}, {"a", "size", "two", 0, 1}};
  telemetry.samples_dropped(dropped);
  telemetry.samples_dropped(dropped);
  telemetry.remove_target("a");
  telemetry.add_target("a");
  telemetry.samples_dropped(std::span(dropped).last(1));
  log::flush(5s);
  const std::string said = testing::internal::GetCapturedStderr();
  const auto lines_with = [&](const std::string& words) {
    std::istringstream lines(said);
    int count = 0;
    for (std::string line; std::getline(lines, line);) count += line.find(words) != std::string::npos ? 1 : 0;
    return count;
  };
  EXPECT_EQ(lines_with("samples left out"), 4) << said;
  EXPECT_EQ(lines_with("server=a collector=size metric=one"), 2) << said;
  EXPECT_EQ(lines_with("metric=two"), 2) << "a target that comes back is told of again: " << said;
}

TEST(Telemetry, CountsCallsThatWereAbandoned) {
  Telemetry telemetry("t");
  telemetry.blocking_call_abandoned("resolve");
  EXPECT_EQ(page(telemetry).value("pgwatch_blocking_calls_abandoned_total", {{"kind", "resolve"}}), 1);
}

TEST(Telemetry, DeclaresEveryFamilyWithItsLabels) {
  Telemetry telemetry("t");
  telemetry.add_target("a");
  telemetry.collector_failed(failure_of("a"));
  telemetry.samples_dropped(std::vector<Dropped>{{"a", "size", "one", 1, 1}});
  telemetry.blocking_call_abandoned("files");
  telemetry.called("system", 1);
  const Exposition shown = page(telemetry);
  for (const OwnMetric& own : Telemetry::declared()) {
    EXPECT_EQ(shown.help(own.metric.name), own.metric.help) << own.metric.name;
    EXPECT_EQ(shown.type(own.metric.name), to_string(own.metric.kind)) << own.metric.name;
    for (const auto& sample : shown.all(own.metric.name)) {
      std::vector<std::string> labels;
      for (const auto& [name, value] : sample.labels) labels.push_back(name);
      EXPECT_THAT(labels, testing::UnorderedElementsAreArray(own.labels)) << own.metric.name;
    }
  }
}

TEST(Telemetry, TakesCountsFromAnyThread) {
  Telemetry telemetry("t");
  telemetry.add_target("a");
  const auto work = [&] {
    for (int i = 0; i < 200; ++i) {
      telemetry.joined_flight("a");
      telemetry.collector_failed(failure_of("a"));
      telemetry.scraped(1ms, true);
      if (i % 20 == 0) telemetry.block();
    }
  };
  std::thread one(work);
  std::thread two(work);
  one.join();
  two.join();
  EXPECT_EQ(page(telemetry).value("pgwatch_joined_requests_total", {{"server", "a"}}), 400);
  EXPECT_EQ(page(telemetry).value("pgwatch_collector_failures_total", {{"server", "a"}}), 400);
}

}  // namespace
}  // namespace pgwatch
