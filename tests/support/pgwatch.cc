#include "tests/support/pgwatch.h"

#include <signal.h>

#include <stdexcept>
#include <thread>
#include <utility>

#include "tests/support/proc.h"

namespace pgwatch::test {
namespace {

constexpr const char* kFileName = "pgwatch.yaml";

std::string with_listen(const std::string& config) {
  const bool listens = config.starts_with("listen:") || config.find("\nlisten:") != std::string::npos;
  return listens ? config : "listen: [\"127.0.0.1:0\"]\n" + config;
}

bool names_a_server(const std::string& variable) {
  return variable.starts_with("PG") || variable.starts_with("DATA_SOURCE_");
}

// From the first line that says so: … msg=listening address=127.0.0.1:41234
std::optional<std::uint16_t> listening_port(const std::string& log) {
  const std::size_t line = log.find("msg=listening ");
  const std::size_t end = log.find('\n', line);
  const std::size_t address = log.find(" address=", line);
  if (line == std::string::npos || end == std::string::npos || address > end) return std::nullopt;
  const std::size_t address_end = log.find_first_of(" \n", address + 1);
  const std::size_t colon = log.rfind(':', address_end);
  return static_cast<std::uint16_t>(std::stoul(log.substr(colon + 1)));
}

Command command_of(const TemporaryFolder& folder, const std::string& config, PgwatchOptions options) {
  std::vector<std::string> arguments = {"--config", folder.write(kFileName, with_listen(config)).string()};
  arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
  Command command = pgwatch_command(std::move(arguments));
  for (auto& [name, value] : options.environment) command.environment[name] = std::move(value);
  command.mounts = std::move(options.mounts);
  return command;
}

}  // namespace

Pgwatch::Pgwatch(const std::string& config, PgwatchOptions options)
    : process_(command_of(folder_, config, std::move(options))) {
  const auto has_settled = [&] { return listening_port(log()) || !process_.running(); };
  const bool settled = eventually(has_settled);
  const std::optional<std::uint16_t> port = listening_port(log());
  if (!settled || !port) throw std::runtime_error("pgwatch does not listen:\n" + log());
  port_ = *port;
}

HttpResponse Pgwatch::get(const std::string& path, const HttpHeaders& headers) const {
  return http_get(port_, path, headers);
}

Exposition Pgwatch::metrics(const std::string& path, const HttpHeaders& headers) const {
  const HttpResponse response = get(path, headers);
  if (response.status == 200) return Exposition(response.body);
  throw std::runtime_error(path + " answered " + std::to_string(response.status) + ": " + response.body);
}

void Pgwatch::write_config(const std::string& config) const { folder_.write(kFileName, with_listen(config)); }

std::optional<int> Pgwatch::stop() const {
  signal(SIGTERM);
  return wait();
}

std::size_t Pgwatch::open_files() const { return open_files_of(pid()); }

std::size_t Pgwatch::resident_bytes() const { return resident_bytes_of(pid()); }

Command pgwatch_command(std::vector<std::string> arguments) {
  Command command;
  std::erase_if(command.environment, [](const auto& variable) { return names_a_server(variable.first); });
  command.arguments = std::move(arguments);
  command.arguments.emplace(command.arguments.begin(), PGWATCH_BINARY);
  return command;
}

std::string Pgwatch::log() const {
  constexpr std::chrono::milliseconds kMoment{30};
  std::string before;
  std::string log = process_.errors();
  do {
    std::this_thread::sleep_for(kMoment);
    before = std::exchange(log, process_.errors());
  } while (log != before);
  return log;
}

}  // namespace pgwatch::test
