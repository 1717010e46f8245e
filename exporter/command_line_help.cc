// What --help prints.
#include "exporter/command_line.h"

namespace pgwatch::command_line {
namespace {

constexpr const char* kHelp = R"(Usage: pgwatch [--config FILE] [OPTION]...

Serves the health of PostgreSQL and TimescaleDB servers to Prometheus.
With --once it checks them once and exits.

What to do
  --config FILE                     read this file; without it DATA_SOURCE_NAME,
                                    or libpq's environment, says what to watch
  --once                            check the servers once and say how they are
  --check-config                    check the configuration and exit; with
                                    --connect also have the servers explain
                                    the queries of one's own, and answer the
                                    checks of freshness once
  --describe                        print every collector and metric and exit
  --grants[=ROLE]                   print the SQL that makes a role for this
  --version                         print the version and exit
  --help                            print this and exit

With --once
  --check NAME                      these checks only, as up, 'replication*'
                                    or db1/up; may be given repeatedly
  --timeout TIME                    have a result within this time (10s)
  --format FORMAT                   human, json or prometheus (human)
  --output FILE                     replace this file, whole
  --exit-style STYLE                nagios: 0 ok, 1 warning, 2 critical, 3
                                    unknown or wrong usage; binary: 0 ok or
                                    warning, else 1; zero: 0, but 3 for wrong
                                    usage (nagios)
  --verbose, -v                     show what is well, too

Before what the file says, spelt as in postgres_exporter
  --web.listen-address HOST:PORT    address to serve on; may be given repeatedly
  --web.telemetry-path PATH         path of the metrics
  --log.level LEVEL                 debug, info, warn or error
  --log.format FORMAT               logfmt or json
  --collector.NAME                  turn a collector on, for every target
  --no-collector.NAME               turn it off
  --disable-settings-metrics        turn the collector settings off
  --include-databases NAME,...      visit these databases only
  --exclude-databases NAME,...      do not visit these
  --auto-discover-databases         visit all databases (pgwatch always does)
  --constantLabels NAME=VALUE,...   labels of every target

Exit status without --once: 0 done, 1 the configuration or the start failed,
3 wrong usage. The manual is docs/configuration.md; --once has docs/probe.md.
)";

}  // namespace

std::string help() { return kHelp; }

}  // namespace pgwatch::command_line
