#include "exporter/postgres/connection.h"

#include <libpq-fe.h>
#include <poll.h>

#include <cassert>

#include "exporter/postgres/conninfo.h"
#include "exporter/postgres/pipeline.h"
#include "exporter/postgres/results.h"
#include "exporter/util/log.h"

namespace pgwatch::postgres {
namespace {

struct Close {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};

std::string text_or_empty(const char* text) { return text == nullptr ? "" : text; }

}  // namespace

Cancel::Cancel(std::shared_ptr<pg_cancel> handle) : handle_(std::move(handle)) {}

void Cancel::run() const {
  if (!handle_) return;
  char error[256] = "";
  if (PQcancel(handle_.get(), error, sizeof error) == 0) log::debug("cancel failed", {{"error", error}});
}

struct Connection::Impl {
  std::unique_ptr<PGconn, Close> pq;
  State state = State::kConnecting;
  Down down;
  short events = POLLOUT;  // libpq begins by writing
  std::optional<Transaction> transaction;
  std::optional<Pipeline> pipeline;
  std::string farewell;  // what the server said unasked before it hung up
  std::vector<std::string> secrets;

  // Kept when the connection is gone.
  int backend_pid = 0;  // known once connected
  std::string host;
  std::string port;

  void start(const std::vector<std::pair<std::string, std::string>>& parameters);
  void go_on_connecting();
  void note_place();
  void connected();
  void exchange();
  void read();
  void settle(bool alive);
  void break_off();
  std::string without_secrets(std::string text) const;
  static void hear(void* self, const PGresult* notice);
};

void Connection::Impl::start(const std::vector<std::pair<std::string, std::string>>& parameters) {
  std::vector<const char*> keywords;
  std::vector<const char*> values;
  for (const auto& [keyword, value] : parameters) {
    keywords.push_back(keyword.c_str());
    values.push_back(value.c_str());
    if (is_secret(keyword)) secrets.push_back(value);
  }
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  pq.reset(PQconnectStartParams(keywords.data(), values.data(), 0));
  if (!pq || PQstatus(pq.get()) == CONNECTION_BAD) return break_off();
  note_place();
  PQsetErrorVerbosity(pq.get(), PQERRORS_VERBOSE);
  PQsetNoticeReceiver(pq.get(), hear, this);
}

void Connection::Impl::go_on_connecting() {
  const PostgresPollingStatusType next = PQconnectPoll(pq.get());
  note_place();
  switch (next) {
    case PGRES_POLLING_OK: return connected();
    case PGRES_POLLING_READING: events = POLLIN; return;
    case PGRES_POLLING_WRITING: events = POLLOUT; return;
    default: return break_off();
  }
}

void Connection::Impl::note_place() {
  host = text_or_empty(PQhostaddr(pq.get()));
  if (host.empty()) host = text_or_empty(PQhost(pq.get()));
  port = text_or_empty(PQport(pq.get()));
}

void Connection::Impl::connected() {
  PQsetErrorVerbosity(pq.get(), PQERRORS_DEFAULT);
  if (PQsetnonblocking(pq.get(), 1) != 0 || PQenterPipelineMode(pq.get()) != 1) return break_off();
  backend_pid = PQbackendPID(pq.get());
  secrets.push_back(text_or_empty(PQpass(pq.get())));  // for what is told after the end
  pipeline.emplace(pq.get(), std::move(transaction));
  events = POLLIN;
  state = State::kIdle;
}

void Connection::Impl::exchange() {
  // TLS hands over a record at a time, and what it holds back no poll will announce: read until it must be empty.
  // libpq's buffer doubles with each turn, so that a few are enough for all a socket can hold.
  const int turns = PQsslInUse(pq.get()) != 0 ? 8 : 1;
  bool alive = true;
  for (int turn = 0; turn < turns && alive; ++turn) {
    alive = PQconsumeInput(pq.get()) == 1;
    alive = pipeline->take_results() && alive;  // what came in before the end still counts
  }
  settle(alive);
}

// Writes what can be written and says what to wait for.
void Connection::Impl::settle(bool alive) {
  if (!alive || PQstatus(pq.get()) == CONNECTION_BAD) return break_off();
  const int unsent = PQflush(pq.get());
  if (unsent < 0) return break_off();
  events = unsent > 0 ? POLLIN | POLLOUT : POLLIN;
  state = pipeline->all_answered() ? State::kIdle : State::kBusy;
}

void Connection::Impl::break_off() {
  if (farewell.empty() && pipeline) farewell = pipeline->last_words();
  if (farewell.empty()) farewell = pq ? PQerrorMessage(pq.get()) : "out of memory";
  down = classify(farewell, {text_or_empty(PQdb(pq.get())), text_or_empty(PQuser(pq.get()))});
  down.detail = without_secrets(std::move(down.detail));
  state = State::kBroken;
  events = 0;
  pq.reset();
}

// A server may repeat what it was sent, and libpq may have found a password in a file of its own.
std::string Connection::Impl::without_secrets(std::string text) const {
  for (const std::string& secret : secrets) text = redact(text, secret);
  return pq ? redact(text, text_or_empty(PQpass(pq.get()))) : text;
}

void Connection::Impl::hear(void* self, const PGresult* notice) {
  if (is_farewell(notice)) static_cast<Impl*>(self)->farewell = verbose_text(notice);
}

Connection::Connection(const std::vector<std::pair<std::string, std::string>>& parameters,
                       std::optional<Transaction> transaction)
    : impl_(std::make_unique<Impl>()) {
  impl_->transaction = std::move(transaction);
  impl_->start(parameters);
}

Connection::~Connection() = default;

Connection::State Connection::state() const { return impl_->state; }

const Down& Connection::down() const {
  assert(impl_->state == State::kBroken);
  return impl_->down;
}

// Before that, the server waits for us and notices that we go.
bool Connection::logging_in() const {
  if (impl_->state != State::kConnecting) return false;
  const ConnStatusType status = PQstatus(impl_->pq.get());
  return status == CONNECTION_AWAITING_RESPONSE || status == CONNECTION_AUTH_OK;
}

int Connection::socket() const { return impl_->state == State::kBroken ? -1 : PQsocket(impl_->pq.get()); }

short Connection::events() const { return impl_->events; }

void Connection::on_ready() {
  if (impl_->state == State::kConnecting)
    impl_->go_on_connecting();
  else if (impl_->state != State::kBroken)
    impl_->exchange();
}

void Connection::send(std::vector<Task> tasks) {
  assert(impl_->state == State::kIdle);
  const bool sent = impl_->pipeline->send(std::move(tasks));
  impl_->settle(impl_->pipeline->take_results() && sent);  // a server that hung up may have answered some before
}

std::vector<Finished> Connection::take_finished() {
  if (!impl_->pipeline) return {};
  std::vector<Finished> all = impl_->pipeline->take_finished();
  for (Finished& one : all)
    if (auto* failure = std::get_if<Failure>(&one.answer))
      failure->message = impl_->without_secrets(std::move(failure->message));
  return all;
}

Cancel Connection::cancel() const {
  return Cancel(std::shared_ptr<pg_cancel>(PQgetCancel(impl_->pq.get()), PQfreeCancel));
}

int Connection::backend_pid() const { return impl_->backend_pid; }
std::string Connection::host_address() const { return impl_->host; }
std::string Connection::host_port() const { return impl_->port; }

std::uint64_t Connection::statements_sent() const { return impl_->pipeline ? impl_->pipeline->statements_sent() : 0; }

std::uint64_t Connection::bytes_received() const { return impl_->pipeline ? impl_->pipeline->bytes_received() : 0; }

}  // namespace pgwatch::postgres
