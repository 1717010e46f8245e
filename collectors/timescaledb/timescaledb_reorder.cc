// timescaledb_reorder: chunks that a reorder policy has yet to sort. It takes one with each run, the oldest first, and
// leaves the newest two times as they are.
#include "collectors/catalogue.h"
#include "collectors/timescaledb/catalog.h"

namespace pgwatch::collectors {
namespace {

using namespace timescaledb;

// A range may be that of several chunks, whether one row says so or one for each.
std::string reorder_sql() {
  return std::string("WITH ") + kAxis + ",\n" + kNamed + R"sql(,
policy AS MATERIALIZED (
  SELECT j.id AS job_id, j.hypertable_id, axis.dimension_id,
         (SELECT s.range_start FROM _timescaledb_catalog.dimension_slice AS s
          WHERE s.dimension_id = axis.dimension_id AND s.range_start < 9223372036854775806
          GROUP BY s.range_start ORDER BY s.range_start DESC OFFSET 2 LIMIT 1) AS last_start
  FROM )sql" +
         kJobs + R"sql(
  JOIN axis ON axis.hypertable_id = j.hypertable_id
  WHERE )sql" +
         kIsPolicy + R"sql( AND j.proc_name = 'policy_reorder')
SELECT named.schema,
       named.hypertable,
       (SELECT count(*) FROM )sql" +
         kChunksWithRanges + R"sql(
        WHERE c.hypertable_id = policy.hypertable_id AND s.dimension_id = policy.dimension_id
          AND s.range_start <= policy.last_start AND c.status & 1 = 0 AND )sql" +
         kIsChunk + R"sql(
          AND NOT EXISTS (SELECT FROM _timescaledb_internal.bgw_policy_chunk_stats AS done
                          WHERE done.job_id = policy.job_id AND done.chunk_id = c.id AND done.num_times_job_run > 0))
         AS pending_chunks
FROM policy
JOIN named ON named.id = policy.hypertable_id)sql";
}

}  // namespace

Collector timescaledb_reorder() {
  return {
      .name = "timescaledb_reorder",
      .help = "Chunks that a reorder policy has yet to sort.",
      .scope = Scope::kDatabase,
      .extension = kExtension,
      .lane = Lane::kSlow,
      .interval = std::chrono::minutes{1},
      .prefix = "timescaledb_reorder",
      .source = std::vector<Sql>{{.text = reorder_sql()}},
      .columns =
          {
              label("schema"),
              label("hypertable"),
              gauge("pending_chunks",
                    "Uncompressed chunks that the policy has yet to sort; it takes one with each run."),
          },
      .cost = {.pages = 40, .more = 10, .of = "chunk"},
  };
}

}  // namespace pgwatch::collectors
