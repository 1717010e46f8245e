#include "tests/integration/one_probe.h"

#include <algorithm>
#include <iterator>

#include "tests/support/postgres_template.h"

namespace pgwatch::test {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

Command command_of(std::vector<std::string> arguments, const ProbeOptions& options) {
  std::ranges::copy(options.arguments, std::back_inserter(arguments));
  Command command = pgwatch_command(std::move(arguments));
  command.mounts = options.mounts;
  for (const auto& [name, value] : options.environment) command.environment[name] = value;
  if (options.redirection.empty()) return command;
  const std::vector<std::string> shell = {"/bin/sh", "-c", "exec \"$@\" " + options.redirection, "sh"};
  command.arguments.insert(command.arguments.begin(), shell.begin(), shell.end());
  return command;
}

}  // namespace

OneProbe::OneProbe(const std::string& config, ProbeOptions options)
    : began_(steady_clock::now()),
      process_(std::make_unique<Process>(
          command_of({"--once", "--config", folder_.write("pgwatch.yaml", config).string()}, options))) {}

OneProbe::OneProbe(const std::vector<std::string>& arguments, ProbeOptions options)
    : began_(steady_clock::now()), process_(std::make_unique<Process>(command_of(arguments, options))) {}

int OneProbe::status(milliseconds timeout) {
  const int status = process_->wait().value_or(-1);
  const milliseconds beyond = kSanitized ? kSlack : std::chrono::seconds(1);
  EXPECT_LE(steady_clock::now() - began_, timeout + beyond);
  for (const char* role : {"pgwatch", "postgres"})
    for (const std::string& text : {output(), errors()})
      EXPECT_EQ(text.find(password_of(role)), std::string::npos) << text;
  return status;
}

std::string said(const Json& result, const std::string& server, const std::string& check) {
  for (const Json& one : result.at("checks").items())
    if (one.at("target").text() == server && one.at("name").text() == check)
      return one.at("status").text() + ": " + one.at("summary").text();
  return "";
}

}  // namespace pgwatch::test
