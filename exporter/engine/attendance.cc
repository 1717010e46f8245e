#include "exporter/engine/attendance.h"

#include <algorithm>

namespace pgwatch {
namespace {

bool young(const BlockPtr& block, const Question& question, SteadyTime now) {
  return block && now - block->answered_at <= question.keep;
}

// The failure of a question nobody answered. Not the question's own: another request may fare better.
BlockPtr unanswered(const Question& question, const Attendance& attendance, SteadyTime now) {
  const auto block = std::make_shared<Block>();
  block->collector = question.instrument->name();
  block->server = question.server;
  block->database = question.database;
  block->labels = question.labels;
  block->outcome = Outcome::kFailed;
  const bool down = !attendance.status.server.empty() && !attendance.status.up;
  block->reason = down && attendance.status.reason != kTimeout ? kConnection : kTimeout;
  block->detail = down ? attendance.status.detail : "not answered by the deadline";
  block->asked_at = attendance.asked_at;
  block->answered_at = now;
  block->duration = now - attendance.asked_at;
  return block;
}

}  // namespace

bool Attendance::settled(const Question& question) const {
  if (in_background(question) || question.rests(asked_at)) return true;
  if (fresh(question)) return true;
  return young(question.last_good, question, asked_at);
}

bool Attendance::settled() const {
  return std::ranges::all_of(questions, [this](const QuestionPtr& question) { return settled(*question); });
}

bool Attendance::in_background(const Question& question) const {
  const bool is_awaited = !question.latest && std::ranges::find(awaited, question.instrument->name()) != awaited.end();
  return question.in_background() && !is_awaited;
}

bool Attendance::fresh(const Question& question) const {
  if (!question.latest) return false;
  const bool skipped = question.latest->outcome == Outcome::kSkipped;
  return question.latest->answered_at >= (skipped ? std::min(fresh_after, planned_after) : fresh_after);
}

bool names(const std::vector<std::string>& collectors, const std::string& collector) {
  return collectors.empty() || std::ranges::find(collectors, collector) != collectors.end();
}

void report_answers(const Attendance& attendance, Snapshot& snapshot) {
  const SteadyTime now = std::chrono::steady_clock::now();
  for (const QuestionPtr& question : attendance.questions) {
    Answered answered = answer_for(*question, attendance, now);
    if (answered.latest) snapshot.answers.push_back(std::move(answered));
  }
}

Answered answer_for(const Question& question, const Attendance& attendance, SteadyTime now) {
  // As of the request, as in settled(): what needed no asking then has not become too old by waiting for others.
  const BlockPtr stand_in = young(question.last_good, question, attendance.asked_at) ? question.last_good : nullptr;
  const bool fresh = attendance.fresh(question);
  const bool waits_for_none = attendance.in_background(question) || question.rests(attendance.asked_at);
  if (fresh || (waits_for_none && question.latest)) {
    const bool good = fresh && question.latest->outcome == Outcome::kOk;
    return {question.latest, good ? question.latest : stand_in};
  }
  if (attendance.in_background(question)) return {};  // never answered yet
  if (stand_in) return {stand_in, stand_in};
  return {unanswered(question, attendance, now), nullptr};
}

}  // namespace pgwatch
