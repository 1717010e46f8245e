// Program: the running daemon. Engine, HTTP server and telemetry, made from one configuration and fed with later ones.
//
// Main's thread alone.
#pragma once

#include <memory>
#include <vector>

#include "exporter/command_line.h"
#include "exporter/engine/engine.h"
#include "exporter/engine/telemetry.h"
#include "exporter/http/routes.h"
#include "exporter/service/manager.h"
#include "exporter/service/passed_sockets.h"

namespace pgwatch {

// Where the configuration comes from, so that it can be read again.
class ConfigSource {
 public:
  ConfigSource(command_line::Options options, std::vector<Collector> catalogue, config::Environment environment);

  config::Config load() const;  // throws config::Error

 private:
  command_line::Options options_;
  config::Context context_;
};

// Also lets the log be as the configuration says, and warns there of password files that are not used and of calendars
// that end.
config::Config load_and_configure(const ConfigSource& source);
// The configuration's, with the samples that tell of it.
World world_of(const config::Config& config);

class Program {
 public:
  // Serves when it returns: on these sockets, or where there are none on those that the configuration names. Throws
  // where the configuration or an address is no good.
  explicit Program(const ConfigSource& source, const std::vector<service::PassedSocket>& passed = {});

  // From now on the engine gives it signs of life. It must outlive stop().
  void report_to(service::Manager& manager);

  // Validates and swaps, or keeps the old and says so: then it is false.
  bool reload();
  // False: a thread is left behind, and nothing may be destroyed.
  bool stop();

 private:
  http::Handler make_handler();
  void warn_of_restart(const config::Config& config) const;

  void tell_of_addresses() const;
  void tell_of_sockets(const std::vector<service::PassedSocket>& passed) const;

  const ConfigSource& source_;
  config::Config config_;  // as started; its World has moved on
  Telemetry telemetry_;
  Engine engine_;
  http::Server server_;
};

}  // namespace pgwatch
