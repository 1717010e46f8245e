// Desk: where questions are planned and answers become Blocks. Knows no transport: who carries a step is the caller's
// matter.
//
// An asking is begin(), then for each step's answer accept(), until it says the Block is out. fail() and skip() end it
// early.
#pragma once

#include <chrono>
#include <string>

#include "exporter/engine/question.h"

namespace pgwatch {

class Telemetry;

class Desk {
 public:
  explicit Desk(Telemetry& telemetry) : telemetry_(telemetry) {}

  enum class Progress { kDone, kAskAgain };

  // Starts an asking and gives its first step; a Skip has already been published.
  Step begin(Question& question, const FactsPtr& facts);
  // The step after kAskAgain.
  Step again(Question& question) { return next_step(question); }

  // Takes the answer to a step. REQUIRES: an asking under way. `facts` are those it was given under, where they are
  // known: what a role may no longer see has been counted wrongly.
  Progress accept(Question& question, const Answer& answer, const FactsPtr& facts = nullptr);
  void fail(Question& question, const Failure& failure) { accept_failure(question, failure); }

  // What the server refuses, it will refuse again: neither asked nor logged more often than that.
  static constexpr std::chrono::hours kRest{1};

  // An asking that never was: the question could not even be put. rest() is for what the server refused.
  void refuse(Question& question, Outcome outcome, std::string reason, std::string detail);
  void rest(Question& question, const std::string& reason, const std::string& detail,
            std::chrono::minutes pause = kRest);

 private:
  Step next_step(Question& question);
  Progress accept_failure(Question& question, const Failure& failure);
  Progress go_on_or_publish(Question& question);
  void publish(Question& question, Outcome outcome, std::string reason, std::string detail);
  void log_change(Question& question, const Block& block);

  Telemetry& telemetry_;
};

}  // namespace pgwatch
