#include "exporter/engine/link.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "exporter/util/clock.h"

namespace pgwatch {

using postgres::DownReason;
using std::chrono::milliseconds;

Link::Link(LinkServices services, LinkSpec spec, const postgres::Conninfo& conninfo, LinkOwner& owner)
    : services_(services),
      spec_(std::move(spec)),
      conninfo_(conninfo),
      owner_(owner),
      alarm_(services.loop),
      connect_deadline_(now() + spec_.access.timeouts.connect),
      needs_(spec_.needs) {
  alarm_.at(connect_deadline_, [this] { down(not_yet()); });
  // From the loop, so that the owner hears nothing before it has the Link.
  services_.loop.post([this, alive = std::weak_ptr<char>(alive_)] {
    if (alive.lock()) read_password();
  });
}

Link::~Link() = default;

// -- Talking to it ----------------------------------------------------------------------------------------------------

void Link::socket_ready() {
  connection_->on_ready();
  for (const postgres::Finished& one : connection_->take_finished()) finished(one);
  if (!refusal_.empty()) return down({DownReason::kOther, "cannot begin a session: " + refusal_});
  switch (connection_->state()) {
    case postgres::Connection::State::kBroken: return broken();
    case postgres::Connection::State::kIdle:
      socket_->want(connection_->socket(), connection_->events());
      return drained();
    case postgres::Connection::State::kConnecting: watch_endpoint(); [[fallthrough]];
    default: socket_->want(connection_->socket(), connection_->events());
  }
}

void Link::drained() {
  switch (phase_) {
    case Phase::kConnecting: return introduce();
    case Phase::kIntroducing:
    case Phase::kBusy: return ready_again();
    case Phase::kDraining:
      // A cancel still on its way could hit the next pipeline.
      if (!cancelling_) ready_again();
      return;
    default: return;
  }
}

void Link::introduce() {
  phase_ = Phase::kIntroducing;
  alarm_.at(now() + spec_.access.timeouts.connect, [this] { down(not_yet()); });
  if (spec_.access.pooler) return send({facts_task()});
  lock_timeout_ = session_settings().lock_timeout;
  send(introduction(session_settings()));
}

std::vector<postgres::Task> Link::introduction(const postgres::SessionSettings& settings) {
  std::vector<postgres::Task> tasks;
  for (const std::string& statement : postgres::session_statements(settings))
    tasks.push_back({tasks.empty() ? kSession : kIgnored, statement});
  tasks.push_back({kBackend, postgres::backend_statement()});
  tasks.push_back(facts_task());
  return tasks;
}

// And then the needs.
std::size_t Link::statements_to_begin() { return introduction({}).size() + 1; }

void Link::ask(std::vector<postgres::Task> tasks) {
  phase_ = Phase::kBusy;
  std::vector<postgres::Task> all;
  const auto budget = postgres::lock_budget(tasks.size() + 1);
  if (!spec_.access.pooler && budget != lock_timeout_) {
    all.push_back({kIgnored, postgres::lock_timeout_statement(budget)});
    lock_timeout_ = budget;
  }
  all.push_back(facts_task());
  std::ranges::move(tasks, std::back_inserter(all));
  send(std::move(all));
}

void Link::send(std::vector<postgres::Task> tasks) {
  sent_ = unanswered_ = tasks.size();
  connection_->send(std::move(tasks));
  socket_->want(connection_->socket(), connection_->events());
  // A connection that broke while sending has no socket to wake us.
  if (connection_->state() != postgres::Connection::State::kBroken) return;
  services_.loop.post([this, alive = std::weak_ptr<char>(alive_)] {
    if (alive.lock() && phase_ != Phase::kDown) broken();
  });
}

void Link::finished(const postgres::Finished& finished) {
  --unanswered_;
  if (finished.ticket < kOwnTickets) return owner_.link_finished(finished);
  std::string problem;
  try {
    if (const auto* rows = std::get_if<Rows>(&finished.answer)) return learn(finished.ticket, *rows);
    problem = std::get<Failure>(finished.answer).message;
  } catch (const std::invalid_argument& error) {
    problem = error.what();
  }
  if (finished.ticket == kNeeds)
    needs_known_ = true;  // asked again when the extensions change, not with every pipeline
  const bool vital = finished.ticket == kSession || finished.ticket == kFacts;
  if (vital && phase_ == Phase::kIntroducing) refusal_ = problem;  // later on, the last facts stay
}

void Link::learn(std::uint64_t ticket, const Rows& rows) {
  if (ticket == kBackend) backend_ = postgres::read_backend(rows);
  Facts facts = *facts_;
  if (ticket == kFacts) {
    facts = postgres::read_facts(rows, *facts_);
    changed_role_ |= phase_ != Phase::kIntroducing && facts.in_recovery != facts_->in_recovery;
  }
  if (ticket == kNeeds) facts.present = postgres::read_needs(rows);
  needs_known_ = ticket == kNeeds || (needs_known_ && facts.extensions == facts_->extensions);
  if (facts != *facts_) facts_ = std::make_shared<Facts>(std::move(facts));
}

void Link::ready_again() {
  if (!needs_known_ && !needs_.empty()) return send({{kNeeds, postgres::needs_statement(needs_)}});
  alarm_.cancel();
  phase_ = Phase::kReady;
  if (changed_role_ && conninfo_.target_session_attrs() != "any") part();
  owner_.link_ready();
}

// Another server may now be the one that is asked for, and a new connection would go there. But first our owner gets
// what came in.
void Link::part() {
  services_.loop.post([this, alive = std::weak_ptr<char>(alive_)] {
    if (!alive.lock() || !ready()) return;
    down({DownReason::kWrongRole, address() + " has changed its role, and target_session_attrs asks for one"});
  });
}

void Link::give_up() {
  phase_ = Phase::kDraining;
  cancelling_ = true;
  const SteadyTime drained_by = now() + kDrain;
  alarm_.at(drained_by, [this] { down(not_yet()); });
  blocking_call_ = services_.blocking.call(
      BlockingKind::kCancel, "", drained_by, [cancel = connection_->cancel()] { cancel.run(); },
      [this](Blocking::Result outcome) {
        cancelling_ = outcome == Blocking::Result::kDropped;
        if (!cancelling_ && phase_ == Phase::kDraining && unanswered_ == 0) ready_again();
      });
}

void Link::set_needs(std::vector<std::string> needs) {
  if (needs == needs_) return;
  needs_ = std::move(needs);
  needs_known_ = false;
  if (!ready()) return;
  phase_ = Phase::kBusy;
  alarm_.at(now() + spec_.access.timeouts.connect, [this] { down(not_yet()); });
  ready_again();
}

std::string Link::address() const {
  if (!connection_ || !introduced()) return conninfo_.address();
  const std::string host = connection_->host_address();
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + host + "]" : host) + ":" + connection_->host_port();
}

Link::Traffic Link::take_traffic() {
  if (!connection_) return {};
  const Traffic before = told_;
  told_ = {connection_->statements_sent(), connection_->bytes_received()};
  return {told_.statements - before.statements, told_.bytes - before.bytes};
}

std::optional<postgres::Backend> Link::backend_at_work() const {
  if (unanswered_ == 0) return std::nullopt;
  postgres::Backend backend = backend_;
  if (backend.pid == 0) backend.pid = connection_->backend_pid();
  return backend;
}

postgres::Down Link::not_yet() const {
  const std::string address = this->address();
  switch (phase_) {
    case Phase::kPreparing:
      if (lookups_left_ > 0) return {DownReason::kDns, "the resolver does not answer for " + address};
      return {DownReason::kTimeout, "the password file was not read within the connect timeout"};
    case Phase::kConnecting:
      return with_missed({DownReason::kTimeout,
                          "no answer from " + endpoints_[endpoint_tried()].text() + " within the connect timeout"});
    case Phase::kIntroducing: return {DownReason::kTimeout, address + " let us in and then did not answer"};
    default: return {DownReason::kTimeout, address + " did not answer by the deadline"};
  }
}

void Link::broken() { down(phase_ == Phase::kConnecting ? with_missed(connection_->down()) : connection_->down()); }

// By value: the reason may be the connection's own, and the owner may end us with it.
void Link::down(postgres::Down why) {  // NOLINT(performance-unnecessary-value-param)
  phase_ = Phase::kDown;
  alarm_.cancel();
  socket_.reset();
  // A server that says good-bye has no backend of ours left.
  if (why.reason == DownReason::kStopping) unanswered_ = 0;
  owner_.link_down(why);
}

postgres::Task Link::facts_task() { return {kFacts, postgres::facts_statement(), postgres::Prepare::kYes}; }

postgres::SessionSettings Link::session_settings() const {
  return {spec_.statement_timeout, postgres::lock_budget(1), spec_.search_path};
}

}  // namespace pgwatch
