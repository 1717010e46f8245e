#include "tests/exporter/config/fixture.h"

#include <sstream>
#include <utility>

namespace pgwatch::config {
namespace {

std::string word(const std::string& conninfo, const std::string& keyword, const std::string& otherwise) {
  std::istringstream words(conninfo);
  for (std::string one; words >> one;) {
    if (one.starts_with(keyword + "=")) return one.substr(keyword.size() + 1);
  }
  return otherwise;
}

ConninfoView read_conninfo(const std::string& conninfo) {
  if (conninfo.find("broken") != std::string::npos) return {.error = "missing \"=\" after \"broken\""};
  return {.host = word(conninfo, "host", "localhost"),
          .port = word(conninfo, "port", "5432"),
          .dbname = word(conninfo, "dbname", "postgres")};
}

Collector collector(const std::string& name, const std::string& label_name) {
  Collector made;
  made.name = name;
  made.help = "About " + name + ".";
  made.source = std::vector<Sql>{{.text = "SELECT 1"}};
  made.columns = {label(label_name), gauge("value", "A value.")};
  return made;
}

}  // namespace

std::vector<Collector> fake_catalogue() {
  Collector bloat = collector("bloat", "relname");
  bloat.enabled = false;
  bloat.lane = Lane::kSlow;
  bloat.scope = Scope::kDatabase;
  bloat.options = {{.name = "top", .help = "How many.", .value = 10, .least = 1, .most = 50}};
  Collector disks = collector("disks", "mountpoint");
  disks.scope = Scope::kHost;
  return {collector("replication", "slot_name"), bloat, disks};
}

std::vector<CheckInfo> fake_checks() {
  return {{.name = "up", .help = "It answers."},
          {.name = "lag", .help = "Its lag.", .unit = Unit::kSeconds, .threshold = {.warning = 60, .critical = 300}},
          {.name = "retained", .help = "Its WAL.", .unit = Unit::kBytes, .threshold = {.warning = 1'048'576}}};
}

Collector fake_freshness(const FreshnessCheckPtr& check) {
  Collector made = collector(collector_name(*check), "check");
  made.kind = "freshness";
  made.servers = check->servers;
  made.prefix = "pgwatch_freshness";
  made.lane = Lane::kSlow;
  made.interval = check->interval;
  made.database = check->database;
  return made;
}

Context fake_context(std::map<std::string, std::string> variables) {
  const auto environment = [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
  return {.catalogue = fake_catalogue(),
          .read_conninfo = read_conninfo,
          .environment = environment,
          .checks = fake_checks(),
          .make_freshness = fake_freshness};
}

std::string with_target(const std::string& text) { return text + "\ntargets: [{conninfo: \"\"}]"; }

Config parse_text(const std::string& text, std::map<std::string, std::string> variables) {
  return parse(text, "f.yaml", fake_context(std::move(variables)));
}

std::string error_of(const std::string& text, std::map<std::string, std::string> variables) {
  try {
    parse_text(text, std::move(variables));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace pgwatch::config
