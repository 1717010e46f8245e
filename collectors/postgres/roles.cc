// roles: how many connections each role may have.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {

Collector roles() {
  return {
      .name = "roles",
      .help = "Connection limits of roles.",
      .source = std::vector<Sql>{{.text = "SELECT rolname, rolconnlimit AS connection_limit FROM pg_roles"}},
      .columns =
          {
              label("rolname"),
              gauge("connection_limit", "Most connections the role may have at a time; -1 is no limit."),
          },
      .cost = {.pages = 4, .more = 1, .of = "role"},
  };
}

}  // namespace pgwatch::collectors
