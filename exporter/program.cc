#include "exporter/program.h"

#include <pwd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <set>

#include "collectors/backups/backup.h"
#include "collectors/freshness/freshness.h"
#include "collectors/systemd/systemd.h"
#include "exporter/engine/process.h"
#include "exporter/engine/report.h"
#include "exporter/foreign.h"
#include "exporter/health/freshness.h"
#include "exporter/health/metrics.h"
#include "exporter/http/listeners.h"
#include "exporter/postgres/conninfo.h"
#include "exporter/util/clock.h"
#include "exporter/util/log.h"
#include "exporter/version.h"

namespace pgwatch {
namespace {

config::ConninfoView read_conninfo(const std::string& text) {
  try {
    const postgres::Conninfo conninfo{Secret(text)};
    const postgres::Endpoint& first = conninfo.endpoints().front();
    return {"", first.is_socket() ? "localhost" : first.host, first.port, conninfo.database()};
  } catch (const std::invalid_argument& error) {
    return {error.what(), "", "", ""};
  }
}

void configure_log(const config::Log& log) {
  const std::string& level = log.level;
  const auto parsed = level == "debug"   ? log::Level::kDebug
                      : level == "warn"  ? log::Level::kWarn
                      : level == "error" ? log::Level::kError
                                         : log::Level::kInfo;
  log::configure(parsed, log.format == config::LogFormat::kJson ? log::Format::kJson : log::Format::kLogfmt);
}

// Once, where libpq would say it at each connect.
void warn_of_passfiles(const World& world) {
  std::set<std::string> said;
  for (const TargetPtr& target : world.targets) {
    if (!target->access.password_file.empty()) continue;
    const std::string complaint = postgres::Conninfo(target->access.conninfo).passfile_complaint();
    if (!complaint.empty() && said.insert(complaint).second) log::warn(complaint);
  }
}

std::optional<unsigned> find_user(const std::string& name) {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 16384> text{};
  if (getpwnam_r(name.c_str(), &entry, text.data(), text.size(), &found) != 0 || found == nullptr) return std::nullopt;
  return found->pw_uid;
}

std::vector<Address> addresses(const std::vector<std::string>& listen) {
  std::vector<Address> parsed;
  for (const std::string& text : listen) parsed.push_back(Address::parse(text));
  return parsed;
}

std::string spelled(const Address& address) {
  const std::string host = address.host.empty() ? "::" : address.host;
  return (host.find(':') == std::string::npos ? host : '[' + host + ']') + ':' + std::to_string(address.port);
}

http::Listeners listeners(const config::Config& config, const std::vector<service::PassedSocket>& passed) {
  if (passed.empty()) return http::listen_on(addresses(config.listen));
  std::vector<int> sockets;
  for (const service::PassedSocket& socket : passed) sockets.push_back(socket.descriptor);
  return http::adopt(sockets);
}

std::string line_of(const Presence& presence) {
  return std::to_string(presence.targets) + (presence.targets == 1 ? " target, " : " targets, ") +
         std::to_string(presence.up) + " up";
}

}  // namespace

// -- ConfigSource -----------------------------------------------------------------------------------------------------

ConfigSource::ConfigSource(command_line::Options options, std::vector<Collector> catalogue,
                           config::Environment environment)
    : options_(std::move(options)),
      context_{.catalogue = std::move(catalogue),
               .read_conninfo = read_conninfo,
               .environment = std::move(environment),
               .overrides = options_.overrides,
               .checks = health::check_infos(),
               .make_freshness = collectors::freshness_collector,
               .make_backup = collectors::backup_collector,
               .make_systemd = collectors::systemd_collectors,
               .find_user = find_user} {}

config::Config ConfigSource::load() const {
  return options_.config_file.empty() ? config::from_environment(context_)
                                      : config::load_file(options_.config_file, context_);
}

config::Config load_and_configure(const ConfigSource& source) {
  config::Config config = source.load();
  configure_log(config.log);
  warn_of_passfiles(config.world);
  for (const std::string& complaint : health::calendar_complaints(config.world, unix_time())) log::warn(complaint);
  return config;
}

World world_of(const config::Config& config) {
  World world = config.world;
  world.told = {health::thresholds_of(world, health::check_infos()), health::calendars_of(world)};
  return world;
}

// -- Program ----------------------------------------------------------------------------------------------------------

Program::Program(const ConfigSource& source, const std::vector<service::PassedSocket>& passed)
    : source_(source),
      config_(load_and_configure(source)),
      telemetry_(kVersion),
      engine_(std::make_shared<const World>(world_of(config_)), telemetry_),
      server_(listeners(config_, passed), http::Limits{}, make_handler()) {
  telemetry_.reloaded(true);
  if (passed.empty())
    tell_of_addresses();
  else
    tell_of_sockets(passed);
}

void Program::tell_of_addresses() const {
  if (server_.ipv4_only()) log::warn("this kernel has no IPv6; listening on IPv4 alone");
  for (std::size_t i = 0; i < config_.listen.size(); ++i) {
    const std::string& address = config_.listen[i];
    const std::string host = address.substr(0, address.rfind(':'));
    log::info("listening", {{"address", host + ":" + std::to_string(server_.ports()[i])}});
  }
}

// Who wrote down where to listen is told that systemd listens elsewhere.
void Program::tell_of_sockets(const std::vector<service::PassedSocket>& passed) const {
  std::set<std::string> where;
  for (const service::PassedSocket& socket : passed) {
    where.insert(socket.address);
    log::info("listening", {{"address", socket.address}, {"socket", socket.name}});
  }
  const bool is_written = config_.listen != config::Config{}.listen;
  for (const std::string& listen : config_.listen)
    if (is_written && !where.contains(spelled(Address::parse(listen))))
      log::warn("systemd passed the sockets, so listen is not used", {{"listen", listen}});
}

void Program::report_to(service::Manager& manager) {
  engine_.listen({.presence = [&manager](Presence presence) { manager.state(line_of(presence)); },
                  .beat = [&manager] { manager.alive(); },
                  .beat_every = manager.alive_every()});
}

http::Handler Program::make_handler() {
  http::Backend backend;
  for (const auto& [theirs, ours] : command_line::kCollectorAliases) backend.aliases.emplace(theirs, ours);
  backend.ask = [this](http::Backend::Ask ask, std::function<void(Snapshot)> done) {
    engine_.ask({.collectors = std::move(ask.collectors), .targets = std::move(ask.targets), .deadline = ask.deadline},
                std::move(done));
  };
  backend.world = [this] { return engine_.world(); };
  backend.report = [this](const Snapshot& snapshot) {
    // Counted first, so that the page tells of itself and not of the one before.
    telemetry_.scraped(snapshot.answered_at - snapshot.asked_at, is_complete(snapshot));
    const WorldPtr world = engine_.world();
    std::vector<BlockPtr> blocks = world->told;
    for (BlockPtr& block : std::vector{health::freshness_of(*world, snapshot, unix_time()), report_on(snapshot),
                                       telemetry_.block(), report_on_process()})
      blocks.push_back(std::move(block));
    return blocks;
  };
  backend.scraped = [this](const Page& page, const Snapshot&) { telemetry_.samples_dropped(page.dropped); };
  backend.ready = [this] { return engine_.ready(); };
  return http::make_routes(std::move(backend), {config_.telemetry_path, kVersion});
}

bool Program::reload() {
  try {
    const config::Config config = load_and_configure(source_);
    warn_of_restart(config);
    engine_.swap(std::make_shared<const World>(world_of(config)));
    telemetry_.reloaded(true);
    log::info("configuration reloaded", {{"targets", std::to_string(config.world.targets.size())}});
    return true;
  } catch (const std::exception& error) {
    telemetry_.reloaded(false);
    log::error("configuration not reloaded; the old one stays in force", {{"error", error.what()}});
    return false;
  }
}

void Program::warn_of_restart(const config::Config& config) const {
  if (config.listen != config_.listen || config.telemetry_path != config_.telemetry_path)
    log::warn("listen and telemetry_path change with the next start only");
}

bool Program::stop() {
  server_.stop();
  engine_.stop();
  return !engine_.left_threads_behind();
}

}  // namespace pgwatch
