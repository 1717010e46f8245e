// Bus: one connection to a service manager, by libsystemd. It waits for nothing: whoever owns it polls its socket.
//
// One thread's alone.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "exporter/model/block.h"
#include "exporter/model/failure.h"
#include "exporter/systemd/ways.h"

struct sd_bus_message;

namespace pgwatch::systemd {

class BusError : public std::runtime_error {
 public:
  explicit BusError(Failure failure) : std::runtime_error(failure.message), failure_(std::move(failure)) {}
  const Failure& failure() const { return failure_; }

 private:
  Failure failure_;
};

// A call of a method of the manager's, or of one of its objects.
struct Method {
  std::string path = "/org/freedesktop/systemd1";
  std::string interface = "org.freedesktop.systemd1.Manager";
  std::string name = {};
  // Appends the arguments.
  std::function<void(sd_bus_message*)> arguments = {};
};

class Bus {
 public:
  // The reply, or null and why there is none. It must not end the Bus.
  using Replied = std::function<void(sd_bus_message* reply, const Failure& failure)>;

  // Begins to connect. Throws BusError where nobody is there, or we may not.
  explicit Bus(const Way& way);
  ~Bus();
  Bus(const Bus&) = delete;
  Bus& operator=(const Bus&) = delete;

  // Throws BusError where the connection is gone.
  void call(const Method& method, Replied replied);
  // Does what can be done now, replies included. Throws BusError where the connection is gone.
  void process();

  int socket() const;
  short events() const;                     // of poll()
  std::optional<SteadyTime> wakes() const;  // when it is to be processed, whatever its socket says
  std::size_t calls() const;                // made so far

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

// What a method said instead of an answer: its own word for it.
inline constexpr const char* kGone = "gone";  // the object is not there any more

}  // namespace pgwatch::systemd
