// Attendance: one request's wait for one target, or for the host.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "exporter/engine/loop.h"
#include "exporter/engine/question.h"

namespace pgwatch {

struct Attendance {
  explicit Attendance(Loop& loop) : alarm(loop) {}

  WorldPtr world;  // the one it began with
  SteadyTime asked_at;
  SteadyTime fresh_after;                        // an answer from then on is an answer to this request
  SteadyTime planned_after = SteadyTime::max();  // and so is a skip: when the flight it joined was planned
  SteadyTime deadline;
  std::vector<QuestionPtr> questions;  // what it asks for, in the World's order
  std::vector<std::string> awaited;    // collectors it waits for on the slow lane, too
  std::function<void()> done;          // it leaves

  Timer alarm;
  bool flown = false;     // a flight it started or joined has ended
  bool answered = false;  // a statement of such a flight was answered while it was here
  bool retried = false;   // its questions have been asked again after a connection broke
  TargetStatus status;    // as it left

  // Whether there is nothing more to wait for: an answer newer than the request, one that may still be served, or one
  // that comes on the slow lane.
  bool settled(const Question& question) const;
  bool settled() const;
  // Whether the question's answer comes in its own time, and not to this request.
  bool in_background(const Question& question) const;
  // Whether the question's latest answer is one to this request.
  bool fresh(const Question& question) const;
};

using AttendancePtr = std::shared_ptr<Attendance>;

// Somebody who can be asked: a target's Watch, or the HostWatch. On the loop's thread.
class Attended {
 public:
  virtual ~Attended() = default;
  // Takes in a request's attendance and calls its done() when it leaves. The questions are those of the named
  // collectors, or all where none is named.
  virtual void attend(const AttendancePtr& attendance, const std::vector<std::string>& collectors) = 0;
  // Adds what an attendance that has left got.
  virtual void report(const Attendance& attendance, Snapshot& snapshot) const = 0;
};

bool names(const std::vector<std::string>& collectors, const std::string& collector);
void report_answers(const Attendance& attendance, Snapshot& snapshot);

// What an attendance gets for a question. `down` says why nothing came where the target was not there.
Answered answer_for(const Question& question, const Attendance& attendance, SteadyTime now);

}  // namespace pgwatch
