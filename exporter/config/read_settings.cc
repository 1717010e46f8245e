#include <algorithm>
#include <utility>

#include "exporter/config/document.h"
#include "exporter/config/nearest.h"
#include "exporter/config/query_files.h"
#include "exporter/config/read_backups.h"
#include "exporter/config/read_checks.h"
#include "exporter/config/read_freshness.h"
#include "exporter/config/read_systemd.h"
#include "exporter/config/reader.h"
#include "exporter/config/settings.h"
#include "exporter/config/values.h"

namespace pgwatch::config {
namespace {

// One walk over the document. Defaults are read before the targets that start as copies of them, and what makes
// collectors and checks before what is said of them.
class SettingsReader {
 public:
  SettingsReader(const std::string& file_name, const Context& context)
      : file_name_(file_name),
        context_(context),
        reader_(file_name, context.environment),
        catalogue_(context.catalogue),
        checks_(context.checks) {}

  Settings read(const Node& root) {
    TargetSettings& defaults = settings_.defaults;
    const std::vector<Reader::Field> fields = {
        {"listen", [&](const Node& node) { settings_.listen = listen(node); }},
        {"telemetry_path", [&](const Node& node) { settings_.telemetry_path = telemetry_path(node); }},
        {"log", [&](const Node& node) { log(node); }},
        {"timeouts", [&](const Node& node) { global_timeouts(node); }},
        {"turn_interval", [&](const Node& node) { settings_.turn_interval = reader_.duration(node, kSecond, kWeek); }},
        {"connections", [&](const Node& node) { defaults.access.connections = connections(node); }},
        {"queries", [&](const Node& node) { queries(node); }},
        {"labels", [&](const Node& node) { labels(node, defaults.labels); }},
        {"freshness", [&](const Node& node) { freshness(node); }},
        {"collectors", [&](const Node& node) { collectors(node, defaults.collectors, Whose::kAll); }},
        {"checks", [&](const Node& node) { read_checks(reader_, node, checks_, defaults.checks); }},
        {"backups", [&](const Node& node) { settings_.backups = read_backups(reader_, node); }},
        {"systemd", [&](const Node& node) { settings_.systemd = read_systemd(reader_, node, context_.find_user); }},
        {"targets", [&](const Node& node) { targets(node); }},
    };
    reader_.mapping(root, fields);
    if (settings_.targets.empty()) {
      reader_.fail(root.at, "no targets; expected at least one, as targets: [{conninfo: \"host=db1 user=pgwatch\"}]");
    }
    return std::move(settings_);
  }

 private:
  enum class Whose { kAll, kTarget };

  std::vector<std::string> listen(const Node& node) const {
    std::vector<std::string> addresses = reader_.texts(node);
    if (addresses.empty()) reader_.fail(node.at, "expected at least one address, as [\":9187\"]");
    for (std::size_t i = 0; i < addresses.size(); ++i) {
      refuse(listen_problem(addresses[i]), node.items[i]->at);
      const bool twice = std::count(addresses.begin(), addresses.end(), addresses[i]) > 1;
      if (twice) reader_.fail(node.items[i]->at, "address " + shown(node.items[i]->text) + " stands here twice");
    }
    return addresses;
  }

  std::string telemetry_path(const Node& node) const {
    std::string path = reader_.text(node);
    refuse(telemetry_path_problem(path), node.at);
    return path;
  }

  void log(const Node& node) {
    const std::vector<Reader::Field> fields = {
        {"level", [&](const Node& value) { settings_.log.level = log_level(value); }},
        {"format", [&](const Node& value) { settings_.log.format = log_format(value); }},
    };
    reader_.mapping(node, fields);
  }

  std::string log_level(const Node& node) const {
    std::string level = reader_.text(node);
    refuse(log_level_problem(level), node.at);
    return level;
  }

  LogFormat log_format(const Node& node) const {
    return reader_.choice<LogFormat>(node, {{"logfmt", LogFormat::kLogfmt}, {"json", LogFormat::kJson}});
  }

  std::vector<Reader::Field> timeout_fields(Timeouts& timeouts) const {
    return {
        {"connect", [&](const Node& node) { timeouts.connect = timeout(node); }},
        {"statement", [&](const Node& node) { timeouts.statement = timeout(node); }},
        {"slow_statement", [&](const Node& node) { timeouts.slow_statement = timeout(node); }},
    };
  }

  void global_timeouts(const Node& node) {
    std::vector<Reader::Field> fields = timeout_fields(settings_.defaults.access.timeouts);
    fields.push_back({"scrape", [&](const Node& value) { settings_.scrape_timeout = scrape_timeout(value); }});
    reader_.mapping(node, fields);
  }

  Milliseconds timeout(const Node& node) const { return reader_.duration(node, kShortestTimeout, kHour); }

  // As long as a request may say.
  Milliseconds scrape_timeout(const Node& node) const { return reader_.duration(node, kShortestTimeout, kMinute); }

  int connections(const Node& node) const { return reader_.integer(node, 2, 10); }

  void labels(const Node& node, std::map<std::string, std::string>& labels) const {
    for (const Entry& entry : reader_.entries(node)) {
      refuse(label_problem(entry.key, catalogue_), entry.at);
      labels[entry.key] = reader_.text(*entry.value);
    }
  }

  void freshness(const Node& node) {
    for (WrittenFreshness& written : read_freshness(reader_, node, checks_)) {
      checks_.push_back(check_info(*written.check));
      catalogue_.push_back(context_.make_freshness(written.check));
      settings_.freshness.push_back({std::move(written.check), catalogue_.back(), std::move(written.servers_at)});
    }
  }

  void queries(const Node& node) {
    settings_.queries = read_query_files(reader_, node, file_name_, context_.environment);
    for (const Collector& query : settings_.queries) {
      const auto same = std::ranges::find(catalogue_, query.name, &Collector::name);
      if (same != catalogue_.end())
        throw Error(query.origin + ": query " + query.name + " has the name of a collector of pgwatch's; rename it");
      for (ColumnCheck& check : column_checks(query)) add_check(query, std::move(check.info));
    }
    catalogue_.insert(catalogue_.end(), settings_.queries.begin(), settings_.queries.end());
  }

  void add_check(const Collector& query, CheckInfo check) {
    if (std::ranges::find(checks_, check.name, &CheckInfo::name) != checks_.end())
      throw Error(query.origin + ": query " + query.name + " makes a check " + check.name +
                  ", and there is one of that name; rename the query or the column");
    checks_.push_back(std::move(check));
  }

  void targets(const Node& node) {
    for (const NodePtr& item : reader_.items(node)) settings_.targets.push_back(target(*item));
  }

  TargetSettings target(const Node& node) const {
    if (node.kind != Node::Kind::kMapping)
      reader_.fail(node.at, "expected a target, as {name: main, conninfo: \"host=db1\"}");
    TargetSettings target = settings_.defaults;
    target.name_at = target.conninfo_at = reader_.where(node.at);
    Access& access = target.access;
    const std::vector<Reader::Field> fields = {
        {"name", [&](const Node& value) { name(value, target); }},
        {"conninfo", [&](const Node& value) { conninfo(value, target); }},
        {"password_file", [&](const Node& value) { access.password_file = reader_.text(value); }},
        {"role", [&](const Node& value) { target.role = role(value); }},
        {"labels", [&](const Node& value) { labels(value, target.labels); }},
        {"cluster", [&](const Node& value) { cluster(value, node, target); }},
        {"pooler", [&](const Node& value) { access.pooler = reader_.boolean(value); }},
        {"connections", [&](const Node& value) { access.connections = connections(value); }},
        {"timeouts", [&](const Node& value) { reader_.mapping(value, timeout_fields(access.timeouts)); }},
        {"databases", [&](const Node& value) { databases(value, target.databases); }},
        {"local", [&](const Node& value) { target.local = local(value); }},
        {"collectors", [&](const Node& value) { collectors(value, target.collectors, Whose::kTarget); }},
        {"checks", [&](const Node& value) { read_checks(reader_, value, checks_, target.checks); }},
    };
    reader_.mapping(node, fields);
    return target;
  }

  void name(const Node& node, TargetSettings& target) const {
    target.name = reader_.text(node);
    target.name_at = reader_.where(node.at);
    if (target.name.empty()) reader_.fail(node.at, "a name is not empty; without the key it is made from conninfo");
    const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
    if (std::ranges::any_of(target.name, is_control))
      reader_.fail(node.at, "a name is one line, of letters people can see");
  }

  void conninfo(const Node& node, TargetSettings& target) const {
    target.access.conninfo = Secret(reader_.text(node));
    target.conninfo_at = reader_.where(node.at);
  }

  Role role(const Node& node) const {
    return reader_.choice<Role>(node, {{"any", Role::kAny}, {"primary", Role::kPrimary}, {"standby", Role::kStandby}});
  }

  Local local(const Node& node) const {
    return reader_.choice<Local>(node, {{"auto", Local::kAuto}, {"true", Local::kAlways}, {"false", Local::kNever}});
  }

  void cluster(const Node& node, const Node& target_node, TargetSettings& target) const {
    refuse(label_problem("cluster", catalogue_), node.at);
    for (const Entry& entry : target_node.entries) {
      if (entry.key == "labels" && has_key(*entry.value, "cluster")) {
        reader_.fail(node.at, "cluster is given twice: cluster is short for labels.cluster, leave one out");
      }
    }
    target.labels["cluster"] = reader_.text(node);
  }

  static bool has_key(const Node& node, const std::string& key) {
    return std::any_of(node.entries.begin(), node.entries.end(), [&](const Entry& entry) { return entry.key == key; });
  }

  void databases(const Node& node, DatabaseFilter& filter) const {
    const std::vector<Reader::Field> fields = {
        {"include", [&](const Node& value) { filter.include = reader_.texts(value); }},
        {"exclude", [&](const Node& value) { filter.exclude = reader_.texts(value); }},
    };
    reader_.mapping(node, fields);
  }

  void collectors(const Node& node, std::map<std::string, CollectorSettings>& settings, Whose whose) const {
    for (const Entry& entry : reader_.entries(node)) {
      const Collector& collector = find_collector(entry);
      if (whose == Whose::kTarget && collector.scope == Scope::kHost) {
        reader_.fail(entry.at,
                     "collector " + collector.name + " reads the host, not a target; set it under the top collectors");
      }
      collector_settings(*entry.value, collector, settings[collector.name]);
    }
  }

  const Collector& find_collector(const Entry& entry) const {
    std::vector<std::string> names;
    for (const Collector& collector : catalogue_) {
      if (collector.name == entry.key) return collector;
      names.push_back(collector.name);
    }
    reader_.fail(entry.at, "unknown collector " + shown(entry.key) + known_words(entry.key, names));
  }

  void collector_settings(const Node& node, const Collector& collector, CollectorSettings& settings) const {
    if (node.kind == Node::Kind::kText) {
      settings.enabled = reader_.boolean(node);
      return;
    }
    if (node.kind != Node::Kind::kMapping) {
      reader_.fail(node.at, "expected true, false or settings, as {enabled: true, keep: 10s}");
    }
    std::vector<Reader::Field> fields = {
        {"enabled", [&](const Node& value) { settings.enabled = reader_.boolean(value); }},
        {"interval", [&](const Node& value) { settings.interval = interval(value, collector); }},
        {"keep", [&](const Node& value) { settings.keep = reader_.duration(value, Milliseconds{0}, kWeek); }},
        {"max_series", [&](const Node& value) { settings.max_series = most_series(value); }},
    };
    for (const Option& option : collector.options)
      if (!option.of_target)
        fields.push_back({option.name, [&](const Node& value) {
                            settings.options[option.name] = reader_.integer(value, option.least, option.most);
                          }});
    reader_.mapping(node, fields);
  }

  std::size_t most_series(const Node& node) const {
    return static_cast<std::size_t>(reader_.integer(node, 1, 1'000'000));
  }

  Milliseconds interval(const Node& node, const Collector& collector) const {
    if (collector.lane == Lane::kFast) {
      reader_.fail(node.at, "collector " + collector.name +
                                " is asked with each scrape and has no interval of its own; " +
                                "keep says how long an answer may be served again");
    }
    return reader_.duration(node, kSecond, kWeek);
  }

  void refuse(const std::string& problem, Position at) const {
    if (!problem.empty()) reader_.fail(at, problem);
  }

  const std::string& file_name_;
  const Context& context_;
  Reader reader_;
  std::vector<Collector> catalogue_;  // those of freshness and the user's queries included
  std::vector<CheckInfo> checks_;
  Settings settings_;
};

}  // namespace

Settings read_settings(const std::string& text, const std::string& file_name, const Context& context) {
  const NodePtr root = parse_document(text, file_name);
  return SettingsReader(file_name, context).read(*root);
}

}  // namespace pgwatch::config
