// Check: how to judge one aspect of a server. A value, like a collector: what it reads, and a pure function.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/health/verdict.h"
#include "exporter/model/snapshot.h"
#include "exporter/model/world.h"

namespace pgwatch::health {

// One sample of the answer that is judged.
struct Reading {
  double value = 0;
  std::string_view labels;  // in exposition spelling

  std::string label(std::string_view name) const;  // "" where it has none of that name
};

// What is known of one server when a check looks at it.
struct Evidence {
  const Target& target;
  const TargetStatus& status;
  const Block* block = nullptr;  // its collector's answer; null for a check that reads none
  double now = 0;                // Unix time

  std::vector<Reading> readings(std::string_view metric) const;
  std::optional<double> value(std::string_view metric) const;  // the first reading's
  // The label of the one state that is set, as "streaming"; "" where none is.
  std::string state(std::string_view metric, std::string_view label) const;
};

struct Finding {
  Status status = Status::kOk;
  std::string summary;
  std::optional<double> value = {};
  std::string subject = {};
};

struct Check {
  CheckInfo info;
  std::string collector;  // whose answer it reads; "" for none
  // REQUIRES: the server is up, but for a check that reads no answer. Gives at least one finding.
  std::function<std::vector<Finding>(const Evidence&, const Threshold&)> judge;
  bool compares = false;  // it reads how an answer has changed: a first look can accuse and not convict
  // Where it is made: everywhere, or only at the servers that have its collector. There somebody wants it: that it
  // cannot look is unknown and no matter of course, and an answer still stands while the server is down.
  bool where_collected = false;
  // Why it has nothing to judge now, whatever the server does; "" where it has. Null: it always has.
  std::function<std::string(double now)> inactive = {};
  // It reads an answer of the machine, and no server's. Then Evidence has no target but a name.
  bool of_host = false;
  std::string server = {};  // whose machine it speaks of, where it is of the host; "" for none
};

// The check that tells a server's end, so that no other needs to.
inline constexpr const char* kUpCheck = "up";

// ok, warning or critical, as the value stands to the threshold: at it is beyond it.
Status compare(double value, const Threshold& threshold);
// The same where less is worse: below it.
Status compare_below(double value, const Threshold& threshold);

// The built-in checks.
std::vector<Check> checks();
std::vector<CheckInfo> check_infos();
// These and the ones that the World's own configuration makes.
std::vector<Check> checks_for(const World& world);

}  // namespace pgwatch::health
