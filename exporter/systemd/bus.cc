#include "exporter/systemd/bus.h"

#include <systemd/sd-bus.h>

#include <cerrno>
#include <list>
#include <system_error>
#include <utility>

namespace pgwatch::systemd {
namespace {

constexpr const char* kManager = "org.freedesktop.systemd1";

// Who sends without end holds nobody else up: what is left wakes us at once.
constexpr int kAtOnce = 16;

std::string words_of(int error) { return std::generic_category().message(error); }

// By libsystemd's negative errno.
Failure failure_of(int result, const Way& way) {
  const int error = -result;
  const std::string what = way.address + ": " + words_of(error);
  if (error == ENOENT || error == ENOTDIR) return {kAbsent, what};
  if (way.is_own && (error == EACCES || error == ECONNREFUSED)) return {kAbsent, what};
  return {error == EACCES || error == EPERM ? kForbidden : kConnection, what};
}

Failure failure_of(const sd_bus_error& error) {
  const std::string name = error.name;
  const std::string what = name + ": " + (error.message != nullptr ? error.message : "");
  if (sd_bus_error_has_name(&error, SD_BUS_ERROR_ACCESS_DENIED) != 0) return {kForbidden, what};
  if (sd_bus_error_has_name(&error, SD_BUS_ERROR_NO_REPLY) != 0 ||
      sd_bus_error_has_name(&error, SD_BUS_ERROR_TIMEOUT) != 0)
    return {kTimeout, what};
  // A bus may be told how to start systemd, and cannot.
  if (name.starts_with("org.freedesktop.DBus.Error.Spawn.") ||
      sd_bus_error_has_name(&error, SD_BUS_ERROR_SERVICE_UNKNOWN) != 0 ||
      sd_bus_error_has_name(&error, SD_BUS_ERROR_NAME_HAS_NO_OWNER) != 0)
    return {kAbsent, "there is a bus and no service manager on it: " + what};
  if (sd_bus_error_has_name(&error, SD_BUS_ERROR_UNKNOWN_OBJECT) != 0 ||
      sd_bus_error_has_name(&error, "org.freedesktop.systemd1.NoSuchUnit") != 0)
    return {kGone, what};
  return {"bus", what};
}

struct Unref {
  void operator()(sd_bus* bus) const { sd_bus_close_unref(bus); }
  void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
  void operator()(sd_bus_slot* slot) const { sd_bus_slot_unref(slot); }
};
template <typename Thing>
using Owned = std::unique_ptr<Thing, Unref>;

}  // namespace

class Bus::Core {
 public:
  explicit Core(const Way& way) : way_(way) {
    sd_bus* bus = nullptr;
    check(sd_bus_new(&bus));
    bus_.reset(bus);
    check(sd_bus_set_address(bus, way.address.c_str()));
    check(sd_bus_set_bus_client(bus, way.has_broker ? 1 : 0));
    check(sd_bus_start(bus));
  }

  void call(const Method& method, Replied replied) {
    sd_bus_message* made = nullptr;
    check(sd_bus_message_new_method_call(bus_.get(), &made, kManager, method.path.c_str(), method.interface.c_str(),
                                         method.name.c_str()));
    const Owned<sd_bus_message> message(made);
    if (method.arguments) method.arguments(made);
    Call& call = calls_.emplace_back(Call{this, std::move(replied), nullptr});
    sd_bus_slot* slot = nullptr;
    const int result = sd_bus_call_async(bus_.get(), &slot, made, heard, &call, 0);
    if (result < 0) calls_.pop_back();
    check(result);
    call.slot.reset(slot);
    ++made_;
  }

  void process() {
    int result = 1;
    for (int i = 0; i < kAtOnce && result > 0; ++i) result = sd_bus_process(bus_.get(), nullptr);
    if (result >= 0 && sd_bus_is_open(bus_.get()) <= 0) result = -ECONNRESET;
    check(result);
    is_let_in_ = is_let_in_ || sd_bus_is_ready(bus_.get()) > 0;
  }

  int socket() const { return sd_bus_get_fd(bus_.get()); }

  short events() const { return static_cast<short>(std::max(sd_bus_get_events(bus_.get()), 0)); }

  // By CLOCK_MONOTONIC, which is what a steady clock is here.
  std::optional<SteadyTime> wakes() const {
    std::uint64_t at = UINT64_MAX;
    if (sd_bus_get_timeout(bus_.get(), &at) < 0 || at == UINT64_MAX) return std::nullopt;
    return SteadyTime(std::chrono::microseconds(static_cast<std::int64_t>(at)));
  }

  std::size_t made() const { return made_; }

 private:
  struct Call {
    Core* core;
    Replied replied;
    Owned<sd_bus_slot> slot;
  };

  void check(int result) const {
    if (result < 0) throw BusError(failure(result));
  }

  // Debian's D-Bus hangs up on users whom it does not know, without a word; the next that we write to it breaks.
  Failure failure(int result) const {
    const bool is_hung_up = result == -ECONNRESET || result == -EPIPE || result == -ENOTCONN;
    if (is_hung_up && !is_let_in_) return {kForbidden, way_.address + ": hangs up before it has let us in"};
    return failure_of(result, way_);
  }

  // Calls under way when a connection ends are answered as those that took too long.
  Failure failure(const sd_bus_error& error) const {
    return sd_bus_is_open(bus_.get()) > 0 ? failure_of(error) : failure(-ECONNRESET);
  }

  static int heard(sd_bus_message* reply, void* data, sd_bus_error*) {
    Call& call = *static_cast<Call*>(data);
    Core& core = *call.core;
    const Replied replied = std::move(call.replied);
    std::erase_if(core.calls_, [&call](const Call& one) { return &one == &call; });
    const sd_bus_error* error = sd_bus_message_get_error(reply);
    core.is_let_in_ = core.is_let_in_ || error == nullptr;
    if (error != nullptr)
      replied(nullptr, core.failure(*error));
    else
      replied(reply, {});
    return 1;
  }

  const Way way_;
  Owned<sd_bus> bus_;
  bool is_let_in_ = false;
  std::size_t made_ = 0;
  std::list<Call> calls_;  // ends before the bus
};

Bus::Bus(const Way& way) : core_(std::make_unique<Core>(way)) {}
Bus::~Bus() = default;
void Bus::call(const Method& method, Replied replied) { core_->call(method, std::move(replied)); }
void Bus::process() { core_->process(); }
int Bus::socket() const { return core_->socket(); }
short Bus::events() const { return core_->events(); }
std::optional<SteadyTime> Bus::wakes() const { return core_->wakes(); }
std::size_t Bus::calls() const { return core_->made(); }

}  // namespace pgwatch::systemd
