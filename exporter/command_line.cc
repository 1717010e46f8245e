#include "exporter/command_line.h"

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include "exporter/command_line_arguments.h"
#include "exporter/config/nearest.h"
#include "exporter/config/values.h"
#include "exporter/foreign.h"

namespace pgwatch::command_line {
namespace {

bool has(int argc, const char* const* argv, std::string_view flag) {
  return std::any_of(argv + std::min(argc, 1), argv + argc, [&](const char* argument) { return argument == flag; });
}

// -- Values -----------------------------------------------------------------------------------------------------------

// A value and where it was said, for messages.
struct Given {
  std::string source;
  std::string value;
};

[[noreturn]] void fail(const Given& given, const std::string& problem) {
  throw UsageError(given.source + " \"" + given.value + "\": " + problem);
}

void refuse(const Given& given, const std::string& problem) {
  if (!problem.empty()) fail(given, problem);
}

std::string checked_role(const std::string& role) {
  refuse({"--grants", role}, role_problem(role));
  return role;
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts;
  std::istringstream stream(list);
  for (std::string part; std::getline(stream >> std::ws, part, ',');) {
    part.erase(part.find_last_not_of(" \t") + 1);
    if (!part.empty()) parts.push_back(std::move(part));
  }
  return parts;
}

std::map<std::string, std::string> read_labels(const Given& given, std::span<const Collector> catalogue) {
  std::map<std::string, std::string> labels;
  for (const std::string& pair : split(given.value)) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos) fail(given, "expected NAME=VALUE,…");
    const std::string name = pair.substr(0, equals);
    refuse(given, config::label_problem(name, catalogue));
    labels[name] = pair.substr(equals + 1);
  }
  return labels;
}

void apply(const Given& given, const std::string& flag, config::Overrides& overrides,
           std::span<const Collector> catalogue) {
  if (flag == "--web.telemetry-path") {
    refuse(given, config::telemetry_path_problem(given.value));
    overrides.telemetry_path = given.value;
  } else if (flag == "--log.level") {
    refuse(given, config::log_level_problem(given.value));
    overrides.log_level = given.value;
  } else if (flag == "--log.format") {
    overrides.log_format = config::read_log_format(given.value);
    if (!overrides.log_format) fail(given, "expected logfmt or json");
  } else if (flag == "--include-databases") {
    overrides.include = split(given.value);
  } else if (flag == "--exclude-databases") {
    overrides.exclude = split(given.value);
  } else if (flag == "--constantLabels") {
    overrides.labels = read_labels(given, catalogue);
  }
}

// The argument, else the variable; an empty one counts as none, as in postgres_exporter.
std::optional<Given> find(const std::string& value, const std::string& flag, const std::string& variable,
                          const config::Environment& environment) {
  if (!value.empty()) return Given{flag, value};
  const std::string stand_in = variable.empty() ? "" : environment(variable).value_or("");
  if (stand_in.empty()) return std::nullopt;
  return Given{variable, stand_in};
}

void apply_values(const Arguments& arguments, const config::Environment& environment,
                  std::span<const Collector> catalogue, config::Overrides& overrides) {
  for (const auto& [flag, variable] : kValues) {
    if (const auto given = find(arguments.values.at(flag), flag, variable, environment)) {
      apply(*given, flag, overrides, catalogue);
    }
  }
}

void apply_listen(const Arguments& arguments, const config::Environment& environment, config::Overrides& overrides) {
  std::vector<std::string> addresses = arguments.listen;
  std::string source = "--web.listen-address";
  if (addresses.empty()) {
    source = "PG_EXPORTER_WEB_LISTEN_ADDRESS";
    if (const std::string address = environment(source).value_or(""); !address.empty()) addresses = {address};
  }
  for (const std::string& address : addresses) refuse({source, address}, config::listen_problem(address));
  overrides.listen = std::move(addresses);
}

// -- Once -------------------------------------------------------------------------------------------------------------

void apply_once_value(const Given& given, once::Options& options) {
  if (given.source == "--timeout") {
    const auto timeout = config::read_duration(given.value);
    if (!timeout || timeout->count() < 100 || *timeout > std::chrono::hours(1))
      fail(given, "expected a time from 100ms to 1h, as 10s");
    options.timeout = *timeout;
  } else if (given.source == "--format") {
    const auto format = once::read_format(given.value);
    if (!format) fail(given, "expected human, json or prometheus");
    options.format = *format;
  } else if (given.source == "--exit-style") {
    const auto style = once::read_exit_style(given.value);
    if (!style) fail(given, "expected nagios, binary or zero");
    options.exit_style = *style;
  } else {
    if (given.value.empty()) fail(given, "names no file");
    options.output = given.value;
  }
}

once::Options read_once(const Arguments& arguments) {
  once::Options options{.checks = arguments.checks};
  options.verbose = arguments.verbose;
  for (const std::string& check : options.checks)
    if (check.empty()) fail({"--check", check}, "names no check");
  for (const auto& [flag, value] : arguments.once_values) apply_once_value({flag, value}, options);
  return options;
}

void refuse_without_once(const Arguments& arguments) {
  std::string flag = arguments.verbose ? "--verbose" : arguments.checks.empty() ? "" : "--check";
  for (const auto& [name, value] : arguments.once_values) flag = name;
  if (!flag.empty()) throw UsageError(flag + " goes with --once");
}

// -- What CLI11 left --------------------------------------------------------------------------------------------------

std::string our_name(const std::string& name) {
  for (const auto& [theirs, ours] : kCollectorAliases) {
    if (name == theirs) return std::string(ours);
  }
  return name;
}

void apply_collector(const std::string& argument, const std::string& written, bool enabled,
                     std::span<const Collector> catalogue, config::Overrides& overrides) {
  if (const std::size_t dot = written.find('.'); dot != std::string::npos) {
    throw UsageError(argument + ": the settings of a collector stand in the file, under collectors." +
                     our_name(written.substr(0, dot)));
  }
  if (written.find('=') != std::string::npos) throw UsageError(argument + ": takes no value; --no-collector.NAME");
  const std::string name = our_name(written);
  std::vector<std::string> names;
  for (const Collector& collector : catalogue) names.push_back(collector.name);
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    const bool foreign = std::ranges::find(kForeignCollectors, name) != kForeignCollectors.end();
    if (foreign && !enabled) return;
    throw UsageError(argument + ": unknown collector \"" + name + "\"" + config::known_words(name, names));
  }
  overrides.collectors[name] = enabled;
}

// postgres_exporter's word for --no-collector.settings.
void apply_no_settings(const Arguments& arguments, const config::Environment& environment,
                       config::Overrides& overrides) {
  const Given variable{"PG_EXPORTER_DISABLE_SETTINGS_METRICS",
                       environment("PG_EXPORTER_DISABLE_SETTINGS_METRICS").value_or("")};
  const bool said = variable.value == "true" || variable.value == "1";
  if (!said && !variable.value.empty() && variable.value != "false" && variable.value != "0")
    fail(variable, "expected true or false");
  if (said || arguments.disable_settings) overrides.collectors["settings"] = false;
}

[[noreturn]] void refuse_foreign(const std::string& said, const Foreign& foreign) {
  throw UsageError(said + " is postgres_exporter's and not pgwatch's: " + std::string(foreign.instead));
}

[[noreturn]] void refuse_unknown(const std::string& argument, const std::vector<std::string>& known) {
  const std::string flag = argument.substr(0, argument.find('='));
  for (const Foreign& foreign : kForeign) {
    if (flag == foreign.flag) refuse_foreign(flag, foreign);
  }
  if (!flag.starts_with("--")) throw UsageError("unexpected argument " + config::shown(flag) + "; see --help");
  const std::string meant = config::nearest(flag, known);
  throw UsageError("unknown option " + flag +
                   (meant.empty() ? "; see --help" : "; did you mean " + meant + "? See --help"));
}

void refuse_no_discovery(const Arguments& arguments) {
  if (arguments.auto_discover) return;
  const auto* foreign = std::ranges::find(kForeign, "--no-auto-discover-databases", &Foreign::flag);
  refuse_foreign("--auto-discover-databases=false", *foreign);
}

void apply_rest(const Arguments& arguments, std::span<const Collector> catalogue, config::Overrides& overrides) {
  constexpr std::string_view kOn = "--collector.";
  constexpr std::string_view kOff = "--no-collector.";
  for (const std::string& argument : arguments.rest) {
    const bool on = argument.starts_with(kOn);
    if (!on && !argument.starts_with(kOff)) refuse_unknown(argument, arguments.known);
    apply_collector(argument, argument.substr(on ? kOn.size() : kOff.size()), on, catalogue, overrides);
  }
}

void refuse_foreign_variables(const config::Environment& environment) {
  for (const Foreign& foreign : kForeign) {
    if (foreign.variable.empty()) continue;
    const std::string variable(foreign.variable);
    const std::string value = environment(variable).value_or("");
    if (value.empty() || value == foreign.harmless) continue;
    refuse_foreign(variable, foreign);
  }
}

}  // namespace

Options parse(int argc, const char* const* argv, const config::Environment& environment,
              std::span<const Collector> catalogue) {
  if (has(argc, argv, "--help")) return {.mode = Mode::kHelp};
  if (has(argc, argv, "--version")) return {.mode = Mode::kVersion};
  const Arguments arguments = read(argc, argv);
  if (arguments.config_given && arguments.config_file.empty()) throw UsageError("--config: names no file");
  Options options;
  if (arguments.check_config) options.mode = Mode::kCheckConfig;
  options.connect = arguments.connect;
  if (arguments.describe) options.mode = Mode::kDescribe;
  if (arguments.grants) options.mode = Mode::kGrants;
  if (arguments.role) options.role = checked_role(*arguments.role);
  if (arguments.once) {
    options.mode = Mode::kOnce;
    options.once = read_once(arguments);
  } else {
    refuse_without_once(arguments);
  }
  options.config_file = arguments.config_file;
  apply_listen(arguments, environment, options.overrides);
  apply_values(arguments, environment, catalogue, options.overrides);
  apply_no_settings(arguments, environment, options.overrides);
  apply_rest(arguments, catalogue, options.overrides);
  refuse_no_discovery(arguments);
  refuse_foreign_variables(environment);
  return options;
}

}  // namespace pgwatch::command_line
