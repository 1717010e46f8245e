#include "exporter/systemd/ways.h"

#include <unistd.h>

#include <cstdlib>

namespace pgwatch::systemd {
namespace {

using Kind = ManagerName::Kind;

Way own_socket(const std::string& path) { return {"unix:path=" + path, false}; }
Way bus(const std::string& path) { return {"unix:path=" + path, true}; }

// Who says where the bus is means that one. Only root may use the manager's own socket, which answers even while the
// bus does not.
std::vector<Way> ways_to_system(const Surroundings& surroundings) {
  if (const auto address = surroundings.environment("DBUS_SYSTEM_BUS_ADDRESS")) return {{*address, true}};
  std::vector<Way> ways;
  if (surroundings.uid == 0) ways.push_back(own_socket("/run/systemd/private"));
  ways.push_back(bus("/run/dbus/system_bus_socket"));
  return ways;
}

std::vector<Way> ways_below(const std::string& runtime) {
  return {own_socket(runtime + "/systemd/private"), bus(runtime + "/bus")};
}

// A session says where its folder and its bus are; other programs of the user have the folder all the same.
std::vector<Way> ways_to_own(const Surroundings& surroundings) {
  const std::string usual = "/run/user/" + std::to_string(surroundings.uid);
  std::vector<Way> ways = ways_below(surroundings.environment("XDG_RUNTIME_DIR").value_or(usual));
  if (const auto address = surroundings.environment("DBUS_SESSION_BUS_ADDRESS")) ways.push_back({*address, true});
  for (Way& way : ways) way.is_own = true;
  return ways;
}

}  // namespace

Surroundings our_surroundings() {
  const auto environment = [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr || *value == '\0') return std::nullopt;
    return value;
  };
  return {.environment = environment, .uid = geteuid()};
}

std::vector<Way> ways_to(const ManagerName& manager, const Surroundings& surroundings) {
  switch (manager.kind) {
    case Kind::kSystem: return ways_to_system(surroundings);
    case Kind::kOwn: return ways_to_own(surroundings);
    case Kind::kUser: break;
  }
  return ways_below("/run/user/" + std::to_string(manager.uid));
}

std::string cure_of(const ManagerName& manager, const Failure& failure) {
  const bool is_forbidden = failure.cls == kForbidden;
  if (manager.kind == Kind::kUser)
    return is_forbidden ? "run a pgwatch in that user's manager" : "let the user's manager run: loginctl enable-linger";
  if (manager.kind == Kind::kOwn) return is_forbidden ? "" : "this user has no service manager";
  return is_forbidden ? "the system bus turns us away: our user must be one that the machine knows (docs/systemd.md), "
                        "and the rules of D-Bus, AppArmor and SELinux must let it in"
                      : "no systemd runs here, or a container does not show it: mount /run/dbus/system_bus_socket";
}

}  // namespace pgwatch::systemd
