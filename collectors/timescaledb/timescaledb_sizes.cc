// timescaledb_sizes: how large hypertables and continuous aggregates are: their chunks, compressed or not.
//
// A sweep goes through all chunks by the batch, in the order of their numbers. It remembers what it measured as lines
// "NUMBER TABLE INDEX TOAST" under `measured`, and at its end under `known`: a chunk that somebody has locked counts
// with its last known size. What a hypertable's chunks have come to so far is under "sum LABELS".
#include <array>
#include <optional>
#include <sstream>
#include <utility>

#include "collectors/catalogue.h"
#include "collectors/postgres/batches.h"
#include "collectors/timescaledb/catalog.h"

namespace pgwatch::collectors {
namespace {

using namespace timescaledb;

const std::string kSum = "sum ";
constexpr std::array<const char*, 3> kKinds = {"table", "index", "toast"};

// What is compressed is kept in a table of its own beside the chunk.
std::string batch() {
  return std::string(R"sql(batch AS MATERIALIZED (
  SELECT c.id, c.hypertable_id, r.oid AS chunk, nullif(r.reltoastrelid, 0) AS chunk_toast,
         z.oid AS compressed, nullif(z.reltoastrelid, 0) AS compressed_toast
  FROM (
    SELECT c.* FROM _timescaledb_catalog.chunk AS c
    WHERE c.id > coalesce(:'after', '0')::integer AND c.hypertable_id IN (SELECT id FROM named)
      AND )sql") +
         kIsChunk + "\n    ORDER BY c.id LIMIT " + kLimit + ") AS c" + table_of_chunk("LEFT JOIN") + kCompressedTable +
         ")";
}

std::string sizes_sql() {
  return "WITH " + held_relations("'AccessExclusiveLock'") + ",\n" + kNamed + ",\n" + batch() + R"sql(,
judged AS MATERIALIZED (
  SELECT *, EXISTS (SELECT FROM left_out WHERE relation IN (chunk, chunk_toast, compressed, compressed_toast))
              OR )sql" +
         kUntouched + R"sql( AS is_left_out
  FROM batch)
SELECT judged.id AS oid,
       named.schema,
       named.hypertable,
       judged.is_left_out,
       size.tables - size.toast AS table_bytes,
       size.indexes AS index_bytes,
       size.toast AS toast_bytes
FROM judged
JOIN named ON named.id = judged.hypertable_id
CROSS JOIN LATERAL (
  SELECT sum(pg_table_size(part.relation)) AS tables,
         sum(coalesce(pg_total_relation_size(part.toast), 0)) AS toast,
         sum(pg_indexes_size(part.relation)) AS indexes
  FROM (VALUES (judged.chunk, judged.chunk_toast), (judged.compressed, judged.compressed_toast))
    AS part (relation, toast)
  WHERE NOT judged.is_left_out) AS size
ORDER BY judged.id)sql";
}

// TABLE INDEX TOAST
using Size = std::array<std::int64_t, kKinds.size()>;

Size read_size(const std::string& text) {
  Size size{};
  std::istringstream words(text);
  for (std::int64_t& part : size) words >> part;
  return size;
}

std::string spelled(const Size& size) {
  std::string text;
  for (const std::int64_t part : size) text += ' ' + std::to_string(part);
  return text;
}

// Nothing where the chunk was dropped meanwhile.
std::optional<Size> measured_size(const Rows& rows, std::size_t row) {
  std::string text;
  for (const char* kind : kKinds) {
    const Cell part = rows.at(row, kind + std::string("_bytes"));
    if (!part) return std::nullopt;
    text.append(" ").append(*part);
  }
  return read_size(text);
}

std::optional<Size> recall(const std::string& known, std::string_view number) {
  const std::string begin = "\n" + std::string(number) + " ";
  const std::size_t at = known.find(begin);
  if (at == std::string::npos) return std::nullopt;
  const std::size_t sizes = at + begin.size();
  return read_size(known.substr(sizes, known.find('\n', sizes) - sizes));
}

void add(std::string& sum, const Size& size) {
  Size total = read_size(sum);
  for (std::size_t kind = 0; kind < size.size(); ++kind) total.at(kind) += size.at(kind);
  sum = spelled(total);
}

std::string sum_key(const Rows& rows, std::size_t row) {
  std::string labels;
  for (const char* name : {"schema", "hypertable"}) append_label(labels, name, rows.at(row, name).value_or(""));
  return kSum + labels;
}

void say(const std::string& labels, const Size& size, Sink& sink) {
  const std::string schema = find_label(labels, "schema").value_or("");
  const std::string hypertable = find_label(labels, "hypertable").value_or("");
  std::int64_t total = 0;
  const auto tell = [&](const char* kind, std::int64_t bytes) {
    sink.sample("timescaledb_hypertable_size_bytes", {{"schema", schema}, {"hypertable", hypertable}, {"kind", kind}},
                bytes);
  };
  for (std::size_t kind = 0; kind < size.size(); ++kind) {
    tell(kKinds.at(kind), size.at(kind));
    total += size.at(kind);
  }
  tell("total", total);
}

void end_sweep(Sink& sink) {
  Memory& memory = sink.memory();
  for (auto at = memory.lower_bound(kSum); at != memory.end() && at->first.starts_with(kSum); at = memory.erase(at))
    say(at->first.substr(kSum.size()), read_size(at->second), sink);
  memory["known"] = std::exchange(memory["measured"], {});
  memory.erase("measured");
}

void emit_sizes(const Rows& rows, Sink& sink) {
  Memory& memory = sink.memory();
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const std::string_view number = rows.at(row, "oid").value_or("");
    const bool is_left_out = rows.at(row, "is_left_out") == "t";
    const std::optional<Size> size = is_left_out ? recall(memory["known"], number) : measured_size(rows, row);
    if (!size) continue;
    (memory["measured"] += '\n').append(number).append(spelled(*size));
    add(memory[sum_key(rows, row)], *size);
  }
  if (!next_batch(rows, sink)) end_sweep(sink);
}

}  // namespace

Collector timescaledb_sizes() {
  return {
      .name = "timescaledb_sizes",
      .help = "Size of hypertables and continuous aggregates. A chunk that is locked counts with its last known size.",
      .scope = Scope::kDatabase,
      .extension = kExtension,
      .lane = Lane::kSlow,
      .interval = std::chrono::minutes{10},
      .prefix = "timescaledb_hypertable_size",
      .source = std::vector<Sql>{{.text = sizes_sql()}},
      .columns =
          {
              label("schema"),
              label("hypertable"),
              label("kind"),
              discard("oid"),
              discard("is_left_out"),
              discard("table_bytes"),
              discard("index_bytes"),
              discard("toast_bytes"),
              gauge("bytes",
                    "What its chunks take, with what is compressed of them, by kind and in total; absent where it has "
                    "none."),
          },
      .emit = emit_sizes,
      .recover = smaller_batch,
      .cost = {.pages = 100, .more = 150, .of = "chunk"},
      .most_steps = 10'000,
  };
}

}  // namespace pgwatch::collectors
