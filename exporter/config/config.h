// Config: what a user wrote, checked, as plain values. yaml-cpp stays behind this door.
//
// Pure but for reading the files it is given; any thread.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/model/backup.h"
#include "exporter/model/freshness.h"
#include "exporter/model/systemd.h"
#include "exporter/model/world.h"

namespace pgwatch::config {

// file:line:column: what is wrong, what was expected, the nearest known key. Holds no secret.
class Error : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// What only libpq can say of a connection string.
struct ConninfoView {
  std::string error = {};  // "" where it is well formed; holds no secret
  std::string host = {};   // first host, "localhost" for a socket
  std::string port = {};
  std::string dbname = {};
};
using ConninfoReader = std::function<ConninfoView(const std::string& conninfo)>;

// How a freshness check is asked: collectors/freshness.
using FreshnessMaker = std::function<Collector(FreshnessCheckPtr check)>;

// Who looks after a backup: collectors/backups.
using BackupMaker = std::function<Collector(const BackupPtr& backup)>;

// What is seen of service managers: collectors/systemd.
using SystemdMaker = std::function<std::vector<Collector>(const SystemdPtr& systemd)>;

// The number of a user that this machine knows.
using UserFinder = std::function<std::optional<unsigned>(const std::string& name)>;

using Environment = std::function<std::optional<std::string>(const std::string& name)>;

enum class LogFormat { kLogfmt, kJson };

struct Log {
  std::string level = "info";  // debug, info, warn, error
  LogFormat format = LogFormat::kLogfmt;
};

// What the command line said: it goes before the file, at each reload too. Checked by command_line::parse.
struct Overrides {
  std::vector<std::string> listen = {};
  std::optional<std::string> telemetry_path = {};
  std::optional<std::string> log_level = {};
  std::optional<LogFormat> log_format = {};
  std::map<std::string, bool> collectors = {};           // on or off, for every target
  std::map<std::string, std::string> labels = {};        // of every target
  std::optional<std::vector<std::string>> include = {};  // databases, of every target
  std::optional<std::vector<std::string>> exclude = {};
};

// What configuration stands on: the outside world, passed in so that tests can make it.
struct Context {
  std::vector<Collector> catalogue;
  ConninfoReader read_conninfo;
  Environment environment;
  Overrides overrides = {};
  std::vector<CheckInfo> checks = {};
  FreshnessMaker make_freshness = {};
  BackupMaker make_backup = {};
  SystemdMaker make_systemd = {};
  UserFinder find_user = {};
};

struct Config {
  std::vector<std::string> listen = {":9187"};
  std::string telemetry_path = "/metrics";
  Log log;
  std::vector<Collector> queries;  // of one's own; the World has them, too
  World world;
};

// Reads a YAML file; `text` instead of the file in tests. Throws Error.
Config load_file(const std::string& path, const Context& context);
Config parse(const std::string& text, const std::string& file_name, const Context& context);

// Without a file: postgres_exporter's environment (DATA_SOURCE_NAME, or DATA_SOURCE_URI with _USER and _PASS, each also
// as _FILE) where any of it is set, else libpq's own. Throws Error naming the variable.
Config from_environment(const Context& context);

}  // namespace pgwatch::config
