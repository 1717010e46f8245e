// Managed: the built program, as a service manager starts it that listens on NOTIFY_SOCKET.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/notify_socket.h"
#include "tests/support/pgwatch.h"
#include "tests/support/ports.h"
#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

namespace pgwatch::test {

inline std::string listen_on(std::uint16_t port) { return "listen: [\"127.0.0.1:" + std::to_string(port) + "\"]\n"; }

// A target that is down at once.
inline std::string nobody(const std::string& name = "a") {
  return "targets: [{name: " + name + ", conninfo: \"host=127.0.0.1 port=1\"}]\n";
}

struct ManagedOptions {
  std::map<std::string, std::string> environment = {};
  std::vector<std::string> arguments = {};  // after --config FILE
  std::vector<int> passed = {};             // sockets, told of by LISTEN_PID and LISTEN_FDS
  std::string names = {};                   // LISTEN_FDNAMES
};

class Managed {
 public:
  explicit Managed(const std::string& config, ManagedOptions options = {})
      : process_(command(config, std::move(options))) {}

  NotifySocket& manager() { return manager_; }
  const Process& process() const { return process_; }
  void write_config(const std::string& config) const { folder_.write("pgwatch.yaml", config); }

  // What manager() heard is now all that there was.
  int stop() {
    process_.signal(SIGTERM);
    const int status = process_.wait().value_or(-1);
    while (manager_.next(std::chrono::milliseconds(0))) {
    }
    return status;
  }

 private:
  Command command(const std::string& config, ManagedOptions options) const {
    Command command = pgwatch_command({"--config", folder_.write("pgwatch.yaml", config).string()});
    command.arguments.insert(command.arguments.end(), options.arguments.begin(), options.arguments.end());
    command.environment["NOTIFY_SOCKET"] = manager_.name();
    for (const auto& [name, value] : options.environment) command.environment[name] = value;
    if (options.passed.empty()) return command;
    // The process that is to take them is known when it is there.
    command.arguments.insert(command.arguments.begin(),
                             {"sh", "-c", "LISTEN_PID=${LISTEN_PID:-$$} exec \"$0\" \"$@\""});
    command.environment["LISTEN_FDS"] = std::to_string(options.passed.size());
    command.environment["LISTEN_FDNAMES"] = options.names;
    command.passed = options.passed;
    return command;
  }

  TemporaryFolder folder_;
  NotifySocket manager_;
  Process process_;
};

}  // namespace pgwatch::test
