#include <algorithm>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "exporter/config/nearest.h"
#include "exporter/config/settings.h"
#include "exporter/config/values.h"

namespace pgwatch::config {
namespace {

// Instruments, made once for all targets that use a collector the same way.
class Instruments {
 public:
  // What is said of the collector goes before what it says itself.
  InstrumentPtr get(Collector collector, const CollectorSettings& settings) {
    collector.interval = settings.interval.value_or(collector.interval);
    collector.keep = settings.keep.value_or(collector.keep);
    collector.max_series = settings.max_series.value_or(collector.max_series);
    for (Option& option : collector.options)
      if (const auto found = settings.options.find(option.name); found != settings.options.end())
        option.value = found->second;
    InstrumentPtr& made =
        made_[{collector.name, collector.interval, collector.keep, collector.max_series, settings.options}];
    if (!made) made = std::make_shared<const Instrument>(std::move(collector));
    return made;
  }

  // One of each name: the same collector with other settings is no clash.
  void check() const {
    std::map<std::string, InstrumentPtr> by_name;
    for (const auto& [key, instrument] : made_) by_name.emplace(instrument->name(), instrument);
    std::vector<InstrumentPtr> instruments;
    for (const auto& [name, instrument] : by_name) instruments.push_back(instrument);
    check_clashes(instruments);
  }

 private:
  using Key = std::tuple<std::string, Milliseconds, Milliseconds, std::size_t, std::map<std::string, int>>;
  std::map<Key, InstrumentPtr> made_;
};

CollectorSettings settings_of(const Collector& collector, const std::map<std::string, CollectorSettings>& all) {
  const auto found = all.find(collector.name);
  return found == all.end() ? CollectorSettings{} : found->second;
}

bool takes(const std::vector<std::string>& patterns, const std::string& target) {
  return patterns.empty() ||
         std::ranges::any_of(patterns, [&](const std::string& pattern) { return matches(pattern, target); });
}

std::vector<InstrumentPtr> choose(const std::vector<Collector>& catalogue, bool of_host,
                                  const std::map<std::string, CollectorSettings>& all, Instruments& instruments) {
  std::vector<InstrumentPtr> chosen;
  for (const Collector& collector : catalogue) {
    const CollectorSettings settings = settings_of(collector, all);
    const bool fits = (collector.scope == Scope::kHost) == of_host;
    if (fits && settings.enabled.value_or(collector.enabled)) chosen.push_back(instruments.get(collector, settings));
  }
  return chosen;
}

// -- Overrides --------------------------------------------------------------------------------------------------------

void override_target(TargetSettings& target, const Overrides& overrides) {
  for (const auto& [name, enabled] : overrides.collectors) target.collectors[name].enabled = enabled;
  for (const auto& [name, value] : overrides.labels) target.labels[name] = value;
  if (overrides.include) target.databases.include = *overrides.include;
  if (overrides.exclude) target.databases.exclude = *overrides.exclude;
}

void apply_overrides(Settings& settings, const Overrides& overrides) {
  if (!overrides.listen.empty()) settings.listen = overrides.listen;
  settings.telemetry_path = overrides.telemetry_path.value_or(settings.telemetry_path);
  settings.log.level = overrides.log_level.value_or(settings.log.level);
  settings.log.format = overrides.log_format.value_or(settings.log.format);
  override_target(settings.defaults, overrides);
  for (TargetSettings& target : settings.targets) override_target(target, overrides);
}

// -- Names ------------------------------------------------------------------------------------------------------------

std::string address(const ConninfoView& view) {
  const bool is_ipv6 = view.host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + view.host + "]" : view.host) + ":" + view.port;
}

using Count = std::map<std::string, int>;

Count count_names(const std::vector<TargetSettings>& targets) {
  Count count;
  for (const TargetSettings& target : targets) ++count[target.name];
  return count;
}

void refuse_same_names(const std::vector<TargetSettings>& targets) {
  std::map<std::string, std::string> places;
  for (const TargetSettings& target : targets) {
    const auto [first, is_new] = places.emplace(target.name, target.name_at);
    if (is_new) continue;
    const std::string other = first->second == target.name_at ? "" : " at " + first->second;
    throw Error(target.name_at + ": name " + shown(target.name) + " is taken by another target" + other +
                "; names must differ");
  }
}

// Unnamed targets are called host:port, and those of them whose name another target has host:port/dbname.
void name_targets(std::vector<TargetSettings>& targets, const ConninfoReader& read_conninfo) {
  std::map<const TargetSettings*, std::string> databases;  // of the unnamed
  for (TargetSettings& target : targets) {
    const ConninfoView view = read_conninfo(target.access.conninfo.reveal());
    if (!view.error.empty()) throw Error(target.conninfo_at + ": conninfo: " + view.error);
    if (!target.name.empty()) continue;
    target.name = address(view);
    databases[&target] = view.dbname;
  }
  const Count count = count_names(targets);
  for (TargetSettings& target : targets) {
    const auto database = databases.find(&target);
    if (database != databases.end() && count.at(target.name) > 1) target.name += "/" + database->second;
  }
  refuse_same_names(targets);
}

// -- World ------------------------------------------------------------------------------------------------------------

// The checks whose collectors the target has.
std::vector<FreshnessCheckPtr> freshness_of(const Target& target, const std::vector<FreshnessSettings>& freshness) {
  std::vector<FreshnessCheckPtr> checks;
  for (const FreshnessSettings& one : freshness)
    if (std::ranges::any_of(target.instruments,
                            [&](const InstrumentPtr& made) { return made->name() == one.collector.name; }))
      checks.push_back(one.check);
  return checks;
}

// What a target says of itself is an option of the collectors that ask for it.
void tell_collectors(TargetSettings& target, const std::vector<Collector>& catalogue) {
  for (const Collector& collector : catalogue)
    for (const Option& option : collector.options)
      if (option.of_target && option.name == "local")
        target.collectors[collector.name].options[option.name] = static_cast<int>(target.local);
}

TargetPtr make_target(TargetSettings settings, const std::vector<FreshnessSettings>& freshness,
                      const std::vector<Collector>& catalogue, Instruments& instruments) {
  Target target;
  target.name = std::move(settings.name);
  target.role = settings.role;
  target.labels.assign(settings.labels.begin(), settings.labels.end());
  target.access = std::move(settings.access);
  target.databases = std::move(settings.databases);
  target.checks = std::move(settings.checks);
  tell_collectors(settings, catalogue);
  target.instruments = choose(catalogue, false, settings.collectors, instruments);
  std::erase_if(target.instruments,
                [&](const InstrumentPtr& one) { return !takes(one->collector().servers, target.name); });
  target.freshness = freshness_of(target, freshness);
  return std::make_shared<const Target>(std::move(target));
}

// A pattern that takes no target is a slip.
void refuse_lost_patterns(const std::string& at, const Collector& collector,
                          const std::vector<TargetSettings>& targets) {
  std::vector<std::string> names;
  for (const TargetSettings& target : targets) names.push_back(target.name);
  for (const std::string& pattern : collector.servers)
    if (std::ranges::none_of(names, [&](const std::string& name) { return matches(pattern, name); }))
      throw Error(at + ": no target is called " + shown(pattern) + known_words(pattern, names));
}

// The labels of the target whose backup it is.
BackupPtr with_labels(const BackupSettings& settings, const std::vector<TargetPtr>& targets) {
  Backup backup = settings.backup;
  if (backup.server.empty()) return std::make_shared<const Backup>(std::move(backup));
  const auto target = std::ranges::find(targets, backup.server, [](const TargetPtr& one) { return one->name; });
  if (target == targets.end()) {
    std::vector<std::string> names;
    for (const TargetPtr& one : targets) names.push_back(one->name);
    throw Error(settings.server_at + ": no target is called " + shown(backup.server) +
                known_words(backup.server, names));
  }
  backup.labels = {{"server", backup.server}};
  backup.labels.insert(backup.labels.end(), (*target)->labels.begin(), (*target)->labels.end());
  return std::make_shared<const Backup>(std::move(backup));
}

void add_backups(World& world, const std::vector<BackupSettings>& settings, const BackupMaker& make,
                 Instruments& instruments) {
  for (const BackupSettings& one : settings) {
    world.backups.push_back(with_labels(one, world.targets));
    world.host_instruments.push_back(instruments.get(make(world.backups.back()), {}));
    world.collector_names.push_back(world.host_instruments.back()->name());
  }
  std::ranges::sort(world.collector_names);
}

std::vector<std::string> sorted_names(const std::vector<Collector>& catalogue) {
  std::vector<std::string> names;
  for (const Collector& collector : catalogue) names.push_back(collector.name);
  std::sort(names.begin(), names.end());
  return names;
}

World make_world(const Settings& settings, const std::vector<Collector>& catalogue, const BackupMaker& make_backup) {
  World world;
  Instruments instruments;
  for (const Collector& query : settings.queries)
    refuse_lost_patterns(query.origin + ": query " + query.name, query, settings.targets);
  for (const FreshnessSettings& one : settings.freshness) refuse_lost_patterns(one.at, one.collector, settings.targets);
  for (const TargetSettings& target : settings.targets)
    world.targets.push_back(make_target(target, settings.freshness, catalogue, instruments));
  world.host_instruments = choose(catalogue, true, settings.defaults.collectors, instruments);
  world.collector_names = sorted_names(catalogue);
  add_backups(world, settings.backups, make_backup, instruments);
  instruments.check();
  world.turn_interval = settings.turn_interval;
  world.scrape_timeout = settings.scrape_timeout;
  return world;
}

// Those of the catalogue look as they do by default; what is configured looks instead of them.
void replace_systemd(std::vector<Collector>& catalogue, const std::optional<Systemd>& systemd,
                     const SystemdMaker& make) {
  if (!make) return;
  const auto made = make(std::make_shared<const Systemd>(systemd.value_or(Systemd{})));
  for (const Collector& one : made) {
    const auto place = std::ranges::find(catalogue, one.name, &Collector::name);
    if (place == catalogue.end()) continue;
    if (systemd)
      *place = one;
    else
      catalogue.erase(place);
  }
}

}  // namespace

Config make_config(Settings settings, const Context& context) {
  apply_overrides(settings, context.overrides);
  name_targets(settings.targets, context.read_conninfo);
  Config config;
  config.listen = settings.listen;
  config.telemetry_path = settings.telemetry_path;
  config.log = settings.log;
  config.queries = settings.queries;
  std::vector<Collector> catalogue = context.catalogue;
  catalogue.insert(catalogue.end(), config.queries.begin(), config.queries.end());
  for (const FreshnessSettings& one : settings.freshness) catalogue.push_back(one.collector);
  replace_systemd(catalogue, settings.systemd, context.make_systemd);
  try {
    config.world = make_world(settings, catalogue, context.make_backup);
  } catch (const std::invalid_argument& error) {
    throw Error(std::string("collectors: ") + error.what());
  }
  return config;
}

}  // namespace pgwatch::config
