// Visitor: the one connection that does everything no request waits for: the slow lane, other databases, second steps
// and user queries. One database at a time, earliest due first, closed after its work.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "exporter/engine/site.h"

namespace pgwatch {

class Visitor final : private LinkOwner {
 public:
  struct Events {
    std::function<const Link*()> kept;                   // null while the server has not let the kept connection in
    std::function<void(const QuestionPtr&, Step)> step;  // a step that another has to carry
    std::function<void(const QuestionPtr&)> answered;
    Task closed;  // its connection is gone; a backend may be left at work
  };

  Visitor(Site& site, Events events);
  ~Visitor();

  // Looks whether a visit is due; says nothing while one is under way.
  void consider();
  bool busy() const { return link_ && link_->busy(); }
  bool visiting() const { return visit_ != nullptr; }

  // At least this long between two logins.
  static constexpr std::chrono::seconds kLoginAtMostEvery{1};

 private:
  struct Visit {
    std::string database;  // "" is the target's own
    bool own_search_path = false;
    Milliseconds timeout{0};             // of each statement; by turns of all that a question takes
    bool by_turns = false;               // one question after the other: one that hangs costs others nothing but time
    std::vector<QuestionPtr> questions;  // to be put in the next pipeline
    std::vector<QuestionPtr> asked;      // in the one under way; ticket = index; answered ones are null
    QuestionPtr turn;                    // whose it is
    SteadyTime turn_ends;
    bool over = false;  // the pipeline's time has passed
  };

  void link_ready() override;
  void link_finished(postgres::Finished finished) override;
  void link_down(const postgres::Down& down) override;

  bool wants_visit(const Question& question, SteadyTime now) const;
  QuestionPtr most_due(SteadyTime now) const;
  std::vector<QuestionPtr> due_with(const Question& first, SteadyTime now) const;
  void begin_visit(const Question& first, std::vector<QuestionPtr> questions);
  bool has_statement(const QuestionPtr& question, const FactsPtr& facts);
  bool gives_way() const;
  void send_round();
  void leave_to_the_next();
  void fail_round(const Failure& failure);
  void refuse_database(const postgres::Down& down, std::chrono::minutes pause);
  Failure too_late() const;
  void end_visit();
  void done_with(const QuestionPtr& question);

  Site& site_;
  const Events events_;
  std::unique_ptr<Visit> visit_;
  std::unique_ptr<Link> link_;
  SteadyTime last_login_;
  bool query_went_last_ = false;  // the last visit was for queries of a user's
  Timer next_;                    // when to consider again
  Timer round_;                   // when the pipeline's time is up
};

}  // namespace pgwatch
