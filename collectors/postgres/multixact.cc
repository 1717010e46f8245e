// multixact: how far each database is from a vacuum against wraparound of multixacts, which row locks of several
// transactions use up. Transactions are the collector database_wraparound's.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kMultixactSql = R"sql(
SELECT datname,
       mxid_age(datminmxid) AS age,
       mxid_age(datminmxid)::float8 / current_setting('autovacuum_multixact_freeze_max_age')::bigint AS freeze_ratio
FROM pg_database
)sql";

}  // namespace

Collector multixact() {
  return {
      .name = "multixact",
      .help = "Age of each database in multixacts.",
      .source = std::vector<Sql>{{.text = kMultixactSql}},
      .columns =
          {
              label("datname"),
              gauge("age", "Multixacts made since the oldest the database may still hold."),
              gauge("freeze_ratio",
                    "That age divided by autovacuum_multixact_freeze_max_age: at 1 a vacuum against "
                    "wraparound begins."),
          },
      .cost = {.pages = 4, .more = 1, .of = "database"},
  };
}

}  // namespace pgwatch::collectors
