// Probe: asks every target once and judges what has come by the deadline.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "exporter/engine/engine.h"
#include "exporter/engine/telemetry.h"
#include "exporter/health/examine.h"
#include "exporter/once/options.h"

namespace pgwatch::once {

struct Examination {
  std::vector<health::Verdict> verdicts;
  std::vector<std::string> errors;  // of what was asked for
  std::vector<Snapshot> snapshots;  // of each target that answered in time
};

// One thread, but for what interruption() gives.
class Probe {
 public:
  // Begins to connect where there is anything to check.
  Probe(const World& world, const Options& options, const std::string& version);

  // Once. A target that has not answered by the deadline is critical; an interruption is a deadline.
  Examination run(SteadyTime deadline);
  // Ends the wait, from any thread, also after the probe.
  std::function<void()> interruption() const;
  // False: a thread is left behind in a call that does not return, and nothing may be destroyed.
  bool stop();

 private:
  struct Collected;

  void ask(const std::vector<std::string>& servers, SteadyTime deadline);
  void wait(SteadyTime deadline);
  void look_again(SteadyTime deadline);
  std::vector<std::string> accused_at_first_look() const;
  std::vector<health::Verdict> judge() const;
  Snapshot silence(const std::string& server) const;

  const SteadyTime began_ = std::chrono::steady_clock::now();
  const std::vector<health::Check> checks_;
  const Options options_;
  const health::Selection selection_;
  const std::vector<std::string> complaints_;  // of the selection
  const std::vector<std::string> targets_;     // that have anything to check
  const std::vector<std::string> awaited_;     // collectors that the checks read
  const WorldPtr world_;                       // no more than is asked for
  const std::shared_ptr<Collected> collected_;
  Telemetry telemetry_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace pgwatch::once
