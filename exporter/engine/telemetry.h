// Telemetry: what pgwatch counts about itself. prometheus-cpp stays behind this door; block() pours it into a Block, so
// that one writer prints everything.
//
// Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/model/exposition.h"
#include "exporter/model/own_metric.h"

namespace pgwatch {

class Telemetry {
 public:
  explicit Telemetry(const std::string& version);
  ~Telemetry();
  Telemetry(const Telemetry&) = delete;
  Telemetry& operator=(const Telemetry&) = delete;

  // The answers for a page are there.
  void scraped(std::chrono::nanoseconds duration, bool complete);
  void reloaded(bool successfully);

  // A target's connections.
  struct Connections {
    int open = 0;
    int busy = 0;
    int abandoned = 0;
  };
  void add_target(const std::string& server);
  void remove_target(const std::string& server);
  void connections(const std::string& server, Connections now);
  void connected(const std::string& server, bool again);
  void traffic(const std::string& server, std::uint64_t statements, std::uint64_t bytes);
  void joined_flight(const std::string& server);
  void place_expired(const std::string& server, std::size_t places);

  // Collectors.
  void collector_failed(const Block& block);
  // Counts what a page lacks, and says it once per server and family.
  void samples_dropped(std::span<const Dropped> dropped);

  void blocking_call_abandoned(std::string_view kind);
  // Methods of a service manager.
  void called(const std::string& manager, std::size_t calls);

  BlockPtr block() const;
  static std::vector<OwnMetric> declared();

 private:
  struct Metrics;
  std::unique_ptr<Metrics> metrics_;
};

}  // namespace pgwatch
