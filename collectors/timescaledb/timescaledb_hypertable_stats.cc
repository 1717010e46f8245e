// timescaledb_hypertable_stats: what happens to the chunks of a hypertable, summed, as the server's views of tables
// count it for each of them.
//
// A dropped chunk takes its counts with it, and a sum that falls looks like a restart to whoever computes a rate. So
// each sum is remembered, as "SUM TOLD", and what is told grows by what the sum grew since this program looked first;
// where it fell, nothing is added.
#include <algorithm>
#include <array>
#include <utility>

#include "collectors/catalogue.h"
#include "collectors/timescaledb/catalog.h"

namespace pgwatch::collectors {
namespace {

using namespace timescaledb;

// How it is added up, of r, the table of a chunk, and i, its indexes.
struct Statistic {
  const char* name;
  const char* help;
  const char* sql;
};

constexpr std::array<Statistic, 10> kCounters = {{
    {"seq_scans_total", "Sequential scans begun on a chunk.", "sum(pg_stat_get_numscans(r.oid))"},
    {"seq_rows_read_total", "Rows that sequential scans have read.", "sum(pg_stat_get_tuples_returned(r.oid))"},
    {"index_scans_total", "Index scans begun on a chunk.", "sum(i.scans)"},
    {"rows_inserted_total", "Rows inserted.", "sum(pg_stat_get_tuples_inserted(r.oid))"},
    {"rows_updated_total", "Rows updated.", "sum(pg_stat_get_tuples_updated(r.oid))"},
    {"rows_deleted_total", "Rows deleted.", "sum(pg_stat_get_tuples_deleted(r.oid))"},
    {"vacuums_total", "Times a chunk was vacuumed, by hand or by autovacuum.",
     "sum(pg_stat_get_vacuum_count(r.oid) + pg_stat_get_autovacuum_count(r.oid))"},
    {"analyzes_total", "Times a chunk was analyzed, by hand or by autovacuum.",
     "sum(pg_stat_get_analyze_count(r.oid) + pg_stat_get_autoanalyze_count(r.oid))"},
    {"pages_read_total", "Pages of chunks and of their indexes that were read.",
     "sum(pg_stat_get_blocks_fetched(r.oid) - pg_stat_get_blocks_hit(r.oid) + coalesce(i.fetched - i.hit, 0))"},
    {"pages_hit_total", "Pages of chunks and of their indexes that were found in shared buffers.",
     "sum(pg_stat_get_blocks_hit(r.oid) + coalesce(i.hit, 0))"},
}};

// The greatest of no times is none.
constexpr std::array<Statistic, 5> kGauges = {{
    {"live_rows", "Rows that are alive, as estimated; a compressed one holds up to 1,000.",
     "sum(pg_stat_get_live_tuples(r.oid))"},
    {"dead_rows", "Rows that are dead and not yet vacuumed, as estimated.", "sum(pg_stat_get_dead_tuples(r.oid))"},
    {"rows_changed_since_analyze", "Rows changed since the last ANALYZE, as estimated.",
     "sum(pg_stat_get_mod_since_analyze(r.oid))"},
    {"last_vacuum_timestamp_seconds", "When one of its chunks was last vacuumed, as a Unix time; absent: never.",
     "extract(epoch FROM max(greatest(pg_stat_get_last_vacuum_time(r.oid), pg_stat_get_last_autovacuum_time(r.oid))))"},
    {"last_analyze_timestamp_seconds", "When one of its chunks was last analyzed, as a Unix time; absent: never.",
     "extract(epoch FROM max(greatest(pg_stat_get_last_analyze_time(r.oid), "
     "pg_stat_get_last_autoanalyze_time(r.oid))))"},
}};

// One pass over the indexes of all tables costs less than looking for those of 10,000 chunks.
std::string hypertable_stats_sql() {
  std::string sums;
  for (const Statistic& one : kCounters) sums.append(",\n       ").append(one.sql).append(" AS ").append(one.name);
  for (const Statistic& one : kGauges) sums.append(",\n       ").append(one.sql).append(" AS ").append(one.name);
  return std::string("WITH ") + kNamed + R"sql(,
member AS MATERIALIZED (
  SELECT c.hypertable_id, r.oid AS chunk, z.oid AS compressed
  FROM _timescaledb_catalog.chunk AS c)sql" +
         table_of_chunk("JOIN") + kCompressedTable + "\n  WHERE " + kIsChunk + R"sql(),
r AS (
  SELECT hypertable_id, 'chunks' AS part, chunk AS oid FROM member
  UNION ALL
  SELECT hypertable_id, 'compressed' AS part, compressed AS oid FROM member WHERE compressed IS NOT NULL)
SELECT named.schema,
       named.hypertable,
       r.part)sql" +
         sums + R"sql(
FROM named
JOIN r ON r.hypertable_id = named.id
LEFT JOIN (
  SELECT indrelid,
         sum(pg_stat_get_numscans(indexrelid)) AS scans,
         sum(pg_stat_get_blocks_fetched(indexrelid)) AS fetched,
         sum(pg_stat_get_blocks_hit(indexrelid)) AS hit
  FROM pg_index
  GROUP BY indrelid) AS i ON i.indrelid = r.oid
GROUP BY named.schema, named.hypertable, r.part)sql";
}

std::string metric(const Statistic& one) { return std::string("timescaledb_hypertable_") + one.name; }

// What is told of a sum, by what was remembered of it.
std::string grown(std::int64_t sum, std::string_view before) {
  const std::size_t blank = before.find(' ');
  if (blank == std::string_view::npos) return std::to_string(sum) + " 0";
  const std::int64_t last = std::stoll(std::string(before.substr(0, blank)));
  const std::int64_t told = std::stoll(std::string(before.substr(blank)));
  return std::to_string(sum) + ' ' + std::to_string(told + std::max<std::int64_t>(sum - last, 0));
}

void count(const Statistic& one, std::string_view sum, const std::string& labels, const Memory& before, Memory& after) {
  const std::string key = one.name + (' ' + labels);
  const auto found = before.find(key);
  after[key] = grown(std::stoll(std::string(sum)), found == before.end() ? "" : std::string_view(found->second));
}

std::string_view told(const Memory& memory, const Statistic& one, const std::string& labels) {
  const std::string_view counted = memory.find(one.name + (' ' + labels))->second;
  return counted.substr(counted.find(' ') + 1);
}

void emit_row(const Rows& rows, std::size_t row, const Memory& before, Sink& sink) {
  std::array<Label, 3> labels = {{{"schema", {}}, {"hypertable", {}}, {"part", {}}}};
  std::string spelled;
  for (Label& label : labels) {
    label.value = rows.at(row, label.name).value_or("");
    append_label(spelled, label.name, label.value);
  }
  const auto say = [&](const Statistic& one, std::string_view text) {
    if (const auto number = Number::parse(text)) sink.sample(metric(one), labels, *number);
  };
  for (const Statistic& one : kCounters) {
    const Cell sum = rows.at(row, one.name);
    if (!sum) continue;
    count(one, *sum, spelled, before, sink.memory());
    say(one, told(sink.memory(), one, spelled));
  }
  for (const Statistic& one : kGauges) say(one, rows.at(row, one.name).value_or(""));
}

// Forgets hypertables that are gone.
void emit_hypertable_stats(const Rows& rows, Sink& sink) {
  const Memory before = std::exchange(sink.memory(), {});
  for (std::size_t row = 0; row < rows.size(); ++row) emit_row(rows, row, before, sink);
}

std::vector<Column> hypertable_stats_columns() {
  std::vector<Column> columns = {label("schema"), label("hypertable"), label("part")};
  for (const Statistic& one : kCounters)
    columns.push_back(
        counter(one.name, one.help + std::string(" Since this program looked first.")).called(metric(one)));
  for (const Statistic& one : kGauges) columns.push_back(gauge(one.name, one.help).called(metric(one)));
  return columns;
}

}  // namespace

Collector timescaledb_hypertable_stats() {
  return {
      .name = "timescaledb_hypertable_stats",
      .help =
          "What happens to the chunks of each hypertable, summed: part is chunks, or the compressed tables beside "
          "them.",
      .scope = Scope::kDatabase,
      .extension = kExtension,
      .lane = Lane::kSlow,
      .interval = std::chrono::minutes{1},
      .prefix = "timescaledb_hypertable",
      .source = std::vector<Sql>{{.text = hypertable_stats_sql()}},
      .columns = hypertable_stats_columns(),
      .emit = emit_hypertable_stats,
      .cost = {.pages = 100, .more = 5, .of = "chunk"},
  };
}

}  // namespace pgwatch::collectors
