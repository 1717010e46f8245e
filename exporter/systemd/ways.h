// Ways: where a service manager can be asked. Its own socket, or a bus that it is on.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "exporter/model/manager.h"

namespace pgwatch::systemd {

struct Way {
  std::string address;     // as D-Bus spells it
  bool has_broker = true;  // a bus; else the manager's own socket, where nobody stands between
  bool is_own = false;     // of our own user: where we may not even enter, or nobody listens, there is none
};

// Who we are: a value, so that tests can say so.
struct Surroundings {
  std::function<std::optional<std::string>(const std::string&)> environment;
  unsigned uid = 0;
};
Surroundings our_surroundings();

// In the order in which they are tried. None: there can be no such manager.
std::vector<Way> ways_to(const ManagerName& manager, const Surroundings& surroundings);

// What to do about a manager that is not there, or that does not let us in.
std::string cure_of(const ManagerName& manager, const Failure& failure);

}  // namespace pgwatch::systemd
