// A filter and a rule are the operator's SQL and go as they are; each ends with a line, for it may end in a comment.
#include "collectors/freshness/statements.h"

#include <initializer_list>
#include <stdexcept>
#include <utility>

#include "collectors/freshness/bounds.h"
#include "exporter/model/plan.h"

namespace pgwatch::collectors {
namespace {

constexpr std::size_t kMostStretches = 200;

std::string source(const FreshnessCheck& check, const Relation& relation,
                   std::initializer_list<std::string> conditions) {
  std::string text = "FROM " + relation.from + " WHERE ";
  const char* between = "";
  for (const std::string& condition : conditions) (text += std::exchange(between, " AND ")) += condition;
  if (!check.filter.empty()) text += " AND (" + check.filter + "\n)";
  return text;
}

std::string future_rows(const FreshnessCheck& check, const Relation& relation) {
  const TimeColumn& time = relation.time;
  return "(SELECT count(*) FROM (SELECT " +
         source(check, relation, {time.beyond(end_of_present(check, relation.now)), time.before(relation.future_end)}) +
         " LIMIT " + std::to_string(kMostFutureRows) + ") AS future) AS future_rows";
}

std::string columns_beside(const Relation& relation, const std::string& newest, const std::string& ingested) {
  return relation.time.seconds(newest) + " AS newest, " +
         (relation.ingest ? relation.ingest->seconds(ingested) : "NULL") + " AS ingested";
}

std::string in_piece(const FreshnessCheck& check, const Relation& relation, Micros from, std::size_t piece) {
  const std::vector<Micros> pieces = relation.pieces_from(from);
  const TimeColumn& time = relation.time;
  return time.from(pieces[piece]) + " AND " +
         (piece == 0 ? time.up_to(end_of_present(check, relation.now)) : time.before(pieces[piece - 1]));
}

// Without rows a statement would tell nothing of the future.
std::string beside_one_row(const Relation& relation, const std::string& columns, const std::string& rows) {
  return relation.with + "SELECT " + columns + " FROM (SELECT 1 AS row) AS one LEFT JOIN (" + rows +
         ") AS found ON true";
}

std::string texts(const std::vector<std::string>& all) {
  std::string list;
  for (const std::string& one : all) list += (list.empty() ? "" : ", ") + quote_literal(one);
  return "ARRAY[" + list + "]::pg_catalog.text[]";
}

std::string counted_if(const std::string& condition, const std::string& name) {
  return "count(*) FILTER (WHERE " + condition + ") AS " + name;
}

// The number of the step a row is in, counted through all stretches; NULL outside of them.
std::string step_number(const FreshnessCheck& check, const Relation& relation, const std::vector<Stretch>& all) {
  const Micros step = check.gaps->step.count() * kSecond;
  const TimeColumn& time = relation.time;
  std::string text = "CASE";
  std::int64_t before = 0;
  for (const Stretch& one : all) {
    text += " WHEN " + time.from(one.begin) + " AND " + time.before(one.begin + one.count * step) + " THEN " +
            std::to_string(before) + " + pg_catalog.floor((" + time.seconds() + " - " + seconds_text(one.begin) +
            ") / " + std::to_string(check.gaps->step.count()) + ")";
    before += one.count;
  }
  return text + " END";
}

std::string steps_with_a_row(const FreshnessCheck& check, const Relation& relation, Micros newest) {
  const std::vector<Stretch> all = stretches(check, relation.now, newest);
  if (all.size() > kMostStretches)
    throw std::runtime_error(subject_of(check) + " looks for gaps in " + std::to_string(all.size()) +
                             " sessions; shorten the window of gaps");
  if (all.empty()) return counted_if("false", "steps");
  const std::string number = step_number(check, relation, all);
  return "count(DISTINCT " + number + ") AS steps, min(" + number + ") AS first_step, max(" + number + ") AS last_step";
}

void add_late(std::vector<std::string>& columns, const FreshnessCheck& check, const Relation& relation) {
  const std::string in_window = relation.time.from(back(check, relation.now, check.late->window));
  const std::string delay = relation.ingest->seconds() + " - " + relation.time.seconds();
  const Threshold& limit = check.late->max_delay;
  if (const auto least = limit.warning ? limit.warning : limit.critical)
    columns.push_back(counted_if(in_window + " AND " + delay + " >= " + std::to_string(*least), "late_rows"));
  columns.push_back("max(" + delay + ") FILTER (WHERE " + in_window + ") AS worst_delay_seconds");
}

void add_violations(std::vector<std::string>& columns, const FreshnessCheck& check, const Relation& relation) {
  const std::string in_window = relation.time.from(back(check, relation.now, check.validity->window));
  for (std::size_t i = 0; i < check.validity->rules.size(); ++i)
    columns.push_back(counted_if(in_window + " AND (" + check.validity->rules[i].violation + "\n)",
                                 "violations_" + std::to_string(i)));
}

}  // namespace

std::string newest_statement(const FreshnessCheck& check, const Relation& relation, std::size_t slice) {
  const TimeColumn& time = relation.time;
  const Micros end = end_of_present(check, relation.now);
  const std::string until = slice == 0 ? time.up_to(end) : time.before(relation.starts[slice - 1]);
  const Micros from = relation.starts.empty() ? end : relation.starts[slice];
  const std::string rows =
      "SELECT " + columns_beside(relation, time.name, relation.ingest ? relation.ingest->name : "") + " " +
      source(check, relation, {time.from(from), until}) + " ORDER BY " + time.name + " DESC LIMIT 1";
  const std::string future = slice == 0 ? ", " + future_rows(check, relation) : "";
  return beside_one_row(relation, "found.newest, found.ingested" + future, rows);
}

std::string expected_statement(const FreshnessCheck& check) {
  return "SELECT expected.* FROM (\n" + within(check.groups->expected_query) + "\n) AS expected LIMIT " +
         std::to_string(check.groups->most + 1);
}

std::string groups_statement(const FreshnessCheck& check, const Relation& relation,
                             const std::vector<std::string>& expected, std::size_t piece) {
  const TimeColumn& time = relation.time;
  const std::string group = quote_name(check.groups->column) + "::pg_catalog.text";
  const std::string ingested = relation.ingest ? "max(" + relation.ingest->name + ")" : "";
  const std::string rows =
      "SELECT " + group + " AS \"group\", " + columns_beside(relation, "max(" + time.name + ")", ingested) +
      ", count(*) OVER () AS groups " +
      source(check, relation, {in_piece(check, relation, reach(check, relation.now), piece), group + " <> ''"}) +
      " GROUP BY " + group + " ORDER BY " + group + " = ANY (" + texts(expected) + ") DESC, " + group +
      " COLLATE pg_catalog.\"C\" LIMIT " + std::to_string(check.groups->most);
  const std::string future = piece == 0 ? ", " + future_rows(check, relation) : "";
  return beside_one_row(relation, "found.\"group\", found.newest, found.ingested, found.groups" + future, rows);
}

bool has_window(const FreshnessCheck& check) { return check.window || check.gaps || check.late || check.validity; }

std::string window_statement(const FreshnessCheck& check, const Relation& relation, std::optional<Micros> newest,
                             std::size_t piece) {
  const TimeColumn& time = relation.time;
  std::vector<std::string> columns;
  if (check.window)
    columns.push_back(counted_if(time.from(back(check, relation.now, check.window->period)), "rows_in_window"));
  if (check.gaps && newest) columns.push_back(steps_with_a_row(check, relation, *newest));
  if (check.late && relation.ingest) add_late(columns, check, relation);
  if (check.validity) add_violations(columns, check, relation);
  if (columns.empty())
    columns.push_back(counted_if("false", "nothing"));  // of a window there is one row, come what may
  std::string list;
  for (const std::string& column : columns) list += (list.empty() ? "" : ",\n  ") + column;
  return relation.with + "SELECT " + list + "\n" +
         source(check, relation, {in_piece(check, relation, window_start(check, relation.now), piece)});
}

}  // namespace pgwatch::collectors
