// Foreign: what postgres_exporter has and pgwatch has not, or has under another name.
#pragma once

#include <array>
#include <string_view>
#include <utility>

namespace pgwatch::command_line {

// What postgres_exporter has and pgwatch has not, and what to do instead.
struct Foreign {
  std::string_view flag;
  std::string_view variable;  // "" where it has none
  std::string_view harmless;  // this value of the variable asks for nothing
  std::string_view instead;
};

inline constexpr std::array kForeign = {
    Foreign{
        "--config.file", "", "",
        "pgwatch's own file is --config FILE; what auth_modules held stands under targets: conninfo, password_file"},
    Foreign{
        "--web.config.file", "", "",
        "there is no key for it: pgwatch serves plain HTTP; set listen: [\"127.0.0.1:9187\"] and let a proxy end TLS"},
    Foreign{"--web.systemd-socket", "", "",
            "leave it away: sockets that systemd passes are served on without being asked"},
    Foreign{"--disable-default-metrics", "PG_EXPORTER_DISABLE_DEFAULT_METRICS", "false",
            "name the collectors you do not want, as collectors: {replication: false}"},
    Foreign{"--no-auto-discover-databases", "PG_EXPORTER_AUTO_DISCOVER_DATABASES", "true",
            "the key is targets: databases: {include: [NAME]}"},
    Foreign{"--extend.query-path", "PG_EXPORTER_EXTEND_QUERY_PATH", "", "the key is queries: [queries.yaml]"},
    Foreign{"--dumpmaps", "", "", "--describe prints every collector and metric"},
    Foreign{"--metric-prefix", "PG_EXPORTER_METRIC_PREFIX", "pg",
            "there is no key for it: alerts and dashboards stand on the names; metric_relabel_configs in Prometheus "
            "renames them"},
    Foreign{"--collection-timeout", "PG_EXPORTER_COLLECTION_TIMEOUT", "1m",
            "the keys are timeouts.statement and timeouts.scrape"},
    Foreign{"--wrap-large-counters", "", "", "there is no key for it: pgwatch prints integers of 64 bits exactly"},
};

// Collectors whose name differs from postgres_exporter's.
inline constexpr std::array kCollectorAliases = {
    std::pair<std::string_view, std::string_view>{"replication_slot", "replication_slots"},
};

// postgres_exporter's collectors that pgwatch has not: not to want one of these is granted.
inline constexpr std::array kForeignCollectors = {
    std::string_view{"xlog_location"},
};

}  // namespace pgwatch::command_line
