// prepared_transactions: transactions prepared for two-phase commit. A forgotten one holds its locks and the xmin
// horizon, whatever restarts.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kPreparedTransactionsSql = R"sql(
SELECT database.datname,
       count(prepared.transaction) AS prepared,
       extract(epoch FROM clock_timestamp() - min(prepared.prepared)) AS oldest_age_seconds,
       max(age(prepared.transaction)) AS oldest_age_transactions
FROM pg_database AS database
LEFT JOIN pg_prepared_xacts AS prepared ON prepared.database = database.datname
WHERE database.datallowconn AND NOT pg_is_in_recovery()
GROUP BY database.datname
)sql";

}  // namespace

Collector prepared_transactions() {
  return {
      .name = "prepared_transactions",
      .help = "Transactions prepared for two-phase commit; nothing on a standby, which does not show them.",
      .source = std::vector<Sql>{{.text = kPreparedTransactionsSql}},
      .columns =
          {
              label("datname"),
              gauge("prepared", "Prepared transactions.").called("pg_prepared_transactions"),
              gauge("oldest_age_seconds", "Age of the oldest prepared transaction; absent where there is none."),
              gauge("oldest_age_transactions",
                    "Transactions begun since the oldest prepared one; absent where there is none."),
          },
      .cost = {.pages = 4, .more = 3, .of = "database"},
  };
}

}  // namespace pgwatch::collectors
