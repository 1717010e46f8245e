#include "exporter/engine/kept.h"

#include <algorithm>

#include "exporter/util/clock.h"
#include "exporter/util/log.h"

namespace pgwatch {

using postgres::DownReason;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr milliseconds kFirstBackoff{500};
constexpr milliseconds kLongestBackoff{15'000};
constexpr seconds kMissedPatience{1};
constexpr seconds kLongestJoined{10};
constexpr seconds kPlacesEvery{1};

// Tickets of what the flight itself wants to know, beyond any index.
constexpr std::uint64_t kStillThere = std::uint64_t{1} << 30;
constexpr std::uint64_t kDatabases = kStillThere + 1;

SteadyTime latest_deadline(const std::vector<AttendancePtr>& waiting) {
  return (*std::ranges::max_element(waiting, {}, &Attendance::deadline))->deadline;
}

}  // namespace

Kept::Kept(Site& site, Events events)
    : site_(site),
      events_(std::move(events)),
      jitter_(std::random_device{}()),
      flight_timer_(site.services.loop),
      retry_timer_(site.services.loop),
      places_timer_(site.services.loop) {}

Kept::~Kept() { site_.close_link(link_, site_.target->access.timeouts.statement); }

void Kept::set_needs(const std::vector<std::string>& needs) {
  if (link_) link_->set_needs(needs);
}

// -- Requests ---------------------------------------------------------------------------------------------------------

void Kept::attend(const AttendancePtr& attendance) {
  SteadyTime leave_by = attendance->deadline;
  // One hung server never slows the others' scrapes.
  if (missed_) leave_by = std::min(leave_by, attendance->asked_at + kMissedPatience);
  attendance->alarm.at(leave_by, [this, attendance] { leave_by_deadline(attendance); });
  waiting_.push_back(attendance);
  attendance->status = status_for(*attendance);  // if the program ends before it leaves
  if (flight_) return join_flight(attendance);
  if (link_) return advance();
  if (now() - last_asked_try_ < kTryAtMostEvery) return leave_all();
  last_asked_try_ = now();
  try_to_connect();
}

void Kept::advance() {
  // A leaving request calls out, and what is called may come back here.
  const std::vector<AttendancePtr> present = waiting_;
  for (const AttendancePtr& attendance : present)
    if (attendance->flown && attendance->settled()) leave(*attendance);
  if (!link_ || !link_->ready() || flight_) return;
  const std::vector<QuestionPtr> due = due_questions();
  const bool first_flight = std::ranges::any_of(waiting_, [](const AttendancePtr& one) { return !one->flown; });
  if (first_flight || !due.empty()) start_flight(due);
}

void Kept::leave(Attendance& attendance) {
  if (std::erase_if(waiting_, [&](const AttendancePtr& one) { return one.get() == &attendance; }) == 0) return;
  attendance.alarm.cancel();
  attendance.answered |= flight_ && !flight_->over && link_->answered() > 0;
  attendance.status = status_for(attendance);
  attendance.done();
}

void Kept::leave_by_deadline(const AttendancePtr& attendance) {
  // One who gave it no time says nothing of the server.
  missed_ |= now() - attendance->asked_at >= kMissedPatience;
  leave(*attendance);
}

void Kept::leave_all() {
  for (const AttendancePtr& attendance : std::vector(waiting_)) leave(*attendance);
}

TargetStatus Kept::status_for(const Attendance& attendance) const {
  TargetStatus status;
  status.server = site_.target->name;
  status.labels = site_.target->label_text();
  status.up = attendance.answered;
  status.address = link_ ? link_->address() : site_.conninfo.address();
  if (introduced()) status.facts = link_->facts();
  if (status.up) return status;
  const postgres::Down why = link_ ? link_->not_yet() : down_;
  status.reason = std::string(to_string(why.reason));
  status.detail = why.detail;
  return status;
}

// -- Flights ----------------------------------------------------------------------------------------------------------

// What those who wait still want; the first flight of a connection asks everything, so that its caches are warm.
std::vector<QuestionPtr> Kept::due_questions() const {
  std::vector<QuestionPtr> due;
  const auto add = [&due](const QuestionPtr& question) {
    const bool askable = !question->asking && !question->in_background() && !question->rests(now());
    if (askable && std::ranges::find(due, question) == due.end()) due.push_back(question);
  };
  for (const AttendancePtr& attendance : waiting_)
    for (const QuestionPtr& question : attendance->questions)
      if (!attendance->settled(*question)) add(question);
  if (!warm_) std::ranges::for_each(site_.questions, add);
  return due;
}

void Kept::start_flight(const std::vector<QuestionPtr>& questions) {
  warm_ = true;
  flight_ = std::make_unique<Flight>();
  flight_->passengers = waiting_;
  flight_->planned_at = now();
  // Where nobody waits, the server's own timeout speaks first. Who is in a great hurry leaves alone; it gets its time.
  flight_->deadline = now() + site_.target->access.timeouts.statement + seconds{1};
  if (!waiting_.empty()) flight_->deadline = std::max(latest_deadline(waiting_), now() + kMissedPatience);
  flight_->most = std::max(flight_->deadline, now() + kLongestJoined);
  std::vector<postgres::Task> tasks = plan_flight(questions);
  if (!site_.target->access.pooler) flight_->abandoned = site_.places().abandoned();
  if (!flight_->abandoned.empty()) tasks.push_back({kStillThere, postgres::still_there_statement(flight_->abandoned)});
  if (site_.asks_per_database() && now() >= databases_due_) {
    databases_due_ = now() + site_.turn_interval;
    tasks.push_back({kDatabases, postgres::databases_statement(), postgres::Prepare::kYes});
  }
  link_->ask(std::move(tasks));
  set_flight_timer();
}

std::vector<postgres::Task> Kept::plan_flight(const std::vector<QuestionPtr>& questions) {
  std::vector<postgres::Task> tasks;
  for (const QuestionPtr& question : questions) {
    Step step = site_.services.desk.begin(*question, link_->facts());
    if (const auto* statement = std::get_if<Statement>(&step)) {
      // What it remembers stands in the text: each new value would be one more statement for the server to keep.
      const auto prepare = question->memory.empty() ? postgres::Prepare::kYes : postgres::Prepare::kNo;
      tasks.push_back({flight_->asked.size(), statement->sql, prepare});
      flight_->asked.push_back(question);
    } else if (question->asking) {
      events_.step(question, std::move(step));
    }
  }
  return tasks;
}

void Kept::join_flight(const AttendancePtr& attendance) {
  // A flight whose time is up has nothing to give; the next one will.
  if (flight_->over) return;
  site_.services.telemetry.joined_flight(site_.target->name);
  flight_->passengers.push_back(attendance);
  attendance->planned_after = flight_->planned_at;
  // Nobody's answer is cut short by another's hurry, within bounds.
  flight_->deadline = std::max(flight_->deadline, std::min(attendance->deadline, flight_->most));
  set_flight_timer();
}

void Kept::set_flight_timer() {
  flight_timer_.at(flight_->deadline, [this] {
    flight_->over = true;
    missed_ = true;
    link_->give_up();
  });
}

void Kept::link_finished(postgres::Finished finished) {
  if (finished.ticket == kStillThere || finished.ticket == kDatabases) {
    const auto* rows = std::get_if<Rows>(&finished.answer);
    if (rows && finished.ticket == kStillThere)
      site_.places().confirm(flight_->abandoned, postgres::read_backends(*rows));
    if (rows && finished.ticket == kDatabases) databases_ = postgres::read_databases(*rows);
    return;
  }
  const QuestionPtr question = std::exchange(flight_->asked[finished.ticket], nullptr);
  const bool cut = flight_->over && std::holds_alternative<Failure>(finished.answer);
  if (cut) return site_.services.desk.fail(*question, {kTimeout, "not answered by the deadline"});
  if (site_.services.desk.accept(*question, finished.answer, link_->facts()) == Desk::Progress::kAskAgain)
    events_.step(question, site_.services.desk.again(*question));
}

// Questions without an answer fail with `unanswered`; without that they are dropped, to be asked again.
void Kept::end_flight(const std::optional<Failure>& unanswered) {
  flight_timer_.cancel();
  const auto flight = std::move(flight_);
  for (const QuestionPtr& question : flight->asked) {
    if (!question) continue;
    if (unanswered)
      site_.services.desk.fail(*question, *unanswered);
    else
      question->asking.reset();
  }
  for (const AttendancePtr& attendance : flight->passengers) {
    attendance->flown = true;
    attendance->answered |= !flight->over && link_->answered() > 0;
  }
  // Who came when it was over has no part in how it ended.
  for (const AttendancePtr& attendance : waiting_)
    if (!attendance->flown) attendance->fresh_after = now();
}

void Kept::link_ready() {
  if (flight_) {
    missed_ = flight_->over;
    if (!missed_) backoff_ = milliseconds{0};
    end_flight(Failure{kTimeout, "not answered by the deadline"});
  } else if (!std::exchange(greeted_, true)) {
    attempted_ = true;
    site_.services.telemetry.connected(site_.target->name, introduced_once_);
    introduced_once_ = true;
    log_down_change("up", link_->address());
  }
  const Link::Traffic traffic = link_->take_traffic();
  site_.services.telemetry.traffic(site_.target->name, traffic.statements, traffic.bytes);
  advance();
  if (link_ && link_->ready() && !warm_) start_flight(due_questions());
  events_.changed();
}

// -- Coming and going -------------------------------------------------------------------------------------------------

void Kept::try_to_connect() {
  if (link_) return;
  retry_timer_.cancel();
  site_.expire_places();
  if (!site_.places().kept_may_open()) {
    // While the server has yet to decide on logins of ours, the reason why we gave them up still holds.
    if (site_.occupancy->undecided_logins.empty())
      down_ = {DownReason::kNoPlace, "every connection we may have is held by a backend that does not end"};
    log_down_change(std::string(to_string(down_.reason)), down_.detail);
    retry_later();
    return leave_all();
  }
  warm_ = greeted_ = false;
  last_try_ = now();
  link_ = site_.open_link("", site_.target->access.timeouts.statement, postgres::SearchPath::kCatalog, *this);
}

void Kept::link_down(const postgres::Down& down) {
  attempted_ = true;
  down_ = down;
  const bool flying = flight_ != nullptr;
  if (flying) break_flight();
  site_.close_link(link_, site_.target->access.timeouts.statement);
  log_down_change(std::string(to_string(down.reason)), down.detail);
  tend_places();
  if (flying)
    advance();
  else
    leave_all();
  const bool flapping = now() - last_try_ < kTryAtMostEvery;
  if (flying && !flapping)
    try_to_connect();
  else
    retry_later();
  events_.changed();
}

// The connection ended under a flight. Where its time was up, what is unanswered has failed; where the connection
// broke, requests that have not yet been through this are asked for again.
void Kept::break_flight() {
  if (flight_->over) return end_flight(Failure{kTimeout, down_.detail});
  const bool again = std::ranges::any_of(waiting_, [](const AttendancePtr& one) { return !one->retried; });
  end_flight(again ? std::nullopt : std::optional(Failure{kConnection, down_.detail}));
  for (const AttendancePtr& attendance : waiting_) attendance->retried = true;
}

void Kept::retry_later() {
  backoff_ = std::clamp(backoff_ * 2, kFirstBackoff, kLongestBackoff);
  const auto jitter = std::uniform_int_distribution<milliseconds::rep>(0, backoff_.count() / 5)(jitter_);
  retry_timer_.at(now() + backoff_ - milliseconds{jitter}, [this] { try_to_connect(); });
}

void Kept::tend_places() {
  if (site_.places().abandoned_count() == 0) return;
  places_timer_.at(now() + kPlacesEvery, [this] { tend_places(); });
  const bool can_be_asked = introduced() && !site_.target->access.pooler;
  if (!can_be_asked) return site_.expire_places();
  if (link_->ready() && !flight_) start_flight({});
}

void Kept::log_down_change(const std::string& state, const std::string& detail) {
  if (state == logged_state_) return;
  logged_state_ = state;
  const std::string& server = site_.target->name;
  if (state == "up") return log::info("connected", {{"server", server}, {"address", detail}});
  log::warn("server is down", {{"server", server}, {"reason", state}, {"detail", detail}});
}

}  // namespace pgwatch
