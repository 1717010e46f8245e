// Rehearsal: what servers make of the user's own queries and checks of freshness before anyone relies on them. A query
// is explained, and not run; a check is asked once.
//
// One thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "exporter/config/config.h"
#include "exporter/engine/engine.h"
#include "exporter/engine/telemetry.h"

namespace pgwatch {

class Rehearsal {
 public:
  // Begins to connect.
  explicit Rehearsal(const config::Config& config);

  struct Result {
    std::string report;   // a line for each of them and server, and for each database where it is asked in all
    bool is_well = true;  // every server answered, and none refused any
  };
  // Once. What has not answered by the deadline has failed.
  Result run(SteadyTime deadline);

  // False: a thread is left behind in a call that does not return, and nothing may be destroyed.
  bool stop();

 private:
  Snapshot ask(SteadyTime deadline);
  bool has_first_answers(const Snapshot& snapshot) const;

  const WorldPtr world_;  // of each target these alone
  Telemetry telemetry_;
  Engine engine_;
};

}  // namespace pgwatch
