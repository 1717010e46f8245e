// pgwatch: reads its orders, wires the parts together, and waits for signals.
#include <cstdlib>
#include <iostream>
#include <span>

#include "collectors/catalogue.h"
#include "exporter/command_line.h"
#include "exporter/describe.h"
#include "exporter/grants.h"
#include "exporter/once/once.h"
#include "exporter/program.h"
#include "exporter/rehearsal.h"
#include "exporter/util/log.h"
#include "exporter/util/signals.h"
#include "exporter/util/standard_streams.h"
#include "exporter/version.h"

namespace pgwatch {
namespace {

// Wrong usage is never 2, which pages where a scheduler meant --once.
enum ExitStatus : int { kDone = 0, kFailed = 1, kUsage = 3 };

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

// A thread is left in a call that does not return: no destructor may run under it.
[[noreturn]] void end_at_once(int status) {
  log::flush();
  std::_Exit(status);
}

void reload(Program& program, service::Manager& manager) {
  manager.reloading();
  manager.remark(program.reload() ? "" : "the new configuration is no good, and the old one in force");
  manager.ready();
}

int serve(const ConfigSource& source, service::Manager& manager) {
  Signals signals;
  Program program(source, service::passed_sockets(environment));
  program.report_to(manager);
  manager.ready();
  while (signals.next() == Signals::Wish::kReload) reload(program, manager);
  log::info("stopping");
  manager.stopping();
  if (program.stop()) return kDone;
  end_at_once(kDone);
}

// Who starts the program for others to use is told how it is.
int serve(const ConfigSource& source) {
  service::Manager manager(environment);
  try {
    return serve(source, manager);
  } catch (const std::exception& error) {
    manager.failed(error.what());
    throw;
  }
}

// What goes wrong is told in the result; on stderr only what is worth a warning.
int probe(command_line::Options options, const std::vector<Collector>& catalogue) {
  if (!options.overrides.log_level) options.overrides.log_level = "warn";
  const ConfigSource source(options, catalogue, environment);
  const auto load = [&source] { return world_of(load_and_configure(source)); };
  return once::run(load, options.once, kVersion);
}

int complain(std::string_view error, ExitStatus status) {
  std::cerr << log::error_prefix() << "pgwatch: " << error << '\n';
  return status;
}

int print(const std::string& text) {
  if (!(std::cout << text << std::flush)) throw std::runtime_error("cannot write to standard output");
  return kDone;
}

std::string summary_of(const config::Config& config) {
  const std::size_t queries = config.queries.size();
  return "configuration is valid: " + std::to_string(config.world.targets.size()) + " target(s), " +
         std::to_string(queries) + (queries == 1 ? " query" : " queries") + "\n";
}

int check_config(const ConfigSource& source) { return print(summary_of(load_and_configure(source))); }

// What the servers say is told in the result; the log would say it again.
int rehearse(command_line::Options options, const std::vector<Collector>& catalogue) {
  constexpr std::chrono::seconds kPatience{30};
  if (!options.overrides.log_level) options.overrides.log_level = "error";
  const config::Config config = load_and_configure(ConfigSource(options, catalogue, environment));
  Rehearsal rehearsal(config);
  const Rehearsal::Result result = rehearsal.run(std::chrono::steady_clock::now() + kPatience);
  print(summary_of(config) + result.report);
  if (!rehearsal.stop()) end_at_once(result.is_well ? kDone : kFailed);
  return result.is_well ? kDone : kFailed;
}

// With a configuration also the user's own queries.
int describe_all(const command_line::Options& options, std::vector<Collector> catalogue) {
  if (options.config_file.empty()) return print(describe(catalogue));
  const config::Config config = ConfigSource(options, catalogue, environment).load();
  catalogue.insert(catalogue.end(), config.queries.begin(), config.queries.end());
  return print(describe(catalogue));
}

int run(int argc, char** argv) {
  const std::vector<Collector> catalogue = collectors::catalogue();
  const command_line::Options options = command_line::parse(argc, argv, environment, catalogue);
  if (options.mode == command_line::Mode::kOnce) return probe(options, catalogue);
  const ConfigSource source(options, catalogue, environment);
  switch (options.mode) {
    case command_line::Mode::kHelp: return print(command_line::help());
    case command_line::Mode::kVersion: return print(std::string("pgwatch ") + kVersion + '\n');
    case command_line::Mode::kDescribe: return describe_all(options, catalogue);
    case command_line::Mode::kGrants: return print(grants(options.role));
    case command_line::Mode::kCheckConfig: return options.connect ? rehearse(options, catalogue) : check_config(source);
    case command_line::Mode::kServe: return serve(source);
    case command_line::Mode::kOnce: break;
  }
  return kUsage;
}

}  // namespace
}  // namespace pgwatch

int main(int argc, char** argv) {
  pgwatch::open_standard_streams();
  try {
    return pgwatch::run(argc, argv);
  } catch (const pgwatch::command_line::UsageError& error) {
    const std::span<const char* const> arguments(argv, static_cast<std::size_t>(argc));
    if (const auto manner = pgwatch::once::manner_of_complaint(arguments))
      return pgwatch::once::complain(error.what(), *manner, pgwatch::kVersion);
    return pgwatch::complain(error.what(), pgwatch::kUsage);
  } catch (const std::exception& error) {
    return pgwatch::complain(error.what(), pgwatch::kFailed);
  }
}
