// Command line: what the arguments and postgres_exporter's variables mean. CLI11 stays behind this door. Pure.
#pragma once

#include <span>
#include <stdexcept>
#include <string>

#include "exporter/config/config.h"
#include "exporter/grants.h"
#include "exporter/once/options.h"

namespace pgwatch::command_line {

// What is wrong with the arguments, and what to write instead. Exit status 3, or 1 where --exit-style is binary.
class UsageError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

enum class Mode { kServe, kOnce, kCheckConfig, kDescribe, kGrants, kVersion, kHelp };

struct Options {
  Mode mode = Mode::kServe;
  bool connect = false;              // with kCheckConfig: also ask the servers
  std::string config_file = {};      // "" for none: the environment says what to watch
  config::Overrides overrides = {};  // for config::Context
  once::Options once = {};           // where that is the mode
  std::string role{kUsualRole};      // for kGrants
};

// Throws UsageError. --help and --version are answered whatever else is wrong.
Options parse(int argc, const char* const* argv, const config::Environment& environment,
              std::span<const Collector> catalogue);

std::string help();  // one screen, ends with a newline

}  // namespace pgwatch::command_line
