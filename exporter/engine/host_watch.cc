#include "exporter/engine/host_watch.h"

#include <algorithm>

#include "exporter/util/clock.h"

namespace pgwatch {
namespace {

constexpr std::chrono::seconds kSlowReadTime{30};

}  // namespace

void HostWatch::enter(const World& world) {
  std::vector<QuestionPtr> questions;
  for (const InstrumentPtr& instrument : world.host_instruments) questions.push_back(question_for(instrument));
  questions_ = std::move(questions);
  ask_due();
}

// The one there was for a collector of that name goes on.
QuestionPtr HostWatch::question_for(const InstrumentPtr& instrument) const {
  auto question = std::make_shared<Question>();
  question->instrument = instrument;
  question->keep = instrument->keep();
  if (instrument->collector().lane == Lane::kSlow) question->interval = instrument->collector().interval;
  const auto same = std::ranges::find_if(
      questions_, [&](const QuestionPtr& one) { return one->instrument->name() == instrument->name(); });
  if (same == questions_.end()) return question;
  (*same)->take_over(*question);
  (*same)->due = std::min((*same)->due, now() + question->interval);
  return *same;
}

void HostWatch::attend(const AttendancePtr& attendance, const std::vector<std::string>& collectors) {
  for (const QuestionPtr& question : questions_)
    if (names(collectors, question->instrument->name())) attendance->questions.push_back(question);
  attendance->alarm.at(attendance->deadline, [this, attendance] { leave(*attendance); });
  waiting_.push_back(attendance);
  for (const QuestionPtr& question : attendance->questions) {
    if (attendance->settled(*question)) continue;
    if (question->asking)
      host_.end_looks(question->instrument->name(), attendance->deadline);
    else
      ask(question, attendance->deadline);
  }
  leave_settled();
}

void HostWatch::report(const Attendance& attendance, Snapshot& snapshot) const { report_answers(attendance, snapshot); }

void HostWatch::ask(const QuestionPtr& question, SteadyTime deadline) {
  carry(question, desk_.begin(*question, no_facts_), deadline);
}

void HostWatch::carry(const QuestionPtr& question, const Step& step, SteadyTime deadline) {
  if (std::holds_alternative<Statement>(step))
    desk_.fail(*question, {"plan", "a collector of the host cannot ask a server"});
  const auto* read = std::get_if<HostRead>(&step);
  if (read == nullptr) {
    question->due = now() + question->interval;
    return;
  }
  question->asking->carrier = Carrier::kHost;
  host_.start(question->instrument->name(), *read, deadline,
              [watch = weak_from_this(), question, deadline](const Answer& answer) {
                const auto alive = watch.lock();
                if (!alive) return;
                if (alive->desk_.accept(*question, answer) == Desk::Progress::kAskAgain)
                  alive->carry(question, alive->desk_.again(*question), deadline);
                else
                  question->due = now() + question->interval;
                alive->leave_settled();
              });
}

// The slow lane of the host, by its own timer.
void HostWatch::ask_due() {
  SteadyTime next = SteadyTime::max();
  for (const QuestionPtr& question : questions_) {
    if (question->interval.count() == 0) continue;
    if (!question->asking && question->due <= now()) ask(question, now() + kSlowReadTime);
    next = std::min(next, question->asking ? now() + question->interval : question->due);
  }
  if (next != SteadyTime::max()) next_.at(next, [this] { ask_due(); });
}

void HostWatch::leave_settled() {
  for (const AttendancePtr& attendance : std::vector(waiting_))
    if (attendance->settled()) leave(*attendance);
}

void HostWatch::leave(Attendance& attendance) {
  if (std::erase_if(waiting_, [&](const AttendancePtr& one) { return one.get() == &attendance; }) == 0) return;
  attendance.alarm.cancel();
  attendance.done();
}

}  // namespace pgwatch
