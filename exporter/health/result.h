// Result: everything one probe found, and how people and programs read it. Pure.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "exporter/health/verdict.h"

namespace pgwatch::health {

struct Result {
  std::vector<Verdict> verdicts;
  std::vector<std::string> errors;  // what kept us from judging: a mistyped name, a configuration. They make it unknown
  std::chrono::system_clock::time_point started;
  std::chrono::nanoseconds took{0};
  std::string version;  // pgwatch's own
  int exit_code = 0;

  Status status() const;
  std::map<Status, int> counts() const;  // of all six, zeros included
};

// "CRITICAL - 1 critical, 14 ok (0.42 s)", then a line for each error and each verdict that is not well, or for all.
struct HumanStyle {
  bool all = false;
  bool colour = false;
};
std::string to_human(const Result& result, const HumanStyle& style);

// One object, one line. Its keys are a contract: docs/probe.md.
std::string to_json(const Result& result);

}  // namespace pgwatch::health
