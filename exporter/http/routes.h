// Routes: which path gives what. Turns HTTP requests into engine requests and Snapshots into pages.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "exporter/http/server.h"
#include "exporter/model/exposition.h"
#include "exporter/model/snapshot.h"
#include "exporter/model/world.h"

namespace pgwatch::http {

// What the routes need of the rest, so that they can be tested without an engine.
struct Backend {
  struct Ask {
    std::vector<std::string> collectors;
    std::vector<std::string> targets;
    SteadyTime deadline;
  };
  std::function<void(Ask, std::function<void(Snapshot)>)> ask;
  std::function<WorldPtr()> world;
  std::map<std::string, std::string> aliases = {};  // other names of collectors, and ours
  // Blocks about the snapshot and about ourselves, shown after its own: pg_up, success per collector, process_*.
  std::function<std::vector<BlockPtr>(const Snapshot&)> report;
  std::function<void(const Page&, const Snapshot&)> scraped;  // counts what the page lacks
  std::function<bool()> ready;  // the configuration is loaded and each target has been attempted once
};

struct RouteOptions {
  std::string telemetry_path = "/metrics";
  std::string version;
};

Handler make_routes(Backend backend_given, const RouteOptions& options);

// The deadline of a scrape: what X-Prometheus-Scrape-Timeout-Seconds says, or fallback where it is absent or nonsense,
// less a margin of 10 % within 0.2 and 1 s; at most 60 s, and of a very short one half.
std::chrono::milliseconds scrape_budget(std::string_view header, std::chrono::milliseconds fallback);

}  // namespace pgwatch::http
