// database_wraparound: how many transaction and multixact ids each database has used since it was last frozen. At two
// thousand million the server stops taking writes.
//
// postgres_exporter calls both seconds, which they never were; each has a twin that says what it counts.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kDatabaseWraparoundSql = R"sql(
SELECT datname,
       age(datfrozenxid) AS age_datfrozenxid,
       mxid_age(datminmxid) AS age_datminmxid
FROM pg_database
WHERE datallowconn
)sql";

}  // namespace

Collector database_wraparound() {
  return {
      .name = "database_wraparound",
      .help = "Transaction and multixact ids in use, by database.",
      .source = std::vector<Sql>{{.text = kDatabaseWraparoundSql}},
      .columns =
          {
              label("datname"),
              gauge("age_datfrozenxid",
                    "Transactions, not seconds, since the oldest one that is not frozen; as "
                    "pg_database_wraparound_age_datfrozenxid_transactions.")
                  .called("pg_database_wraparound_age_datfrozenxid_seconds"),
              gauge("age_datfrozenxid", "Transactions since the oldest one that is not frozen.")
                  .called("pg_database_wraparound_age_datfrozenxid_transactions"),
              gauge("age_datminmxid",
                    "Multixacts, not seconds, since the oldest one that is in use; as "
                    "pg_database_wraparound_age_datminmxid_multixacts.")
                  .called("pg_database_wraparound_age_datminmxid_seconds"),
              gauge("age_datminmxid", "Multixacts since the oldest one that is in use.")
                  .called("pg_database_wraparound_age_datminmxid_multixacts"),
          },
      .cost = {.pages = 4, .more = 1, .of = "database"},
  };
}

}  // namespace pgwatch::collectors
