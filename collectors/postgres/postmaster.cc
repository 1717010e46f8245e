// postmaster: since when the server runs.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {

Collector postmaster() {
  return {
      .name = "postmaster",
      .help = "The server's first process.",
      .source =
          std::vector<Sql>{{.text = "SELECT extract(epoch FROM pg_postmaster_start_time()) AS start_time_seconds"}},
      .columns = {gauge("start_time_seconds", "When the server was started, as a Unix time.")},
      .cost = {.pages = 2},
  };
}

}  // namespace pgwatch::collectors
