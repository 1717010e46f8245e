// table_sizes: how large each table and its indexes are, under postgres_exporter's names.
//
// Measuring locks the table, its indexes and its TOAST, so one ALTER TABLE that waits its turn would stop everything.
// What is locked keeps its last known size, which is told with its age. A sweep through all tables remembers what it
// measured as lines "NUMBER TABLE INDEX TIME", under `measured`, and at its end, under `known`, for the next; tables
// that are gone have no line any more.
#include "collectors/catalogue.h"
#include "collectors/postgres/batches.h"
#include "collectors/postgres/relations.h"

namespace pgwatch::collectors {
namespace {

// The TOAST table's index leads to the TOAST table, as a table's index leads to the table.
std::string sql() {
  return "WITH " + held_relations("'AccessExclusiveLock'") + R"sql(,
batch AS MATERIALIZED (
  SELECT c.oid, n.nspname AS schemaname, c.relname,
         c.oid IN (SELECT relation FROM left_out) OR c.reltoastrelid IN (SELECT relation FROM left_out)
           OR )sql" +
         kUntouched + R"sql( AS is_left_out
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.oid > )sql" +
         kAfter + " AND " + kUserTable + "  ORDER BY c.oid LIMIT " + kLimit + R"sql()
SELECT oid, schemaname, relname, is_left_out,
       CASE WHEN NOT is_left_out THEN pg_table_size(oid) END AS table_size_bytes,
       CASE WHEN NOT is_left_out THEN pg_indexes_size(oid) END AS index_size_bytes,
       floor(extract(epoch FROM now()))::bigint AS measured_at
FROM batch
ORDER BY oid
)sql";
}

// As the server spells them.
struct Size {
  std::string_view table;
  std::string_view indexes;
  std::string_view measured_at;
};

std::optional<Size> measured(const Rows& rows, std::size_t row) {
  const Cell table = rows.at(row, "table_size_bytes");
  const Cell indexes = rows.at(row, "index_size_bytes");
  if (!table || !indexes) return std::nullopt;  // dropped meanwhile
  return Size{*table, *indexes, rows.at(row, "measured_at").value_or("")};
}

std::optional<Size> recall(std::string_view known, std::string_view number) {
  const std::string begin = "\n" + std::string(number) + " ";
  std::size_t at = known.find(begin);
  if (at == std::string_view::npos) return std::nullopt;
  at += begin.size();
  const auto word = [&] {
    const std::size_t end = known.find_first_of(" \n", at);
    const std::string_view text = known.substr(at, end - at);
    at = std::min(end, known.size() - 1) + 1;
    return text;
  };
  Size size;
  size.table = word();
  size.indexes = word();
  size.measured_at = word();
  return size;
}

void remember(std::string& sizes, std::string_view number, const Size& size) {
  sizes += '\n';
  for (const std::string_view word : {number, size.table, size.indexes}) (sizes += word) += ' ';
  sizes += size.measured_at;
}

Number number(std::string_view text) { return Number::parse(text).value_or(Number()); }

void emit(const Rows& rows, Sink& sink) {
  const std::string& known = sink.memory()["known"];
  std::string& fresh = sink.memory()["measured"];
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const std::string_view oid = rows.at(row, "oid").value_or("");
    const bool is_left_out = rows.at(row, "is_left_out") == "t";
    const std::optional<Size> size = is_left_out ? recall(known, oid) : measured(rows, row);
    if (!size) continue;
    remember(fresh, oid, *size);
    const auto labels = {Label{"schemaname", rows.at(row, "schemaname").value_or("")},
                         Label{"relname", rows.at(row, "relname").value_or("")}};
    sink.sample("pg_stat_user_tables_table_size_bytes", labels, number(size->table));
    sink.sample("pg_stat_user_tables_index_size_bytes", labels, number(size->indexes));
    const Number now = number(rows.at(row, "measured_at").value_or(""));
    if (is_left_out)
      sink.sample("pg_table_size_age_seconds", labels, now.as_double() - number(size->measured_at).as_double());
  }
  if (next_batch(rows, sink)) return;
  sink.memory()["known"] = std::move(fresh);
  sink.memory().erase("measured");
}

}  // namespace

Collector table_sizes() {
  return {
      .name = "table_sizes",
      .help = "Size of each table and of its indexes. What is locked is not measured and keeps its last known size.",
      .scope = Scope::kDatabase,
      .lane = Lane::kSlow,
      .source = std::vector<Sql>{{.text = sql(), .since = 130000}},
      .columns =
          {
              label("schemaname"),
              label("relname"),
              discard("oid"),
              discard("is_left_out"),
              discard("measured_at"),
              gauge("table_size_bytes", "Size of the table, its TOAST, free space and visibility map.")
                  .called("pg_stat_user_tables_table_size_bytes"),
              gauge("index_size_bytes", "Size of all indexes of the table.")
                  .called("pg_stat_user_tables_index_size_bytes"),
              gauge("age_seconds",
                    "How old the sizes of a table were when it could not be measured, since somebody has it locked.")
                  .called("pg_table_size_age_seconds"),
          },
      .emit = emit,
      .recover = smaller_batch,
      .cost = {.pages = 200, .more = 80, .of = "table"},
      .most_steps = 10'000,
  };
}

}  // namespace pgwatch::collectors
