// A check of freshness asked of a real server by the engine, and what came of it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "collectors/freshness/freshness.h"
#include "tests/support/engine_fixture.h"
#include "tests/support/postgres_server.h"

namespace pgwatch::test {

inline constexpr double kClockSlack = 60;  // seconds that a test may take where it compares clocks

// Of a table called as the check is, by its column `time`.
inline FreshnessCheck check_of(const std::string& name, const std::string& time_column = "time") {
  FreshnessCheck check;
  check.name = name;
  check.table = name;
  check.time_column = time_column;
  check.age = {120, 600};
  check.timeout = std::chrono::seconds(10);  // on a busy machine
  return check;
}

inline Collector collector_of(const FreshnessCheck& check) {
  return collectors::freshness_collector(std::make_shared<const FreshnessCheck>(check));
}

struct Told {
  Outcome outcome;
  std::string reason;
  std::string detail;
  Exposition page;
  std::chrono::nanoseconds duration;

  std::optional<double> value(const std::string& metric, std::map<std::string, std::string> labels = {}) const {
    return page.value("pgwatch_freshness_" + metric, std::move(labels));
  }
};

inline Told told_by(const Scrape& scrape, const FreshnessCheck& check) {
  const Block& block = *scrape.answer("freshness_" + check.name).latest;
  return {block.outcome, block.reason, block.detail, scrape.page, block.duration};
}

// A request that waits for the check's first answer.
inline Request awaiting(const FreshnessCheck& check) {
  Request request;
  request.awaited = {"freshness_" + check.name};
  return request;
}

// By an engine of its own, once.
inline Told told_by(const std::string& conninfo, const FreshnessCheck& check) {
  RunningEngine engine(test_world(conninfo, {collector_of(check)}));
  return told_by(engine.ask(kPatience, awaiting(check)), check);
}

inline Told told_by(const PostgresServer& server, const FreshnessCheck& check) {
  return told_by(server.conninfo(), check);
}

inline double now_of(const PostgresServer& server) {
  return std::stod(server.value("SELECT extract(epoch FROM now())"));
}

}  // namespace pgwatch::test
