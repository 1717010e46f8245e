// Settings: what was written, each value checked by itself, before it is put together.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "exporter/config/config.h"

namespace pgwatch::config {

// What was said of a collector; what was not said stays as it is in the catalogue.
struct CollectorSettings {
  std::optional<bool> enabled = {};
  std::optional<Milliseconds> interval = {};
  std::optional<Milliseconds> keep = {};
  std::optional<std::size_t> max_series = {};
  std::map<std::string, int> options = {};  // the collector's own
};

struct BackupSettings {
  Backup backup;          // without the labels of its target
  std::string server_at;  // file:line:column of its server
};

// Whether a server's files are this machine's: looked up, or as it is said.
enum class Local { kNever, kAlways, kAuto };

struct TargetSettings {
  std::string name = {};  // "" where it is made from the connection string
  Role role = Role::kAny;
  std::map<std::string, std::string> labels = {};
  Access access = {};
  DatabaseFilter databases = {};
  Local local = Local::kAuto;
  std::map<std::string, CollectorSettings> collectors = {};
  CheckSettings checks = {};

  // file:line:column, or the name of a variable: for what shows only when all targets are known
  std::string name_at = {};
  std::string conninfo_at = {};
};

// A check of freshness, and who asks.
struct FreshnessSettings {
  FreshnessCheckPtr check;
  Collector collector;
  std::string at = {};  // file:line:column of its servers
};

struct Settings {
  std::vector<std::string> listen = {":9187"};
  std::string telemetry_path = "/metrics";
  Log log = {};
  Milliseconds turn_interval = World{}.turn_interval;
  Milliseconds scrape_timeout = World{}.scrape_timeout;
  TargetSettings defaults = {};  // of every target; its collectors are the host's too
  std::vector<TargetSettings> targets = {};
  std::vector<FreshnessSettings> freshness = {};
  std::vector<Collector> queries = {};
  std::vector<BackupSettings> backups = {};
  std::optional<Systemd> systemd = Systemd{};  // none: turned off
};

// Each throws Error. read_settings knows the places in the file; data_sources the names of the variables.
Settings read_settings(const std::string& text, const std::string& file_name, const Context& context);
std::vector<TargetSettings> data_sources(const Environment& environment);

// Lets the overrides go first, names the unnamed targets, makes the instruments.
Config make_config(Settings settings, const Context& context);

}  // namespace pgwatch::config
