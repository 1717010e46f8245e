#include "exporter/http/server.h"

#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <stdexcept>
#include <thread>
#include <unordered_map>

#include "exporter/http/acceptor.h"
#include "exporter/http/answers.h"
#include "exporter/http/connections.h"
#include "exporter/http/rendering.h"
#include "exporter/http/wire.h"
#include "exporter/util/log.h"

namespace pgwatch::http {
namespace {

using Clock = Connections::Clock;
using DaemonPtr = std::unique_ptr<MHD_Daemon, decltype(&MHD_stop_daemon)>;

// One request, from its first line to its end.
struct Exchange {
  std::uint64_t number = 0;
  MHD_Connection* connection = nullptr;
  Target target = {};
  bool header_complete = false;
  Request request = {};
  bool asked = false;
  bool suspended = false;
  std::optional<Response> response = {};
};

Connections::Visit& visit_of(MHD_Connection* connection) {
  const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return *static_cast<Connections::Visit*>(info->socket_context);
}

}  // namespace

// One libmicrohttpd daemon without a listening socket of its own: we accept, it gets the connections. So its limits
// count over all addresses, and one thread of ours drives everything, knows each connection's age, and needs no lock.
class Server::Core {
 public:
  Core(Listeners listeners, const Limits& limits, Handler handler);
  ~Core() { stop(); }
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  const Listeners& listeners() const { return acceptor_.listeners(); }
  void stop();

 private:
  // Called by libmicrohttpd. Nothing may be thrown through C.
  static void on_connection(void* core, MHD_Connection* connection, void** visit,
                            MHD_ConnectionNotificationCode code) noexcept;
  static void* on_request_line(void* core, const char* target, MHD_Connection* connection) noexcept;
  static MHD_Result on_request(void* core, MHD_Connection* connection, const char* path, const char* method,
                               const char* version, const char* upload, std::size_t* upload_size,
                               void** context) noexcept;
  static void on_completed(void* core, MHD_Connection* connection, void** context,
                           MHD_RequestTerminationCode code) noexcept;

  void run();
  void wait();
  int timeout_ms(Clock::time_point now) const;
  void deliver_answers();
  std::size_t room(Clock::time_point now) const;
  void add_client(int socket, const sockaddr* address, socklen_t size);
  void end();

  DaemonPtr start_daemon();
  Exchange& begin(MHD_Connection* connection, const char* target);
  MHD_Result header_complete(Exchange& exchange, const char* path, const char* method);
  MHD_Result proceed(Exchange& exchange);
  void ask(Exchange& exchange);

  const Limits limits_;
  const Handler handler_;
  const std::shared_ptr<Answers> answers_ = std::make_shared<Answers>();
  Acceptor acceptor_;
  Connections connections_{limits_};
  std::unordered_map<std::uint64_t, Exchange> exchanges_;
  std::uint64_t last_number_ = 0;
  Clock::time_point last_refusal_ = {};
  std::atomic<bool> stopping_ = false;
  DaemonPtr daemon_;  // its callbacks use what stands above it
  std::thread thread_;
};

Server::Core::Core(Listeners listeners, const Limits& limits, Handler handler)
    : limits_(limits), handler_(std::move(handler)), acceptor_(std::move(listeners)), daemon_(start_daemon()) {
  thread_ = std::thread([this] { run(); });
}

void Server::Core::stop() {
  stopping_ = true;
  answers_->close();
  answers_->wake();
  if (thread_.joinable()) thread_.join();
}

// -- The thread -------------------------------------------------------------------------------------------------------

void Server::Core::run() {
  // Signals are the main thread's business.
  sigset_t all;
  sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
  const auto add = [this](int socket, const sockaddr* address, socklen_t size) { add_client(socket, address, size); };
  while (!stopping_) {
    wait();
    deliver_answers();
    acceptor_.accept(room(Clock::now()), add);
    connections_.end_overdue(Clock::now());
    MHD_run(daemon_.get());
  }
  end();
}

// Asks of one moment: what came due between two would be missed by both.
void Server::Core::wait() {
  const auto now = Clock::now();
  const MHD_DaemonInfo* info = MHD_get_daemon_info(daemon_.get(), MHD_DAEMON_INFO_EPOLL_FD);
  std::vector<pollfd> descriptors = {{answers_->descriptor(), POLLIN, 0}, {info->epoll_fd, POLLIN, 0}};
  if (room(now) > 0)
    for (const Descriptor& listener : acceptor_.listeners().sockets) descriptors.push_back({listener.get(), POLLIN, 0});
  ::poll(descriptors.data(), descriptors.size(), timeout_ms(now));
}

int Server::Core::timeout_ms(Clock::time_point now) const {
  constexpr std::chrono::milliseconds kLongest{60'000};
  auto wake_at = now + kLongest;
  if (const auto deadline = connections_.next_deadline()) wake_at = std::min(wake_at, *deadline);
  if (acceptor_.paused_until() > now) wake_at = std::min(wake_at, acceptor_.paused_until());
  MHD_UNSIGNED_LONG_LONG theirs = 0;
  if (MHD_get_timeout(daemon_.get(), &theirs) == MHD_YES)
    wake_at = std::min(wake_at, now + std::min(kLongest, std::chrono::milliseconds(theirs)));
  return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(std::max(wake_at - now, {})).count());
}

void Server::Core::deliver_answers() {
  for (Answer& answer : answers_->take()) {
    const auto found = exchanges_.find(answer.exchange);
    if (found == exchanges_.end()) continue;  // the client has gone
    Exchange& exchange = found->second;
    exchange.response = std::move(answer.response);
    exchange.suspended = false;
    MHD_resume_connection(exchange.connection);
  }
}

void Server::Core::end() {
  // libmicrohttpd stops only without suspended connections; resumed ones it closes without calling us again.
  for (auto& [number, exchange] : exchanges_)
    if (exchange.suspended) MHD_resume_connection(exchange.connection);
  daemon_.reset();
  acceptor_.close();
}

// At the limit nobody is turned away: who comes waits in the kernel's queue for a place.
std::size_t Server::Core::room(Clock::time_point now) const {
  if (now < acceptor_.paused_until()) return 0;
  return limits_.connections - connections_.size();
}

void Server::Core::add_client(int socket, const sockaddr* address, socklen_t size) {
  // It closes what it does not take.
  if (MHD_add_connection(daemon_.get(), socket, address, size) == MHD_YES) return;
  const auto now = Clock::now();
  if (now - last_refusal_ > std::chrono::minutes{1})
    log::warn("turned a client away that has as many connections as one may have",
              {{"limit", std::to_string(limits_.connections_per_client)}});
  last_refusal_ = now;
}

// -- libmicrohttpd ----------------------------------------------------------------------------------------------------

DaemonPtr Server::Core::start_daemon() {
  // It knows an idle time too, but a byte now and then resets it. Ours (Connections) cannot be fooled; its own is for
  // clients that do not take what they asked for.
  const auto patience = std::chrono::ceil<std::chrono::seconds>(limits_.idle_time).count();
  // A connection's memory holds the request's header, 64 bytes more for each of its lines, and the response's header.
  // It counts in full once a request was answered: 512 kept connections take 33 MB (measured).
  const std::size_t memory = 4 * limits_.header_bytes;
  DaemonPtr daemon(
      MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME, 0, nullptr, nullptr,
                       &on_request, this, MHD_OPTION_NOTIFY_CONNECTION, &on_connection, this,
                       MHD_OPTION_URI_LOG_CALLBACK, &on_request_line, this, MHD_OPTION_NOTIFY_COMPLETED, &on_completed,
                       this, MHD_OPTION_CONNECTION_TIMEOUT, static_cast<unsigned>(patience),
                       MHD_OPTION_CONNECTION_LIMIT, limits_.connections, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
                       limits_.connections_per_client, MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory, MHD_OPTION_END),
      &MHD_stop_daemon);
  if (!daemon) throw std::runtime_error("cannot start the HTTP server: libmicrohttpd refused; is memory short?");
  return daemon;
}

void Server::Core::on_connection(void* core, MHD_Connection* connection, void** visit,
                                 MHD_ConnectionNotificationCode code) noexcept {
  Connections& connections = static_cast<Core*>(core)->connections_;
  if (code == MHD_CONNECTION_NOTIFY_STARTED)
    *visit = &connections.opened(MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd);
  else
    connections.closed(*static_cast<Connections::Visit*>(*visit));
}

void* Server::Core::on_request_line(void* core, const char* target, MHD_Connection* connection) noexcept {
  try {
    return &static_cast<Core*>(core)->begin(connection, target);
  } catch (...) {
    log::error("cannot take a request", {{"error", current_error()}});
    return nullptr;
  }
}

MHD_Result Server::Core::on_request(void* core, MHD_Connection*, const char* path, const char* method, const char*,
                                    const char*, std::size_t*, void** context) noexcept {
  auto& self = *static_cast<Core*>(core);
  if (*context == nullptr) return MHD_NO;
  Exchange& exchange = *static_cast<Exchange*>(*context);
  try {
    return exchange.header_complete ? self.proceed(exchange) : self.header_complete(exchange, path, method);
  } catch (...) {
    log::error("cannot take a request", {{"error", current_error()}});
    return MHD_NO;
  }
}

Exchange& Server::Core::begin(MHD_Connection* connection, const char* target) {
  connections_.request_line(visit_of(connection));
  const std::uint64_t number = ++last_number_;
  Exchange exchange{.number = number, .connection = connection, .target = take_query(target)};
  return exchanges_.emplace(number, std::move(exchange)).first->second;
}

MHD_Result Server::Core::header_complete(Exchange& exchange, const char* path, const char* method) {
  exchange.header_complete = true;
  connections_.header_complete(visit_of(exchange.connection));
  exchange.request = read_request(exchange.connection, path, exchange.target.query, method);
  exchange.response = complaint_of_size(exchange.connection, method, exchange.target.size, limits_.header_bytes);
  // The first call is too early: libmicrohttpd closes a connection answered there, since a body may follow. That is
  // right only where one does: nothing here reads bodies.
  return announces_body(exchange.request) ? proceed(exchange) : MHD_YES;
}

MHD_Result Server::Core::proceed(Exchange& exchange) {
  if (!exchange.asked && !exchange.response) {
    ask(exchange);
    return MHD_YES;
  }
  connections_.answering(visit_of(exchange.connection));
  return send(exchange.connection, render(exchange.request, std::move(exchange.response).value()));
}

// Even an answer given at once goes through Answers: one way for all of them.
void Server::Core::ask(Exchange& exchange) {
  exchange.asked = true;
  exchange.suspended = true;
  MHD_suspend_connection(exchange.connection);
  const Reply reply([answers = answers_, number = exchange.number](Response response) {
    answers->post(number, std::move(response));
  });
  try {
    handler_(exchange.request, reply);
  } catch (...) {
    log::error("cannot handle a request", {{"path", exchange.request.path}, {"error", current_error()}});
    reply(internal_error());
  }
}

void Server::Core::on_completed(void* core, MHD_Connection* connection, void** context,
                                MHD_RequestTerminationCode) noexcept {
  auto& self = *static_cast<Core*>(core);
  self.connections_.answered(visit_of(connection));
  if (*context != nullptr) self.exchanges_.erase(static_cast<Exchange*>(*context)->number);
  *context = nullptr;
}

// -- Server -----------------------------------------------------------------------------------------------------------

Server::Server(const std::vector<Address>& addresses, Limits limits, Handler handler)
    : Server(listen_on(addresses), limits, std::move(handler)) {}

Server::Server(Listeners listeners, Limits limits, Handler handler)
    : core_(std::make_unique<Core>(std::move(listeners), limits, std::move(handler))) {}

Server::~Server() = default;

const std::vector<std::uint16_t>& Server::ports() const { return core_->listeners().ports; }

bool Server::ipv4_only() const { return core_->listeners().ipv4_only; }

void Server::stop() { core_->stop(); }

}  // namespace pgwatch::http
