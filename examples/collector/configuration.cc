// configuration: when the server read its files, so that a change shows.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {

Collector configuration() {
  return {
      .name = "configuration",
      .help = "The server's configuration files.",
      .source = std::vector<Sql>{{.text = "SELECT extract(epoch FROM pg_conf_load_time()) AS load_time_seconds"}},
      .columns = {gauge("load_time_seconds", "When the server last read its configuration files, as a Unix time.")},
  };
}

}  // namespace pgwatch::collectors
