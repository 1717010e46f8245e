// sequences: those that are about to run out of values. What cycles never does.
//
// Reading one locks it until the statement's end, so it goes by batches and leaves out what somebody has locked, which
// keeps its last known value. And it takes a privilege that pg_monitor does not have.
#include "collectors/catalogue.h"
#include "collectors/postgres/batches.h"
#include "collectors/postgres/last_known.h"

namespace pgwatch::collectors {
namespace {

// These modes conflict with ours, RowExclusiveLock. An unlogged sequence cannot be read on a standby. One that was
// never used has no last value.
std::string sequences_sql() {
  return "WITH " + held_relations("'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'") +
         R"sql(,
batch AS MATERIALIZED (
  SELECT c.oid, n.nspname AS schemaname, c.relname AS sequencename, s.seqmin, s.seqmax, s.seqincrement,
         has_sequence_privilege(c.oid, 'SELECT, USAGE') AS readable,
         c.oid IN (SELECT relation FROM left_out) OR (c.relpersistence <> 'p' AND pg_is_in_recovery())
           OR )sql" +
         kUntouched + R"sql( AS is_left_out
  FROM pg_sequence AS s
  JOIN pg_class AS c ON c.oid = s.seqrelid
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.oid > )sql" +
         kAfter + R"sql( AND c.relpersistence <> 't' AND NOT s.seqcycle
  ORDER BY c.oid LIMIT )sql" +
         kLimit + R"sql(),
reading AS MATERIALIZED (
  SELECT *, CASE WHEN readable AND NOT is_left_out THEN pg_sequence_last_value(oid) END AS last_value FROM batch),
counted AS (
  SELECT *,
         div(seqmax::numeric - seqmin, abs(seqincrement::numeric)) + 1 AS values,
         div(CASE WHEN seqincrement > 0 THEN seqmax::numeric - last_value ELSE last_value::numeric - seqmin END,
             abs(seqincrement::numeric)) AS remaining_values
  FROM reading)
SELECT oid, schemaname, sequencename, readable, is_left_out, remaining_values,
       round(1 - remaining_values / values, 6) AS used_ratio, floor(extract(epoch FROM now()))::bigint AS measured_at
FROM counted
ORDER BY oid
)sql";
}

int remembered(const Memory& memory, std::string_view key) {
  const auto found = memory.find(key);
  return found == memory.end() ? 0 : std::stoi(found->second);
}

// How much is used, how much remains and when, as the server spells them; none where there is no value.
std::vector<std::string_view> measured_sequence(const Rows& rows, std::size_t row) {
  const Cell used = rows.at(row, "used_ratio");
  const Cell remaining = rows.at(row, "remaining_values");
  if (!used || !remaining) return {};
  return {*used, *remaining, rows.at(row, "measured_at").value_or("")};
}

// Only what is told is remembered.
void emit_sequence(const Rows& rows, std::size_t row, double threshold, Sink& sink) {
  const std::string_view oid = rows.at(row, "oid").value_or("");
  const bool is_left_out = rows.at(row, "is_left_out") == "t";
  const auto words = is_left_out ? recall_words(sink.memory(), oid) : measured_sequence(rows, row);
  if (words.empty() || number_of(words[0]).as_double() < threshold) return;
  remember_words(sink.memory(), oid, words);
  const auto labels = {Label{"schemaname", rows.at(row, "schemaname").value_or("")},
                       Label{"sequencename", rows.at(row, "sequencename").value_or("")}};
  sink.sample("pg_sequences_used_ratio", labels, number_of(words[0]));
  sink.sample("pg_sequences_remaining_values", labels, number_of(words[1]));
  const std::string_view now = rows.at(row, "measured_at").value_or("");
  if (is_left_out)
    sink.sample("pg_sequences_age_seconds", labels, number_of(now).as_double() - number_of(words[2]).as_double());
}

void emit_sequences(const Rows& rows, Sink& sink) {
  const double threshold = remembered(sink.memory(), "percent") / 100.0;
  int unreadable = remembered(sink.memory(), "unreadable");
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (rows.at(row, "readable") == "f")
      ++unreadable;
    else
      emit_sequence(rows, row, threshold, sink);
  }
  sink.memory()["unreadable"] = std::to_string(unreadable);
  if (next_batch(rows, sink)) return;
  sink.sample("pg_sequences_unreadable", {}, unreadable);
  sink.memory().erase("unreadable");
  end_sweep(sink.memory());
}

}  // namespace

Collector sequences() {
  return {
      .name = "sequences",
      .help =
          "Sequences that are about to run out of values. What is locked is not read and keeps its last known value.",
      .scope = Scope::kDatabase,
      .lane = Lane::kSlow,
      .source = std::vector<Sql>{{.text = sequences_sql(), .since = 130000}},
      .columns =
          {
              label("schemaname"),
              label("sequencename"),
              discard("oid"),
              discard("readable"),
              discard("is_left_out"),
              discard("measured_at"),
              gauge("used_ratio", "Part of the sequence's values that is used up, from 0 to 1."),
              gauge("remaining_values", "Values the sequence can still give."),
              gauge("age_seconds",
                    "How old the values of a sequence were when it could not be read, since somebody has it locked."),
              gauge("unreadable",
                    "Sequences that this role may not read; GRANT SELECT ON ALL SEQUENCES IN SCHEMA, or from "
                    "PostgreSQL 14 on GRANT pg_read_all_data, cures that.")
                  .unlabelled(),
          },
      .emit = emit_sequences,
      .recover = smaller_batch,
      .options = {{.name = "percent",
                   .help = "Only sequences of which at least this much is used up.",
                   .value = 50,
                   .most = 100}},
      .cost = {.pages = 100, .more = 20, .of = "sequence", .batch = kMostInBatch},
      .most_steps = 10'000,
  };
}

}  // namespace pgwatch::collectors
