// Config: what a user wrote, checked, as plain values. yaml-cpp stays behind this door.
#pragma once

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/model/world.h"

namespace pgwatch::config {

// file:line:column: what is wrong, what was expected, the nearest known key.
class Error : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// What only libpq can say of a connection string.
struct ConninfoView {
  std::string error;  // "" where it is well formed; holds no secret
  std::string host;   // first host, "localhost" for a socket
  std::string port;
  std::string dbname;
};
using ConninfoReader = std::function<ConninfoView(const std::string& conninfo)>;

// What configuration stands on: the outside world, passed in so that tests can make it.
struct Context {
  std::vector<Collector> catalogue;
  ConninfoReader read_conninfo;
  std::function<std::optional<std::string>(const std::string& name)> environment;
};

enum class LogFormat { kLogfmt, kJson };

struct Log {
  std::string level = "info";  // debug, info, warn, error
  LogFormat format = LogFormat::kLogfmt;
};

struct Config {
  std::vector<std::string> listen = {":9187"};
  std::string telemetry_path = "/metrics";
  Log log;
  World world;
};

// Reads a YAML file; `text` instead of the file in tests. Throws Error.
Config load_file(const std::string& path, const Context& context);
Config parse(const std::string& text, const std::string& file_name, const Context& context);

// Without a file: postgres_exporter's environment (DATA_SOURCE_NAME, or DATA_SOURCE_URI with _USER and _PASS, each also as
// _FILE) where any of it is set, else libpq's own. Throws Error naming the variable.
Config from_environment(const Context& context);

}  // namespace pgwatch::config
