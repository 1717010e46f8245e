// Kept: the one connection a target's requests are answered on. Prepared, introduced, warm, never opened by a scrape
// that finds it well.
//
// A flight is one pipeline: the questions of all requests that wait when it starts. Requests that come while it is
// under way join it; what they want beyond it is asked when it has ended. Nothing is sent to a connection that has not
// answered.
#pragma once

#include <optional>
#include <random>
#include <vector>

#include "exporter/engine/attendance.h"
#include "exporter/engine/site.h"

namespace pgwatch {

class Kept final : private LinkOwner {
 public:
  struct Events {
    Task changed;                                        // introduced, idle again or gone
    std::function<void(const QuestionPtr&, Step)> step;  // a step that another has to carry
  };

  Kept(Site& site, Events events);
  ~Kept();

  void open() { try_to_connect(); }  // and again, with backoff, whenever it is gone
  void attend(const AttendancePtr& attendance);
  // An answer came in by another way; requests may leave.
  void look_again() { advance(); }
  // While backends of ours may still be at work after their connection was closed: ask for them, or wait them out.
  void tend_places();

  const Link* link() const { return link_.get(); }
  bool introduced() const { return link_ && link_->introduced(); }
  bool attempted() const { return attempted_; }
  bool busy() const { return flight_ != nullptr; }
  void set_needs(const std::vector<std::string>& needs);
  const std::vector<std::string>& databases() const { return databases_; }

  // At least this long between two tries that requests cause.
  static constexpr std::chrono::seconds kTryAtMostEvery{1};

 private:
  struct Flight {
    std::vector<QuestionPtr> asked;  // ticket = index; answered ones are null
    std::vector<AttendancePtr> passengers;
    std::vector<postgres::Backend> abandoned;  // asked whether they are still there
    SteadyTime planned_at;
    SteadyTime deadline;
    SteadyTime most;    // requests that join move the deadline no further than this
    bool over = false;  // the deadline has passed
  };

  void link_ready() override;
  void link_finished(postgres::Finished finished) override;
  void link_down(const postgres::Down& down) override;

  void advance();
  void leave(Attendance& attendance);
  void leave_by_deadline(const AttendancePtr& attendance);
  void leave_all();
  TargetStatus status_for(const Attendance& attendance) const;

  std::vector<QuestionPtr> due_questions() const;
  void start_flight(const std::vector<QuestionPtr>& questions);
  std::vector<postgres::Task> plan_flight(const std::vector<QuestionPtr>& questions);
  void join_flight(const AttendancePtr& attendance);
  void set_flight_timer();
  void end_flight(const std::optional<Failure>& unanswered);
  void break_flight();

  void try_to_connect();
  void retry_later();
  void log_down_change(const std::string& state, const std::string& detail);

  Site& site_;
  const Events events_;
  std::unique_ptr<Link> link_;
  std::unique_ptr<Flight> flight_;
  std::vector<AttendancePtr> waiting_;

  postgres::Down down_{postgres::DownReason::kOther, "not yet tried"};
  std::string logged_state_;
  bool attempted_ = false;
  bool introduced_once_ = false;
  bool missed_ = false;   // the last deadline passed without an answer
  bool greeted_ = false;  // this connection has been introduced
  bool warm_ = false;     // this connection has had its first flight
  SteadyTime last_try_;
  SteadyTime last_asked_try_;  // caused by a request
  Milliseconds backoff_{0};
  std::minstd_rand jitter_;
  std::vector<std::string> databases_;
  SteadyTime databases_due_;

  Timer flight_timer_;
  Timer retry_timer_;
  Timer places_timer_;
};

}  // namespace pgwatch
