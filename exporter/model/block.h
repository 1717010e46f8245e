// Block: the answer to one question. Immutable; every face reads the same ones and nobody copies them.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "exporter/model/samples.h"

namespace pgwatch {

using SteadyTime = std::chrono::steady_clock::time_point;

enum class Outcome { kOk, kSkipped, kFailed };

struct Block {
  std::string collector;
  std::string server;    // the target's name; "" for the host and for ourselves
  std::string database;  // for a collector asked per database, else ""
  std::string labels;    // of every sample, in exposition spelling: server="a",cluster="b"

  Outcome outcome = Outcome::kOk;
  std::string reason;  // skipped: why; failed: the failure's class
  std::string detail;  // a sentence for the log and the status page

  Samples samples;
  std::size_t max_series = Sink::kNoCap;  // of one family on a page, in all Blocks of the server together
  SteadyTime asked_at;
  SteadyTime answered_at;
  std::chrono::nanoseconds duration{0};  // until its answer was complete, waiting in the pipeline included
};

using BlockPtr = std::shared_ptr<const Block>;

}  // namespace pgwatch
