// Locality: whether a server runs here, so that its paths are ours to look at.
//
// An address proves nothing: a tunnel ends on ours, and so does a container's port. A process does: one of this machine
// that the server calls its own, and that began when the server says.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "exporter/host/mounts.h"

namespace pgwatch {

// As the server tells of it.
struct ServerProcess {
  int pid = 0;
  double started = 0;  // Unix time

  friend bool operator==(const ServerProcess&, const ServerProcess&) = default;
};

// What is looked at. A test makes another.
struct Machine {
  std::string proc = "/proc";
  std::vector<std::string> addresses = {};
  double booted = 0;              // Unix time
  double ticks_per_second = 100;  // in which /proc says when a process began
};

// Asks the kernel alone, and no name server.
Machine this_machine();

struct Locality {
  std::string reason = {};         // why it is not here, a Skip's: "remote", "container", "hidden"; "" where it is
  std::string detail = {};         // a sentence, with the cure
  std::vector<Mount> mounts = {};  // as the server sees them; empty where nobody may say
};

// `address` is the one that the server was reached at, as it says; "" is a socket. Reads small files of /proc.
Locality locate_server(const std::string& address, const std::vector<ServerProcess>& processes, const Machine& machine);

// What this thread sees mounted.
std::vector<Mount> own_mounts(const Machine& machine);

// The container that a /proc/PID/cgroup tells of, as "libpod-0123…"; "" for none. Pure.
std::string container_in(std::string_view cgroup);

}  // namespace pgwatch
