// timescaledb_compression: what compression saved, and what its policies have left undone.
//
// A policy that fails on some chunks and succeeds with one ends as a success, so that its backlog is measured, by the
// policy's own predicate.
#include "collectors/catalogue.h"
#include "collectors/timescaledb/catalog.h"

namespace pgwatch::collectors {
namespace {

using namespace timescaledb;

constexpr const char* kConfig = R"sql(,
         coalesce((j.config ->> 'recompress')::boolean, true) AS recompresses,
         coalesce((j.config ->> 'recompress_unordered')::boolean, true) AS recompresses_unordered)sql";

// Only what was compressed by now has a size before and after.
std::string saved() {
  return std::string(R"sql(saved AS (
  SELECT c.hypertable_id,
         sum(z.uncompressed_heap_size + z.uncompressed_toast_size + z.uncompressed_index_size) AS before,
         sum(z.compressed_heap_size + z.compressed_toast_size + z.compressed_index_size) AS after
  FROM _timescaledb_catalog.compression_chunk_size AS z
  JOIN _timescaledb_catalog.chunk AS c ON c.id = z.chunk_id
  WHERE )sql") +
         kIsChunk + "\n  GROUP BY c.hypertable_id)";
}

std::string backlog() {
  return std::string(R"sql(backlog AS (
  SELECT c.hypertable_id,
         count(*) FILTER (WHERE c.status & 1 = 0) AS uncompressed,
         count(*) FILTER (WHERE c.status & 9 = 9) AS partial,
         count(*) FILTER (WHERE c.status & 9 = 1) AS unordered,
         max()sql") +
         kLate + R"sql() AS oldest_overdue
  FROM )sql" +
         chunks_to_treat() + R"sql(
    AND c.status <> 1
    AND (c.status & 1 = 0 OR policy.recompresses)
    AND (policy.recompresses_unordered OR c.status & 2 = 0 OR c.status & 8 = 8)
  GROUP BY c.hypertable_id))sql";
}

constexpr const char* kCompressionSelect = R"sql(
SELECT named.schema,
       named.hypertable,
       coalesce(saved.before, 0) AS before_bytes,
       coalesce(saved.after, 0) AS after_bytes,
       round(saved.before / nullif(saved.after, 0), 3) AS ratio,
       CASE WHEN policy.hypertable_id IS NOT NULL THEN coalesce(backlog.uncompressed, 0) END AS backlog_uncompressed,
       CASE WHEN policy.hypertable_id IS NOT NULL THEN coalesce(backlog.partial, 0) END AS backlog_partial,
       CASE WHEN policy.hypertable_id IS NOT NULL THEN coalesce(backlog.unordered, 0) END AS backlog_unordered,
       backlog.oldest_overdue AS oldest_overdue_seconds
FROM named
LEFT JOIN saved ON saved.hypertable_id = named.id
LEFT JOIN backlog ON backlog.hypertable_id = named.id
LEFT JOIN policy ON policy.hypertable_id = named.id AND (policy.ends_by IS NOT NULL OR policy.created_before IS NOT NULL)
WHERE named.is_compressed OR policy.hypertable_id IS NOT NULL OR saved.before > 0)sql";

std::string compression_sql() {
  return std::string("WITH ") + kAxis + ",\n" + kNamed + ",\n" +
         policies("policy_compression", "compress_after", "compress_created_before", kConfig) + ",\n" + saved() +
         ",\n" + backlog() + kCompressionSelect;
}

Column backlog(const char* reason) {
  return gauge(std::string("backlog_") + reason,
               "Chunks that the policy should have compressed by now: never compressed, or with rows that came later "
               "and are not compressed (partial) or not in order.")
      .called("timescaledb_compression_backlog_chunks")
      .with("reason", reason);
}

}  // namespace

Collector timescaledb_compression() {
  return {
      .name = "timescaledb_compression",
      .help = "What compression saved, and what its policies have left undone.",
      .scope = Scope::kDatabase,
      .extension = kExtension,
      .lane = Lane::kSlow,
      .interval = std::chrono::minutes{1},
      .prefix = "timescaledb_compression",
      .source = std::vector<Sql>{{.text = compression_sql()}},
      .columns =
          {
              label("schema"),
              label("hypertable"),
              gauge("before_bytes", "What its compressed chunks took before, indexes and TOAST included."),
              gauge("after_bytes", "What they took when they had been compressed."),
              gauge("ratio", "The first by the second; absent while nothing is compressed."),
              backlog("uncompressed"),
              backlog("partial"),
              backlog("unordered"),
              gauge("oldest_overdue_seconds",
                    "For how long the first of the backlog has waited; absent where there is no backlog, or where an "
                    "integer tells the time."),
          },
      .options = {integer_now_option()},
      .cost = {.pages = 80, .more = 10, .of = "chunk"},
  };
}

}  // namespace pgwatch::collectors
