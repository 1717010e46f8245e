// Passed sockets: those that systemd listens on for us, told of by LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES.
//
// Main's thread, before there are others.
#pragma once

#include <string>
#include <vector>

#include "exporter/service/environment.h"

namespace pgwatch::service {

struct PassedSocket {
  int descriptor = -1;  // ours to close; non-blocking, and not for our children
  std::string name;     // FileDescriptorName= of the .socket unit, mostly the unit's own
  std::string address;  // "127.0.0.1:9187", "[::]:9187", "/run/pgwatch.sock", "@abstract"
};

inline constexpr int kFirstPassed = 3;

// None where they are not for this process. Throws std::runtime_error where one is no stream socket that listens, with
// the cure; `first` is for tests.
std::vector<PassedSocket> passed_sockets(const Environment& environment, int first = kFirstPassed);

}  // namespace pgwatch::service
