// table_sizes: how large each table and its indexes are, under postgres_exporter's names.
//
// Measuring locks the table, its indexes and its TOAST, so one ALTER TABLE that waits its turn would stop everything.
// What is locked keeps its last known size, which is told with its age.
#include "collectors/catalogue.h"
#include "collectors/postgres/batches.h"
#include "collectors/postgres/last_known.h"
#include "collectors/postgres/relations.h"

namespace pgwatch::collectors {
namespace {

// The TOAST table's index leads to the TOAST table, as a table's index leads to the table.
std::string table_sizes_sql() {
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

// The table's size, its indexes' and when, as the server spells them; none where it was dropped meanwhile.
std::vector<std::string_view> measured_table(const Rows& rows, std::size_t row) {
  const Cell table = rows.at(row, "table_size_bytes");
  const Cell indexes = rows.at(row, "index_size_bytes");
  if (!table || !indexes) return {};
  return {*table, *indexes, rows.at(row, "measured_at").value_or("")};
}

void emit_table_sizes(const Rows& rows, Sink& sink) {
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const std::string_view oid = rows.at(row, "oid").value_or("");
    const bool is_left_out = rows.at(row, "is_left_out") == "t";
    const std::string_view now = rows.at(row, "measured_at").value_or("");
    const auto words = is_left_out ? recall_words(sink.memory(), oid) : measured_table(rows, row);
    if (words.empty()) continue;
    remember_words(sink.memory(), oid, words);
    const auto labels = {Label{"schemaname", rows.at(row, "schemaname").value_or("")},
                         Label{"relname", rows.at(row, "relname").value_or("")}};
    sink.sample("pg_stat_user_tables_table_size_bytes", labels, number_of(words[0]));
    sink.sample("pg_stat_user_tables_index_size_bytes", labels, number_of(words[1]));
    if (is_left_out)
      sink.sample("pg_table_size_age_seconds", labels, number_of(now).as_double() - number_of(words[2]).as_double());
  }
  if (!next_batch(rows, sink)) end_sweep(sink.memory());
}

}  // namespace

Collector table_sizes() {
  return {
      .name = "table_sizes",
      .help = "Size of each table and of its indexes. What is locked is not measured and keeps its last known size.",
      .scope = Scope::kDatabase,
      .lane = Lane::kSlow,
      .source = std::vector<Sql>{{.text = table_sizes_sql(), .since = 130000}},
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
      .emit = emit_table_sizes,
      .recover = smaller_batch,
      .cost = {.pages = 200, .more = 80, .of = "table", .batch = kMostInBatch},
      .most_steps = 10'000,
  };
}

}  // namespace pgwatch::collectors
