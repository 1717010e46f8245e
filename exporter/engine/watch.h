// Watch: the engine's care of one target. Holds its questions and hands each step to who can carry it: the kept
// connection, the visitor, or the host reader.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "exporter/engine/attendance.h"
#include "exporter/engine/kept.h"
#include "exporter/engine/visitor.h"

namespace pgwatch {

class Watch final : public Attended, public std::enable_shared_from_this<Watch> {
 public:
  // `before` watched a server of the same name, or is null: where it was the same server, its connections still count.
  Watch(EngineServices services, const World& world, const TargetPtr& target, postgres::Conninfo conninfo,
        const Watch* before);

  void start() { kept_.open(); }
  // Whether it reaches this target as it is to be reached.
  bool reaches(const Target& target, const postgres::Conninfo& conninfo) const;
  // Takes over what else changed in the target. REQUIRES: it reaches it.
  void update(const World& world, TargetPtr target);

  void attend(const AttendancePtr& attendance, const std::vector<std::string>& collectors) override;
  void report(const Attendance& attendance, Snapshot& snapshot) const override;

  const Target& target() const { return *site_.target; }
  bool attempted() const { return kept_.attempted(); }
  bool up() const { return kept_.introduced(); }

 private:
  void make_questions();
  void add_question(const InstrumentPtr& instrument, const std::string& database,
                    const std::vector<QuestionPtr>& before);
  std::vector<std::string> other_databases() const;
  void kept_changed();
  void visitor_closed();
  void wake_questions();

  void carry(const QuestionPtr& question, Step step);
  void host_answered(const QuestionPtr& question, const Answer& answer);
  void answered(const QuestionPtr& question);

  Site site_;
  std::vector<std::string> databases_;  // of which the questions are
  FactsPtr facts_;                      // as the kept connection last had them
  Kept kept_;
  Visitor visitor_;
};

}  // namespace pgwatch
