#include "exporter/engine/desk.h"

#include <exception>

#include "exporter/engine/telemetry.h"
#include "exporter/model/plan.h"
#include "exporter/model/privilege.h"
#include "exporter/util/clock.h"
#include "exporter/util/log.h"

namespace pgwatch {
namespace {

// A server that lacks a privilege or a feature is not unwell: the word for why it is left alone, "" for a failure. What
// only an outdated plan made look unsupported has been parsed again by the pipeline.
std::string refusal(const Failure& failure) {
  if (failure.cls == "42501") return "permission";
  if (failure.cls == "0A000") return "unsupported";
  return "";
}

std::string with_cure(const Failure& failure, const std::string& reason, const Question::Asking& asking) {
  if (reason != "permission" || !asking.facts) return failure.message;
  const std::string cure = cure_of_refusal(asking.instrument->collector(), *asking.facts, failure.message);
  return cure.empty() ? failure.message : failure.message + "; cure: " + cure;
}

}  // namespace

Question::Asking::Asking(const Question& question, FactsPtr known)
    : instrument(question.instrument),
      facts(std::move(known)),
      sink(question.instrument->metrics(), with_options(question.collector(), question.memory),
           question.collector().max_series),
      asked_at(now()) {}

void Question::take_over(const Question& changed) {
  if (instrument != changed.instrument) planned.reset();
  instrument = changed.instrument;
  keep = changed.keep;
  visit_database = changed.visit_database;
  timeout = changed.timeout;
  rests_until = {};
  interval = changed.interval;
}

Step Desk::begin(Question& question, const FactsPtr& facts) {
  question.asking = std::make_unique<Question::Asking>(question, facts);
  if (question.planned && question.planned_for == facts && question.memory.empty()) {
    ++question.asking->steps;
    return *question.planned;
  }
  Step step = next_step(question);
  question.planned.reset();
  if (question.asking && question.memory.empty()) question.planned = step;
  question.planned_for = facts;
  return step;
}

Step Desk::next_step(Question& question) {
  Question::Asking& asking = *question.asking;
  ++asking.steps;
  Step step = Skip{};
  try {
    step = plan(asking.instrument->collector(), *asking.facts, asking.sink.memory());
  } catch (const std::exception& error) {
    step = Skip{"plan", error.what()};
  }
  if (const auto* skip = std::get_if<Skip>(&step)) publish(question, Outcome::kSkipped, skip->reason, skip->detail);
  return step;
}

Desk::Progress Desk::accept(Question& question, const Answer& answer, const FactsPtr& facts) {
  Question::Asking& asking = *question.asking;
  if (facts) asking.facts = facts;
  if (const auto* failure = std::get_if<Failure>(&answer)) return accept_failure(question, *failure);
  if (facts) {
    if (auto hidden = hidden_values(asking.instrument->collector(), *facts)) {
      publish(question, Outcome::kSkipped, std::move(hidden->reason), std::move(hidden->detail));
      return Progress::kDone;
    }
  }
  try {
    asking.instrument->emit(std::get<Rows>(answer), asking.sink);
  } catch (const std::exception& error) {
    publish(question, Outcome::kFailed, kEmit, error.what());
    return Progress::kDone;
  }
  return go_on_or_publish(question);
}

Desk::Progress Desk::accept_failure(Question& question, const Failure& failure) {
  Question::Asking& asking = *question.asking;
  const Recover& recover = asking.instrument->collector().recover;
  try {
    if (recover && recover(failure, asking.sink)) return go_on_or_publish(question);
  } catch (const std::exception& error) {
    publish(question, Outcome::kFailed, kEmit, error.what());
    return Progress::kDone;
  }
  if (failure.cls == kForbidden || failure.cls == kAbsent) {  // of the host: it may let us, or have it, a moment later
    publish(question, Outcome::kSkipped, failure.cls, failure.message);
  } else if (const std::string reason = refusal(failure); !reason.empty()) {
    rest(question, reason, with_cure(failure, reason, asking));
  } else {
    publish(question, Outcome::kFailed, failure.cls, failure.message);
  }
  return Progress::kDone;
}

Desk::Progress Desk::go_on_or_publish(Question& question) {
  Question::Asking& asking = *question.asking;
  if (!asking.sink.take_ask_again()) {
    const Skip part = hidden_part(asking.instrument->collector(), *asking.facts).value_or(Skip{});
    publish(question, Outcome::kOk, part.reason, part.detail);
    return Progress::kDone;
  }
  if (asking.steps < asking.instrument->collector().most_steps) return Progress::kAskAgain;
  publish(question, Outcome::kFailed, "steps", "asked again too often without coming to an end");
  return Progress::kDone;
}

void Desk::refuse(Question& question, Outcome outcome, std::string reason, std::string detail) {
  question.asking = std::make_unique<Question::Asking>(question, nullptr);
  publish(question, outcome, std::move(reason), std::move(detail));
}

void Desk::rest(Question& question, const std::string& reason, const std::string& detail, std::chrono::minutes pause) {
  if (!question.asking) question.asking = std::make_unique<Question::Asking>(question, nullptr);
  publish(question, Outcome::kSkipped, reason, detail);
  question.rests_until = now() + pause;
}

void Desk::publish(Question& question, Outcome outcome, std::string reason, std::string detail) {
  const auto asking = std::move(question.asking);
  const auto block = std::make_shared<Block>();
  block->collector = asking->instrument->name();
  block->server = question.server;
  block->database = question.database;
  block->labels = question.labels;
  block->outcome = outcome;
  block->reason = std::move(reason);
  block->detail = std::move(detail);
  block->asked_at = asking->asked_at;
  block->answered_at = now();
  block->duration = block->answered_at - block->asked_at;
  if (outcome == Outcome::kOk) {
    block->samples = asking->sink.take_samples();
    block->max_series = asking->instrument->collector().max_series;
    question.memory = without_options(asking->instrument->collector(), asking->sink.take_memory());
    question.last_good = block;
  }
  if (outcome == Outcome::kSkipped) question.last_good = nullptr;  // what it said does not hold here any more
  question.latest = block;
  question.rests_until = {};
  if (outcome == Outcome::kFailed) telemetry_.collector_failed(*block);
  log_change(question, *block);
}

// A failure is logged when it begins, changes and ends, never per scrape.
void Desk::log_change(Question& question, const Block& block) {
  if (block.reason == question.failing) return;
  question.failing = block.reason;
  const auto fields = {log::Field{"server", block.server}, log::Field{"datname", block.database},
                       log::Field{"collector", block.collector}, log::Field{"reason", block.reason},
                       log::Field{"detail", block.detail}};
  switch (block.outcome) {
    case Outcome::kOk:
      return log::info(block.reason.empty() ? "collector is well again" : "collector answers in part", fields);
    case Outcome::kSkipped: return log::info("collector skipped", fields);
    case Outcome::kFailed: return log::warn("collector failed", fields);
  }
}

}  // namespace pgwatch
