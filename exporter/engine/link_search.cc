// The first half of a Link's life: from a conninfo to a connection.
#include <algorithm>
#include <stdexcept>

#include "exporter/engine/link.h"
#include "exporter/util/clock.h"
#include "exporter/util/file.h"

namespace pgwatch {

using postgres::DownReason;

namespace {

Secret read_secret(const std::string& path) {
  try {
    return Secret(read_word(path));
  } catch (const std::exception& error) {
    throw std::runtime_error("cannot read password_file " + path + ": " + error.what());
  }
}

}  // namespace

void Link::read_password() {
  if (spec_.access.password_file.empty()) return resolve();
  struct Result {
    Secret secret;
    std::string error;
  };
  const auto result = std::make_shared<Result>();
  blocking_call_ = services_.blocking.call(
      BlockingKind::kFiles, spec_.access.password_file, connect_deadline_,
      [result, path = spec_.access.password_file] {
        try {
          result->secret = read_secret(path);
        } catch (const std::exception& error) {
          result->error = error.what();
        }
      },
      [this, result](Blocking::Result outcome) {
        if (outcome == Blocking::Result::kDropped) return;  // the alarm speaks
        if (!result->error.empty()) return down({DownReason::kAuth, result->error});
        password_ = std::move(result->secret);
        resolve();
      });
}

void Link::resolve() {
  if (spec_.endpoint) {
    found_ = {{*spec_.endpoint}};
    return connect();
  }
  const auto& wanted = conninfo_.endpoints();
  found_.resize(wanted.size());
  // Where another host may be found, a silent look-up leaves it half of the time.
  const auto patience = connect_deadline_ - now();
  const SteadyTime by = now() + (wanted.size() > 1 ? patience / 2 : patience);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!wanted[i].needs_lookup()) {
      found_[i] = {wanted[i]};
      continue;
    }
    ++lookups_left_;
    waits_.push_back(services_.resolver.resolve(wanted[i].host, by,
                                                [this, i](const Addresses& addresses) { resolved(i, addresses); }));
  }
  if (lookups_left_ == 0) connect();
}

void Link::resolved(std::size_t endpoint, const Addresses& addresses) {
  for (const std::string& address : addresses.found) {
    found_[endpoint].push_back(conninfo_.endpoints()[endpoint]);
    found_[endpoint].back().hostaddr = address;
  }
  if (!addresses.error.empty()) miss(addresses.error);
  if (--lookups_left_ == 0) connect();
}

void Link::miss(const std::string& what) {
  if (missed_.find(what) == std::string::npos) missed_.append(missed_.empty() ? "" : "; ").append(what);
}

postgres::Down Link::with_missed(postgres::Down why) const {
  if (!missed_.empty()) why.detail.append("; ").append(missed_);
  return why;
}

void Link::connect() {
  for (const auto& found : found_) endpoints_.insert(endpoints_.end(), found.begin(), found.end());
  if (endpoints_.empty()) return down({DownReason::kDns, missed_});
  untried_ = endpoints_.size();
  next_try();
}

void Link::next_try() {
  phase_ = Phase::kConnecting;
  trying_.clear();
  socket_ = std::make_unique<SocketWatch>(services_.loop, [this] { socket_ready(); });
  connection_ = make_connection();
  if (connection_->state() == postgres::Connection::State::kBroken) return broken();
  socket_->want(connection_->socket(), connection_->events());
  watch_endpoint();
}

// libpq goes on to the next endpoint when one refuses or is not of the role that is wanted, but waits for ever on one
// that is silent. So while there are alternatives each has its share of the time.
void Link::watch_endpoint() {
  const std::string at = connection_->host_address() + " " + connection_->host_port();
  if (at == trying_) return;
  trying_ = at;
  const std::size_t others = alternatives();
  const auto share = (connect_deadline_ - now()) / static_cast<int>(others + 1);
  alarm_.at(now() + share, [this, others] { others > 0 ? endpoint_is_silent() : down(not_yet()); });
}

std::size_t Link::endpoint_tried() const {
  const auto tried = std::ranges::find_if(endpoints_, [this](const postgres::Endpoint& one) {
    return (one.hostaddr.empty() ? one.host : one.hostaddr) + " " + one.port == trying_;
  });
  return tried == endpoints_.end() ? 0 : static_cast<std::size_t>(tried - endpoints_.begin());
}

// Those behind it. For prefer-standby libpq goes through the list twice, so those before it too.
std::size_t Link::alternatives() const {
  if (conninfo_.target_session_attrs() == "prefer-standby") return endpoints_.size() - 1;
  const std::size_t begun = endpoint_tried() + 1;
  return untried_ > begun ? untried_ - begun : 0;
}

// The next try is without it, and begins behind it. Those before it come again at the end, since only libpq can tell
// what was wrong with them.
void Link::endpoint_is_silent() {
  if (!make_way()) {
    alarm_.at(connect_deadline_, [this] { down(not_yet()); });
    return;
  }
  const std::size_t silent = endpoint_tried();
  miss("no answer from " + endpoints_[silent].text());
  const auto behind = endpoints_.begin() + static_cast<std::ptrdiff_t>(silent) + 1;
  std::rotate(endpoints_.begin(), behind, endpoints_.end());
  endpoints_.pop_back();
  untried_ -= std::min(untried_, silent + 1);
  next_try();
}

// A login that the server has not decided yet may be a backend of ours: it is kept, where there is a place for another
// connection beside it.
bool Link::make_way() {
  if (!login_is_undecided()) return true;
  if (!services_.take_place()) return false;
  services_.put_aside(take_undecided_login());
  return true;
}

std::unique_ptr<postgres::Connection> Link::make_connection() const {
  auto parameters = conninfo_.parameters(endpoints_, spec_.database, password_);
  if (!spec_.access.pooler) return std::make_unique<postgres::Connection>(parameters);
  // A pooler would leave the name on the session, for the next client that has none of its own.
  std::erase_if(parameters, [](const auto& one) { return one.first.ends_with("application_name"); });
  return std::make_unique<postgres::Connection>(parameters, postgres::pooled_transaction(session_settings()));
}

std::unique_ptr<postgres::Connection> Link::take_undecided_login() {
  if (!login_is_undecided()) return nullptr;
  socket_.reset();
  return std::move(connection_);
}

}  // namespace pgwatch
