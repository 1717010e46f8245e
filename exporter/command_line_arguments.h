// The arguments of the command line as they came. Only for command_line.cc.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pgwatch::command_line {

struct Arguments {
  std::string config_file;
  bool config_given = false;
  bool check_config = false;
  bool connect = false;
  bool describe = false;
  bool grants = false;
  std::optional<std::string> role;  // none: the usual one
  bool once = false;
  bool verbose = false;
  bool auto_discover = true;  // pgwatch always does
  bool disable_settings = false;
  std::vector<std::string> checks;
  std::map<std::string, std::string> once_values;  // given ones of the options that go with --once, by name
  std::vector<std::string> listen;
  std::map<std::string, std::string> values;  // of the options below, by name
  std::vector<std::string> rest;
  std::vector<std::string> known;  // every option there is
};

// Options that override the file, and the variable that stands in for each.
constexpr std::array kValues = {
    std::pair<const char*, const char*>{"--web.telemetry-path", "PG_EXPORTER_WEB_TELEMETRY_PATH"},
    std::pair<const char*, const char*>{"--log.level", ""},
    std::pair<const char*, const char*>{"--log.format", ""},
    std::pair<const char*, const char*>{"--include-databases", "PG_EXPORTER_INCLUDE_DATABASES"},
    std::pair<const char*, const char*>{"--exclude-databases", "PG_EXPORTER_EXCLUDE_DATABASES"},
    std::pair<const char*, const char*>{"--constantLabels", "PG_EXPORTER_CONSTANT_LABELS"},
};

// Throws UsageError.
Arguments read(int argc, const char* const* argv);

}  // namespace pgwatch::command_line
