#include "exporter/engine/visitor.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "exporter/util/clock.h"
#include "exporter/util/log.h"

namespace pgwatch {

using postgres::SearchPath;
using std::chrono::seconds;

namespace {

// Beyond the server's own statement_timeout, which should speak first.
constexpr seconds kGrace{1};
// What broke with its connection is asked again sooner than what was answered.
constexpr seconds kRetry{10};
constexpr std::chrono::minutes kRestOfLogins{5};
constexpr const char* kAuth = "auth";
// A query that a user wrote may hang: what came due no later than this after it goes first.
constexpr seconds kQueriesYield{5};

bool is_of_a_user(const Question& question) { return !question.collector().origin.empty(); }

}  // namespace

Visitor::Visitor(Site& site, Events events)
    : site_(site), events_(std::move(events)), next_(site.services.loop), round_(site.services.loop) {}

Visitor::~Visitor() {
  if (visit_) site_.close_link(link_, visit_->timeout);
}

// -- What is due ------------------------------------------------------------------------------------------------------

// A question the visitor may ask at some time: one with a timer, if its database is to be visited now, or one whose
// step waits to be carried.
bool Visitor::wants_visit(const Question& question, SteadyTime now) const {
  if (question.asking) return question.asking->carrier == Carrier::kVisitor;
  return question.interval.count() > 0 && (!question.takes_its_turn() || site_.scraped_lately(now));
}

// After a query of a user's anything else that is due, so that several that hang take turns with it.
QuestionPtr Visitor::most_due(SteadyTime now) const {
  const auto rank = [this, now](const Question& one) {
    const bool yields = one.due <= now && is_of_a_user(one);
    return std::tuple(one.due > now, yields && query_went_last_, one.due + (yields ? kQueriesYield : seconds{0}));
  };
  QuestionPtr first;
  for (const QuestionPtr& question : site_.questions)
    if (wants_visit(*question, now) && (!first || rank(*question) < rank(*first))) first = question;
  return first;
}

// Whether one session serves both. Others take several steps, and none of them waits behind what may hang.
bool go_together(const Question& one, const Question& other) {
  return is_of_a_user(one) == is_of_a_user(other) && one.visit_database == other.visit_database &&
         one.timeout == other.timeout && one.collector().own_search_path == other.collector().own_search_path;
}

// All that is due and that one session serves, those that were quick last time first.
std::vector<QuestionPtr> Visitor::due_with(const Question& first, SteadyTime now) const {
  std::vector<QuestionPtr> due;
  for (const QuestionPtr& question : site_.questions) {
    if (go_together(*question, first) && question->due <= now && wants_visit(*question, now)) due.push_back(question);
  }
  std::ranges::stable_sort(due, {}, [](const QuestionPtr& question) {
    return question->latest ? question->latest->duration : std::chrono::nanoseconds{0};
  });
  return due;
}

void Visitor::consider() {
  if (visit_ || !events_.kept()) return;
  const SteadyTime moment = now();
  const QuestionPtr first = most_due(moment);
  if (!first) return next_.cancel();
  const SteadyTime earliest = std::max(first->due, last_login_ + kLoginAtMostEvery);
  if (earliest > moment) return next_.at(earliest, [this] { consider(); });
  begin_visit(*first, due_with(*first, moment));
}

// -- A visit ----------------------------------------------------------------------------------------------------------

void Visitor::begin_visit(const Question& first, std::vector<QuestionPtr> questions) {
  auto visit = std::make_unique<Visit>();
  visit->database = first.visit_database;
  visit->own_search_path = first.collector().own_search_path;
  visit->timeout = first.timeout;
  visit->by_turns = first.collector().timeout.count() > 0 || is_of_a_user(first);
  // In the target's own database the facts are known: what needs no statement needs no login either.
  if (visit->database.empty())
    std::erase_if(questions, [&](const QuestionPtr& one) { return !has_statement(one, events_.kept()->facts()); });
  if (questions.empty()) return next_.at(now(), [this] { consider(); });
  if (!site_.places().visitor_may_open(events_.kept() != nullptr))
    return next_.at(now() + kLoginAtMostEvery, [this] { consider(); });
  visit->questions = std::move(questions);
  query_went_last_ = is_of_a_user(first);
  visit_ = std::move(visit);
  last_login_ = now();
  // Of several hosts the one that scrapes ask: a page speaks of one server.
  link_ = site_.open_link(visit_->database, visit_->timeout,
                          visit_->own_search_path ? SearchPath::kRole : SearchPath::kCatalog, *this,
                          events_.kept()->endpoint());
}

// Plans a question that has no step yet. Whether it is for this connection to carry.
bool Visitor::has_statement(const QuestionPtr& question, const FactsPtr& facts) {
  if (question->asking) return true;
  Step step = site_.services.desk.begin(*question, facts);
  if (const auto* statement = std::get_if<Statement>(&step)) {
    question->asking->carrier = Carrier::kVisitor;
    question->asking->sql = statement->sql;
    return true;
  }
  if (question->asking)
    events_.step(question, std::move(step));
  else
    done_with(question);  // skipped
  return false;
}

void Visitor::link_ready() {
  if (visit_->over) return end_visit();
  round_.cancel();
  visit_->asked.clear();
  std::erase_if(visit_->questions, [this](const QuestionPtr& one) { return !has_statement(one, link_->facts()); });
  if (visit_->questions.empty() || gives_way()) return end_visit();
  send_round();
}

// Between two turns, once a login for others would be worth it.
bool Visitor::gives_way() const {
  const bool amid_a_turn = visit_->turn && visit_->turn->asking;
  if (!visit_->by_turns || amid_a_turn || now() < last_login_ + kLoginAtMostEvery) return false;
  const QuestionPtr first = most_due(now());
  return first->due <= now() && std::ranges::find(visit_->questions, first) == visit_->questions.end();
}

void Visitor::send_round() {
  auto& questions = visit_->questions;
  visit_->asked = std::exchange(questions, {});
  if (visit_->by_turns) {
    questions.assign(visit_->asked.begin() + 1, visit_->asked.end());
    visit_->asked.resize(1);
  }
  std::vector<postgres::Task> tasks;
  for (std::size_t i = 0; i < visit_->asked.size(); ++i) tasks.push_back({i, visit_->asked[i]->asking->sql});
  if (!visit_->by_turns || visit_->turn != visit_->asked.front()) visit_->turn_ends = now() + visit_->timeout;
  visit_->turn = visit_->asked.front();
  link_->ask(std::move(tasks));
  round_.at(visit_->turn_ends + kGrace, [this] {
    visit_->over = true;
    link_->give_up();
  });
}

void Visitor::link_finished(postgres::Finished finished) {
  const QuestionPtr question = std::exchange(visit_->asked[finished.ticket], nullptr);
  Desk& desk = site_.services.desk;
  const bool cut = visit_->over && std::holds_alternative<Failure>(finished.answer);
  const Answer answer = cut ? Answer(too_late()) : finished.answer;
  if (desk.accept(*question, answer, link_->facts()) == Desk::Progress::kDone) return done_with(question);
  if (visit_->by_turns && now() >= visit_->turn_ends) {
    desk.fail(*question, too_late());
    return done_with(question);
  }
  Step step = desk.again(*question);
  if (auto* statement = std::get_if<Statement>(&step)) {
    question->asking->sql = std::move(statement->sql);
    visit_->questions.insert(visit_->by_turns ? visit_->questions.begin() : visit_->questions.end(), question);
  } else if (question->asking) {
    events_.step(question, std::move(step));
  } else {
    done_with(question);
  }
}

void Visitor::link_down(const postgres::Down& down) {
  using postgres::DownReason;
  round_.cancel();
  if (visit_->over) leave_to_the_next();
  const bool elsewhere = !visit_->database.empty();
  if (elsewhere && down.reason == DownReason::kNoDatabase) return refuse_database(down, Desk::kRest);
  // While a password is changed nobody may log in, for a moment: the first time is a failure like others.
  const bool again = std::ranges::any_of(visit_->questions, [](const auto& one) { return one->failing == kAuth; });
  if (elsewhere && down.reason == DownReason::kAuth && again) return refuse_database(down, kRestOfLogins);
  const char* why = down.reason == DownReason::kAuth ? kAuth : kConnection;
  fail_round({visit_->over ? kTimeout : why, down.detail});
  end_visit();
}

// Said once for the database and not for each collector; tried again when its questions have rested.
void Visitor::refuse_database(const postgres::Down& down, std::chrono::minutes pause) {
  const std::string reason(to_string(down.reason));
  bool known = true;
  for (const QuestionPtr& question : site_.questions) {
    if (question->visit_database != visit_->database) continue;
    known = std::exchange(question->failing, reason) == reason && known;
    site_.services.desk.rest(*question, reason, down.detail, pause);
    done_with(question);
  }
  if (!known)
    log::warn(
        "database is not visited",
        {{"server", site_.target->name}, {"datname", visit_->database}, {"reason", reason}, {"detail", down.detail}});
  visit_->questions.clear();
  end_visit();
}

// Whose turn has not come was not asked, and is no failure.
void Visitor::leave_to_the_next() {
  if (!visit_->by_turns) return;
  for (const QuestionPtr& question : std::exchange(visit_->questions, {})) question->asking.reset();
}

// What was asked or waited to be asked has failed; the timer asks again.
void Visitor::fail_round(const Failure& failure) {
  std::vector<QuestionPtr> open = std::exchange(visit_->asked, {});
  std::ranges::copy(std::exchange(visit_->questions, {}), std::back_inserter(open));
  for (const QuestionPtr& question : open) {
    if (!question) continue;
    if (question->asking)
      site_.services.desk.fail(*question, failure);
    else
      site_.services.desk.refuse(*question, Outcome::kFailed, failure.cls, failure.message);
    done_with(question);
  }
}

Failure Visitor::too_late() const {
  return {kTimeout, "not answered within " + std::to_string(visit_->timeout.count()) + " ms"};
}

void Visitor::end_visit() {
  round_.cancel();
  leave_to_the_next();
  fail_round(too_late());
  site_.close_link(link_, visit_->timeout);
  visit_.reset();
  events_.closed();
  next_.at(now(), [this] { consider(); });
}

void Visitor::done_with(const QuestionPtr& question) {
  const bool broke = question->latest && question->latest->reason == kConnection;
  const Milliseconds pause = broke ? std::min<Milliseconds>(question->interval, kRetry) : question->interval;
  question->due = std::max(now() + pause, question->rests_until);
  events_.answered(question);
}

}  // namespace pgwatch
