// OneProbe: pgwatch --once, run by a test with a config of its own.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "tests/integration/live.h"
#include "tests/support/json.h"

namespace pgwatch::test {

struct ProbeOptions {
  std::vector<std::string> arguments = {};  // after --once --config FILE
  std::vector<BindMount> mounts = {};
  std::string redirection = {};  // of standard output, as a shell has it: ">/dev/full"
  Environment environment = {};  // beside the test's own
};

class OneProbe {
 public:
  explicit OneProbe(const std::string& config, ProbeOptions options = {});
  // The same with whatever arguments, and nothing else.
  explicit OneProbe(const std::vector<std::string>& arguments, ProbeOptions options = {});

  // The exit status. Whatever happens it comes, no later than a second after `timeout`, and no output holds a secret.
  int status(std::chrono::milliseconds timeout = std::chrono::seconds(10));

  // Of standard output, once it has ended.
  Json json() const { return Json::parse(output()); }
  std::string output() const { return process_->output(); }
  std::string errors() const { return process_->errors(); }
  void signal(int number) const { process_->signal(number); }

 private:
  TemporaryFolder folder_;
  std::chrono::steady_clock::time_point began_;
  std::unique_ptr<Process> process_;
};

// What a check said: "critical: does not stream…". Of several the first; "" where there is none.
std::string said(const Json& result, const std::string& server, const std::string& check);

}  // namespace pgwatch::test
