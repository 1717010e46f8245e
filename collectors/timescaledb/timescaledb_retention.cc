// timescaledb_retention: chunks that a retention policy should have dropped. Frozen ones it never drops.
#include "collectors/catalogue.h"
#include "collectors/timescaledb/catalog.h"

namespace pgwatch::collectors {
namespace {

using namespace timescaledb;

std::string retention_sql() {
  return std::string("WITH ") + kAxis + ",\n" + kNamed + ",\n" +
         policies("policy_retention", "drop_after", "drop_created_before") + R"sql(,
overdue AS (
  SELECT c.hypertable_id, count(*) AS chunks, max()sql" +
         kLate + R"sql() AS oldest
  FROM )sql" +
         chunks_to_treat() + R"sql(
  GROUP BY c.hypertable_id)
SELECT named.schema,
       named.hypertable,
       coalesce(overdue.chunks, 0) AS overdue_chunks,
       overdue.oldest AS oldest_overdue_seconds
FROM policy
JOIN named ON named.id = policy.hypertable_id
LEFT JOIN overdue ON overdue.hypertable_id = named.id
WHERE policy.ends_by IS NOT NULL OR policy.created_before IS NOT NULL)sql";
}

}  // namespace

Collector timescaledb_retention() {
  return {
      .name = "timescaledb_retention",
      .help = "Chunks that a retention policy should have dropped.",
      .scope = Scope::kDatabase,
      .extension = kExtension,
      .lane = Lane::kSlow,
      .interval = std::chrono::minutes{1},
      .prefix = "timescaledb_retention",
      .source = std::vector<Sql>{{.text = retention_sql()}},
      .columns =
          {
              label("schema"),
              label("hypertable"),
              gauge("overdue_chunks",
                    "Chunks that the policy should have dropped by now; frozen ones are not counted."),
              gauge("oldest_overdue_seconds",
                    "For how long the first of them has waited; absent where there is none, or where an integer tells "
                    "the time."),
          },
      .options = {integer_now_option()},
      .cost = {.pages = 60, .more = 10, .of = "chunk"},
  };
}

}  // namespace pgwatch::collectors
