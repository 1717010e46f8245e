// Manager: whoever started the program and wants to know how it is: systemd, by the protocol of sd_notify. Where there
// is none, nothing is said. Spoken here and not by libsystemd, whose call waits for a manager that does not listen.
//
// Any thread. ready(), reloading(), stopping() and failed() wait for the manager, a second at most; the others never.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <string_view>

#include "exporter/service/environment.h"

namespace pgwatch::service {

class Manager {
 public:
  // Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID.
  explicit Manager(const Environment& environment);
  ~Manager();
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  void ready();  // it serves; also after reloading()
  void reloading();
  void stopping();
  void failed(std::string_view why);  // it does not serve, and ends

  // The two halves of the line that `systemctl status` shows, said when it changes. "" is nothing.
  void state(const std::string& text);
  void remark(const std::string& text);

  // For the watchdog, to be said every so often: half the time after which the manager takes the program for dead. 0
  // where it does not watch.
  void alive();
  std::chrono::microseconds alive_every() const { return alive_every_; }

 private:
  enum class Patience { kNone, kSome };

  void say_status();
  bool send(std::string_view message, Patience patience);

  sockaddr_un address_ = {};
  socklen_t address_size_ = 0;  // 0 where nobody listens
  int socket_ = -1;
  std::chrono::microseconds alive_every_{0};
  std::atomic<bool> complained_ = false;
  std::atomic<bool> owes_ready_ = false;

  std::mutex mutex_;    // guards what follows
  std::string state_;   // as told last
  std::string remark_;  // likewise
  std::string said_;    // the line the manager has
};

}  // namespace pgwatch::service
