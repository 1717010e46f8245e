// UserManager: the systemd of a user of a SystemdMachine, with a bus of its own that serves nobody else, not even root.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/systemd_machine.h"

namespace pgwatch::test {

class UserManager {
 public:
  // Starts it, and waits for its bus. REQUIRES: `user` is the one the machine was given, and the machine outlives this.
  UserManager(const SystemdMachine& machine, const std::string& user);

  uid_t uid() const { return uid_; }
  std::filesystem::path runtime_folder() const;  // its XDG_RUNTIME_DIR, where we see it
  std::string bus_address() const;               // for that user here

  std::string systemctl(std::vector<std::string> arguments) const;
  void install_unit(const std::string& name, const std::string& text) const;

 private:
  const SystemdMachine& machine_;
  uid_t uid_;
};

}  // namespace pgwatch::test
