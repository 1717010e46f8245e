#include "tests/support/user_manager.h"

#include <pwd.h>

#include <stdexcept>

#include "tests/support/wait.h"

namespace pgwatch::test {
namespace {

uid_t uid_of(const std::string& name) {
  const passwd* user = ::getpwnam(name.c_str());
  if (user == nullptr) throw std::runtime_error("user " + name + " does not exist on this machine");
  return user->pw_uid;
}

}  // namespace

UserManager::UserManager(const SystemdMachine& machine, const std::string& user)
    : machine_(machine), uid_(uid_of(user)) {
  machine_.systemctl({"start", "user@" + std::to_string(uid_) + ".service"});
  const auto has_bus = [&] { return std::filesystem::exists(runtime_folder() / "bus"); };
  if (!eventually(has_bus)) throw std::runtime_error("the manager of " + user + " has no bus: " + machine_.journal());
}

std::filesystem::path UserManager::runtime_folder() const {
  return machine_.run_folder() / "user" / std::to_string(uid_);
}

std::string UserManager::bus_address() const { return "unix:path=" + (runtime_folder() / "bus").string(); }

std::string UserManager::systemctl(std::vector<std::string> arguments) const {
  const std::string uid = std::to_string(uid_);
  std::vector<std::string> all{"setpriv",        "--reuid", uid,
                               "--clear-groups", "env",     "XDG_RUNTIME_DIR=/run/user/" + uid,
                               "systemctl",      "--user",  "--no-pager"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return machine_.run(std::move(all));
}

void UserManager::install_unit(const std::string& name, const std::string& text) const {
  machine_.write("/etc/systemd/user/" + name, text);
  systemctl({"daemon-reload"});
}

}  // namespace pgwatch::test
