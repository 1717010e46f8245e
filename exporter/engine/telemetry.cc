#include "exporter/engine/telemetry.h"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <array>
#include <cmath>
#include <iterator>
#include <map>
#include <mutex>
#include <set>
#include <sstream>
#include <utility>
#include <vector>

#include "exporter/engine/blocking.h"
#include "exporter/util/clock.h"
#include "exporter/util/log.h"

namespace pgwatch {
namespace {

using Counters = prometheus::Family<prometheus::Counter>;
using Gauges = prometheus::Family<prometheus::Gauge>;

struct Own {
  const char* name;
  const char* labels;  // separated by spaces
  const char* help;
  Kind kind = Kind::kCounter;
};

constexpr Own kBuildInfo{"pgwatch_build_info", "version compiler", "What this pgwatch is; always 1.", Kind::kGauge};
constexpr Own kScrapes{"pgwatch_scrapes_total", "", "Pages of metrics served."};
constexpr Own kExporterScrapes{"pg_exporter_scrapes_total", "",
                               "Pages of metrics served, as postgres_exporter names it."};
constexpr Own kLastDuration{"pg_exporter_last_scrape_duration_seconds", "", "How long the last page took to collect.",
                            Kind::kGauge};
constexpr Own kLastError{"pg_exporter_last_scrape_error", "",
                         "Whether a target or a collector failed in the last page.", Kind::kGauge};
constexpr Own kDuplicates{"pgwatch_duplicate_samples_dropped_total", "server collector",
                          "Samples left out of pages because the same family and labels had been said."};
constexpr Own kOverflow{"pgwatch_overflow_samples_dropped_total", "server collector",
                        "Samples left out of pages because their family had reached its cap, max_series."};
constexpr Own kReloadSuccessful{"pgwatch_config_last_reload_successful", "",
                                "Whether the last load of the configuration succeeded.", Kind::kGauge};
constexpr Own kReloadTime{"pgwatch_config_last_reload_success_timestamp_seconds", "",
                          "When the configuration was last loaded with success, as a Unix time.", Kind::kGauge};
constexpr Own kBlockingAbandoned{"pgwatch_blocking_calls_abandoned_total", "kind",
                                 "Threads written off because a call that only blocks did not return."};
constexpr Own kBusCalls{"pgwatch_bus_calls_total", "manager", "Methods of a service manager that were called."};
constexpr Own kConnections{
    "pgwatch_connections", "server state",
    "Connections to the server: open, busy with a statement (part of open), abandoned (closed while "
    "the server may still be at work).",
    Kind::kGauge};
constexpr Own kReconnects{"pgwatch_reconnects_total", "server", "Times the connection kept for scrapes was made anew."};
constexpr Own kReceived{"pgwatch_received_bytes_total", "server", "Bytes of answers received from the server."};
constexpr Own kStatements{"pgwatch_statements_total", "server", "Statements sent to the server."};
constexpr Own kJoined{"pgwatch_joined_requests_total", "server",
                      "Requests that joined a flight under way instead of asking the server again."};
constexpr Own kPlacesExpired{
    "pgwatch_abandoned_connections_expired_total", "server",
    "Places of abandoned connections given back by the clock, no connection being left to ask."};
constexpr Own kFailures{"pgwatch_collector_failures_total", "server datname collector class",
                        "Failures of a collector by class: an SQLSTATE or a word of pgwatch's own."};

constexpr std::array kAll = {kBuildInfo,     kScrapes,    kExporterScrapes,  kLastDuration, kLastError,
                             kDuplicates,    kOverflow,   kReloadSuccessful, kReloadTime,   kBlockingAbandoned,
                             kConnections,   kReconnects, kReceived,         kStatements,   kJoined,
                             kPlacesExpired, kFailures,   kBusCalls};

Counters& counters(prometheus::Registry& registry, const Own& own) {
  return prometheus::BuildCounter().Name(own.name).Help(own.help).Register(registry);
}

Gauges& gauges(prometheus::Registry& registry, const Own& own) {
  return prometheus::BuildGauge().Name(own.name).Help(own.help).Register(registry);
}

// prometheus-cpp knows doubles alone; whole ones print as integers.
Number number(double value) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (std::nearbyint(value) == value && std::abs(value) < kExact) return static_cast<std::int64_t>(value);
  return value;
}

void pour(const prometheus::MetricFamily& family, Sink& sink) {
  const bool counter = family.type == prometheus::MetricType::Counter;
  const auto metric =
      std::make_shared<Metric>(Metric{family.name, family.help, counter ? Kind::kCounter : Kind::kGauge});
  for (const prometheus::ClientMetric& one : family.metric) {
    std::vector<Label> labels;
    for (const auto& label : one.label) labels.push_back({label.name, label.value});
    sink.sample(metric, sink.labels(labels), number(counter ? one.counter.value : one.gauge.value));
  }
}

}  // namespace

struct Telemetry::Metrics {
  prometheus::Registry registry;

  // Of the whole program.
  prometheus::Counter& scrapes = counters(registry, kScrapes).Add({});
  prometheus::Counter& exporter_scrapes = counters(registry, kExporterScrapes).Add({});
  prometheus::Gauge& last_duration = gauges(registry, kLastDuration).Add({});
  prometheus::Gauge& last_error = gauges(registry, kLastError).Add({});
  prometheus::Gauge& reload_successful = gauges(registry, kReloadSuccessful).Add({});
  prometheus::Gauge& reload_time = gauges(registry, kReloadTime).Add({});
  Counters& blocking_abandoned = counters(registry, kBlockingAbandoned);
  Counters& bus_calls = counters(registry, kBusCalls);

  // By server. Its members are held here too, since a family cannot be asked for them.
  Gauges& connections = gauges(registry, kConnections);
  Counters& reconnects = counters(registry, kReconnects);
  Counters& received = counters(registry, kReceived);
  Counters& statements = counters(registry, kStatements);
  Counters& joined = counters(registry, kJoined);
  Counters& places_expired = counters(registry, kPlacesExpired);
  struct Server {
    prometheus::Gauge* open;
    prometheus::Gauge* busy;
    prometheus::Gauge* abandoned;
    prometheus::Counter* reconnects;
    prometheus::Counter* received;
    prometheus::Counter* statements;
    prometheus::Counter* joined;
    prometheus::Counter* places_expired;
  };
  std::mutex mutex;
  std::map<std::string, Server> servers;  // guarded by mutex

  // By server and more, made when they first count; and what was said of the server.
  Counters& failures = counters(registry, kFailures);
  Counters& duplicates = counters(registry, kDuplicates);
  Counters& overflow = counters(registry, kOverflow);
  struct Counted {
    std::map<prometheus::Counter*, Counters*> counters;
    std::set<std::pair<std::string, std::string>> said;  // of a family, why it is not whole
  };
  std::map<std::string, Counted> counted_of;  // guarded by mutex

  template <typename Do>
  void with(const std::string& server, Do&& act) {
    const std::lock_guard lock(mutex);
    const auto found = servers.find(server);
    if (found != servers.end()) act(found->second);
  }

  // REQUIRES: the mutex.
  bool gone(const std::string& server) const { return !server.empty() && !servers.contains(server); }
  void count(Counters& family, const prometheus::Labels& labels, std::uint64_t more);
  void lacks(Counters& family, const Dropped& dropped, std::uint64_t samples, const char* why);
};

void Telemetry::Metrics::count(Counters& family, const prometheus::Labels& labels, std::uint64_t more) {
  prometheus::Counter& counter = family.Add(labels);
  counter.Increment(static_cast<double>(more));
  counted_of[labels.at("server")].counters[&counter] = &family;
}

void Telemetry::Metrics::lacks(Counters& family, const Dropped& dropped, std::uint64_t samples, const char* why) {
  if (samples == 0) return;
  count(family, {{"server", dropped.server}, {"collector", dropped.collector}}, samples);
  if (!counted_of[dropped.server].said.emplace(dropped.family, why).second) return;
  log::warn("samples left out", {{"server", dropped.server},
                                 {"collector", dropped.collector},
                                 {"metric", dropped.family},
                                 {"samples", std::to_string(samples)},
                                 {"detail", why}});
}

Telemetry::Telemetry(const std::string& version) : metrics_(std::make_unique<Metrics>()) {
  // A counter that appears with its first count shows no increase.
  for (std::size_t kind = 0; kind < kBlockingKinds; ++kind)
    metrics_->blocking_abandoned.Add({{"kind", std::string(to_string(static_cast<BlockingKind>(kind)))}});
  gauges(metrics_->registry, kBuildInfo).Add({{"version", version}, {"compiler", __VERSION__}}).Set(1);
}

std::vector<OwnMetric> Telemetry::declared() {
  std::vector<OwnMetric> all;
  for (const Own& own : kAll) {
    std::istringstream labels(own.labels);
    all.push_back({{own.name, own.help, own.kind}, {std::istream_iterator<std::string>(labels), {}}});
  }
  return all;
}

Telemetry::~Telemetry() = default;

void Telemetry::scraped(std::chrono::nanoseconds duration, bool complete) {
  metrics_->scrapes.Increment();
  metrics_->exporter_scrapes.Increment();
  metrics_->last_duration.Set(std::chrono::duration<double>(duration).count());
  metrics_->last_error.Set(complete ? 0 : 1);
}

void Telemetry::reloaded(bool successfully) {
  metrics_->reload_successful.Set(successfully ? 1 : 0);
  if (successfully) metrics_->reload_time.Set(unix_time());
}

void Telemetry::add_target(const std::string& server) {
  const std::lock_guard lock(metrics_->mutex);
  if (metrics_->servers.contains(server)) return;
  const auto connections = [&](const char* state) {
    return &metrics_->connections.Add({{"server", server}, {"state", state}});
  };
  const auto counter = [&](Counters& family) { return &family.Add({{"server", server}}); };
  metrics_->servers[server] = {connections("open"),         connections("busy"),
                               connections("abandoned"),    counter(metrics_->reconnects),
                               counter(metrics_->received), counter(metrics_->statements),
                               counter(metrics_->joined),   counter(metrics_->places_expired)};
}

void Telemetry::remove_target(const std::string& server) {
  const std::lock_guard lock(metrics_->mutex);
  const auto found = metrics_->servers.extract(server);
  if (!found) return;
  const Metrics::Server& gone = found.mapped();
  for (prometheus::Gauge* gauge : {gone.open, gone.busy, gone.abandoned}) metrics_->connections.Remove(gauge);
  metrics_->reconnects.Remove(gone.reconnects);
  metrics_->received.Remove(gone.received);
  metrics_->statements.Remove(gone.statements);
  metrics_->joined.Remove(gone.joined);
  metrics_->places_expired.Remove(gone.places_expired);
  const auto counted = metrics_->counted_of.extract(server);
  if (!counted) return;
  for (const auto& [counter, family] : counted.mapped().counters) family->Remove(counter);
}

void Telemetry::connections(const std::string& server, Connections now) {
  metrics_->with(server, [&](Metrics::Server& one) {
    one.open->Set(now.open);
    one.busy->Set(now.busy);
    one.abandoned->Set(now.abandoned);
  });
}

void Telemetry::connected(const std::string& server, bool again) {
  if (again) metrics_->with(server, [](Metrics::Server& one) { one.reconnects->Increment(); });
}

void Telemetry::traffic(const std::string& server, std::uint64_t statements, std::uint64_t bytes) {
  metrics_->with(server, [&](Metrics::Server& one) {
    one.statements->Increment(static_cast<double>(statements));
    one.received->Increment(static_cast<double>(bytes));
  });
}

void Telemetry::joined_flight(const std::string& server) {
  metrics_->with(server, [](Metrics::Server& one) { one.joined->Increment(); });
}

void Telemetry::place_expired(const std::string& server, std::size_t places) {
  metrics_->with(server, [&](Metrics::Server& one) { one.places_expired->Increment(static_cast<double>(places)); });
}

void Telemetry::collector_failed(const Block& block) {
  const std::lock_guard lock(metrics_->mutex);
  if (metrics_->gone(block.server)) return;  // a removed target's last request
  metrics_->count(
      metrics_->failures,
      {{"server", block.server}, {"datname", block.database}, {"collector", block.collector}, {"class", block.reason}},
      1);
}

void Telemetry::samples_dropped(std::span<const Dropped> dropped) {
  const std::lock_guard lock(metrics_->mutex);
  for (const Dropped& one : dropped) {
    if (metrics_->gone(one.server)) continue;
    metrics_->lacks(metrics_->duplicates, one, one.duplicates, "another sample had these labels; the first is shown");
    metrics_->lacks(metrics_->overflow, one, one.overflow,
                    "the metric has more series than max_series; raise it, or ask fewer databases");
  }
}

void Telemetry::blocking_call_abandoned(std::string_view kind) {
  metrics_->blocking_abandoned.Add({{"kind", std::string(kind)}}).Increment();
}

void Telemetry::called(const std::string& manager, std::size_t calls) {
  metrics_->bus_calls.Add({{"manager", manager}}).Increment(static_cast<double>(calls));
}

BlockPtr Telemetry::block() const {
  Sink sink;
  for (const prometheus::MetricFamily& family : metrics_->registry.Collect()) pour(family, sink);
  return own_block(sink);
}

}  // namespace pgwatch
