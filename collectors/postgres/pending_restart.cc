// pending_restart: settings that were changed and wait for a restart. At the next one the server is another.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {

// Errors in the configuration files are not told: only a superuser may read pg_file_settings.
Collector pending_restart() {
  return {
      .name = "pending_restart",
      .help = "Settings that were changed and wait for a restart.",
      .source = std::vector<Sql>{{.text = "SELECT count(*) AS settings FROM pg_settings WHERE pending_restart"}},
      .columns = {gauge("settings", "Settings that were changed and wait for a restart.")},
      .cost = {.pages = 2},
      .role = "pg_read_all_settings",
  };
}

}  // namespace pgwatch::collectors
