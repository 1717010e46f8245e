// HostWatch: the questions asked once per machine, which need no server.
#pragma once

#include <memory>
#include <vector>

#include "exporter/engine/attendance.h"
#include "exporter/engine/desk.h"
#include "exporter/engine/host_reader.h"

namespace pgwatch {

class HostWatch final : public Attended, public std::enable_shared_from_this<HostWatch> {
 public:
  HostWatch(Loop& loop, HostReader& host, Desk& desk) : host_(host), desk_(desk), next_(loop) {}

  // Begins with a World, or goes on with another.
  void enter(const World& world);
  void attend(const AttendancePtr& attendance, const std::vector<std::string>& collectors) override;
  void report(const Attendance& attendance, Snapshot& snapshot) const override;

 private:
  QuestionPtr question_for(const InstrumentPtr& instrument) const;
  void ask(const QuestionPtr& question, SteadyTime deadline);
  void carry(const QuestionPtr& question, const Step& step, SteadyTime deadline);
  void ask_due();
  void leave_settled();
  void leave(Attendance& attendance);

  HostReader& host_;
  Desk& desk_;
  const FactsPtr no_facts_ = std::make_shared<Facts>();
  std::vector<QuestionPtr> questions_;
  std::vector<AttendancePtr> waiting_;
  Timer next_;
};

}  // namespace pgwatch
