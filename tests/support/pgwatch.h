// Pgwatch: the built program, run by a test with a config of its own on a port of its own.
//
// One thread at a time, but get() and metrics() from any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/exposition.h"
#include "tests/support/http_client.h"
#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

namespace pgwatch::test {

struct PgwatchOptions {
  std::vector<std::string> arguments = {};  // after --config FILE
  std::map<std::string, std::string> environment = {};
  std::vector<BindMount> mounts = {};
};

class Pgwatch {
 public:
  // Listens when the constructor returns: on a free port of 127.0.0.1 where the config has no line `listen:`. Throws
  // std::runtime_error with its log where it does not.
  explicit Pgwatch(const std::string& config, PgwatchOptions options = {});

  std::uint16_t port() const { return port_; }  // the first it listens on

  HttpResponse get(const std::string& path, const HttpHeaders& headers = {}) const;
  // Throws std::runtime_error with the answer where it is not 200.
  Exposition metrics(const std::string& path = "/metrics", const HttpHeaders& headers = {}) const;

  void write_config(const std::string& config) const;  // the file changes; nothing else happens
  void signal(int number) const { process_.signal(number); }
  std::optional<int> wait(std::chrono::milliseconds patience = kPatience) const { return process_.wait(patience); }
  std::optional<int> stop() const;  // SIGTERM, and the exit status; nothing where it does not end

  // All of it: a thread of its own writes it, so it is read until nothing more has come for a moment.
  std::string log() const;
  pid_t pid() const { return process_.pid(); }
  std::size_t open_files() const;
  std::size_t resident_bytes() const;

 private:
  TemporaryFolder folder_;
  Process process_;
  std::uint16_t port_ = 0;
};

// The built program with these arguments, and an environment that says nothing of any server.
Command pgwatch_command(std::vector<std::string> arguments);

}  // namespace pgwatch::test
