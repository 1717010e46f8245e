#include "exporter/service/manager.h"

#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <system_error>

#include "exporter/util/escape.h"
#include "exporter/util/log.h"

namespace pgwatch::service {
namespace {

constexpr const char* kReady = "READY=1";

// Half of the time, as systemd wants it: one that comes late is no death yet.
std::chrono::microseconds alive_every(const Environment& environment) {
  const auto allowed = read_count(environment("WATCHDOG_USEC").value_or(""));
  if (!allowed || *allowed <= 0) return std::chrono::microseconds{0};
  // A process that we were started by may be meant.
  const std::string pid = environment("WATCHDOG_PID").value_or("");
  if (!pid.empty() && read_count(pid) != ::getpid()) return std::chrono::microseconds{0};
  return std::chrono::microseconds{std::max(*allowed / 2, 1LL)};
}

// 0 where it is neither a path nor, after an @, an abstract name.
socklen_t make_address(const std::string& name, sockaddr_un& address) {
  const bool is_abstract = name.starts_with('@');
  if (name.size() < 2 || name.size() >= sizeof(address.sun_path) || (!is_abstract && !name.starts_with('/'))) return 0;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, name.data(), name.size());
  if (is_abstract) address.sun_path[0] = '\0';
  // A path has its zero with it, an abstract name is as long as it is.
  return static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size() + (is_abstract ? 0 : 1));
}

}  // namespace

Manager::Manager(const Environment& environment) {
  const std::string name = environment("NOTIFY_SOCKET").value_or("");
  if (name.empty()) return;
  address_size_ = make_address(name, address_);
  if (address_size_ == 0) {
    log::warn("NOTIFY_SOCKET is neither a path nor an abstract name; the service manager is told nothing",
              {{"NOTIFY_SOCKET", name}});
    return;
  }
  socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const timeval second{.tv_sec = 1, .tv_usec = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &second, sizeof(second));
  alive_every_ = service::alive_every(environment);
}

Manager::~Manager() {
  if (socket_ >= 0) ::close(socket_);
}

// -- Stages of its life -----------------------------------------------------------------------------------------------

void Manager::ready() { owes_ready_ = !send(kReady, Patience::kSome); }

// steady_clock is the clock that systemd compares with.
void Manager::reloading() {
  owes_ready_ = false;
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds), Patience::kSome);
}

void Manager::stopping() { send("STOPPING=1", Patience::kSome); }

void Manager::failed(std::string_view why) { send("STATUS=" + on_one_line(why), Patience::kSome); }

// -- While it lives ---------------------------------------------------------------------------------------------------

void Manager::state(const std::string& text) {
  const std::lock_guard lock(mutex_);
  state_ = text;
  say_status();
}

void Manager::remark(const std::string& text) {
  const std::lock_guard lock(mutex_);
  remark_ = text;
  say_status();
}

// What was not taken is said again with the next sign of life.
void Manager::alive() {
  send("WATCHDOG=1", Patience::kNone);
  if (owes_ready_ && send(kReady, Patience::kNone)) owes_ready_ = false;
  const std::lock_guard lock(mutex_);
  say_status();
}

void Manager::say_status() {
  const std::string line = on_one_line(state_ + (state_.empty() || remark_.empty() ? "" : "; ") + remark_);
  if (line != said_ && send("STATUS=" + line, Patience::kNone)) said_ = line;
}

// One datagram each. A manager that reads nothing for a while is no fault of ours, and none to tell of.
bool Manager::send(std::string_view message, Patience patience) {
  if (address_size_ == 0) return true;
  const int flags = MSG_NOSIGNAL | (patience == Patience::kNone ? MSG_DONTWAIT : 0);
  const auto* address = reinterpret_cast<const sockaddr*>(&address_);
  if (::sendto(socket_, message.data(), message.size(), flags, address, address_size_) >= 0) return true;
  const int error = errno;
  if (error != EAGAIN && !complained_.exchange(true))
    log::warn("cannot tell the service manager how the program is", {{"error", std::system_category().message(error)}});
  return false;
}

}  // namespace pgwatch::service
