// stat_statements: the statements the server spends its time on, under postgres_exporter's names.
//
// One asking tells of all databases. Who is chosen stays chosen until it has clearly fallen behind, so that series do
// not come and go with every change of rank. Texts are many megabytes on some servers: they are read only where they
// are wanted, in a second step, and once for each statement.
#include <map>
#include <set>

#include "collectors/catalogue.h"
#include "collectors/postgres/extension.h"
#include "exporter/model/plan.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kPgStatStatements = "pg_stat_statements";
constexpr const char* kQueryId = "pg_stat_statements_query_id";

Column by_statement(Column column) { return std::move(column).by({"user", "datname", "queryid"}); }

// -- Asking -----------------------------------------------------------------------------------------------------------

// Nested and top-level calls of a statement are rows of their own. Half as many more as are wanted: those may stay.
std::string ranking_sql(const Extension& extension) {
  const std::string time = is_at_least(extension, 1, 8) ? "total_exec_time" : "total_time";
  const std::string block = is_at_least(extension, 1, 11) ? "shared_blk" : "blk";
  return "SELECT pg_get_userbyid(s.userid) AS \"user\", d.datname, s.queryid, s.calls AS calls_total, "
         "s.time / 1000 AS seconds_total, s.rows AS rows_total, s.read / 1000 AS block_read_seconds_total, "
         "s.write / 1000 AS block_write_seconds_total FROM (SELECT userid, dbid, queryid, sum(calls) AS calls, sum(" +
         time + ") AS time, sum(rows) AS rows, sum(" + block + "_read_time) AS read, sum(" + block +
         "_write_time) AS write FROM " + function_of(extension, "pg_stat_statements") +
         "(false) WHERE queryid IS NOT NULL GROUP BY userid, dbid, queryid) AS s "
         "JOIN pg_database AS d ON d.oid = s.dbid "
         "ORDER BY s.time DESC, s.queryid, s.userid, s.dbid LIMIT :'top'::bigint * 3 / 2";
}

std::string texts_sql(const Extension& extension) {
  return "SELECT DISTINCT ON (queryid) queryid, left(query, 500) AS query FROM " +
         function_of(extension, "pg_stat_statements") + "(true) WHERE queryid = ANY (:'wanted'::bigint[])";
}

Step ask_statements(const Facts& facts, const Memory& memory) {
  const Extension& extension = *facts.extension(kPgStatStatements);
  const std::string sql = memory.contains("wanted") ? texts_sql(extension) : ranking_sql(extension);
  return Statement{resolve_sql(sql, facts, memory)};
}

// -- Texts ------------------------------------------------------------------------------------------------------------

using Texts = std::map<std::string, std::string, std::less<>>;  // by statement; "" where the server has none

// Remembered one to a line, as the page spells them.
Texts read_texts(std::string_view lines) {
  Texts texts;
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    texts[find_label(line, "queryid").value_or("")] = find_label(line, "query").value_or("");
    lines.remove_prefix(line.size() + 1);
  }
  return texts;
}

std::string spelled(const Texts& texts) {
  std::string lines;
  for (const auto& [queryid, query] : texts) {
    std::string line;
    append_label(line, "queryid", queryid);
    append_label(line, "query", query);
    lines += line + '\n';
  }
  return lines;
}

void say_text(const std::string& queryid, const std::string& query, Sink& sink) {
  if (!query.empty()) sink.sample(kQueryId, {{"queryid", queryid}, {"query", query}}, 1);
}

// Says those that are known, forgets those nobody needs any more, and asks for the rest.
void say_texts(const std::set<std::string, std::less<>>& chosen, Sink& sink) {
  const Texts before = read_texts(sink.memory()["known_texts"]);
  Texts known;
  std::string wanted;
  for (const std::string& queryid : chosen) {
    const auto found = before.find(queryid);
    if (found == before.end()) {
      wanted += (wanted.empty() ? "" : ",") + queryid;
      continue;
    }
    known.insert(*found);
    say_text(queryid, found->second, sink);
  }
  sink.memory()["known_texts"] = spelled(known);
  if (wanted.empty()) return;
  sink.memory()["wanted"] = "{" + wanted + "}";
  sink.ask_again();
}

void emit_texts(const Rows& rows, Sink& sink) {
  Texts known = read_texts(sink.memory()["known_texts"]);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const std::string queryid(rows.at(row, "queryid").value_or(""));
    const auto [text, added] = known.emplace(queryid, rows.at(row, "query").value_or(""));
    say_text(queryid, text->second, sink);
  }
  sink.memory()["known_texts"] = spelled(known);
  sink.memory().erase("wanted");
}

// -- The ranking ------------------------------------------------------------------------------------------------------

std::string labels_of(const Rows& rows, std::size_t row) {
  std::string labels;
  for (const char* name : {"user", "datname", "queryid"}) append_label(labels, name, rows.at(row, name).value_or(""));
  return labels;
}

void say_row(const Rows& rows, std::size_t row, Sink& sink) {
  const auto labels = {Label{"user", rows.at(row, "user").value_or("")},
                       Label{"datname", rows.at(row, "datname").value_or("")},
                       Label{"queryid", rows.at(row, "queryid").value_or("")}};
  for (const char* name :
       {"calls_total", "seconds_total", "rows_total", "block_read_seconds_total", "block_write_seconds_total"})
    if (const auto value = Number::parse(rows.at(row, name).value_or("")))
      sink.sample(std::string("pg_stat_statements_") + name, labels, *value);
}

void emit_ranking(const Rows& rows, Sink& sink) {
  Memory& memory = sink.memory();
  const std::size_t top = std::stoul(memory["top"]);
  const std::string before = std::exchange(memory["chosen"], "\n");
  std::set<std::string, std::less<>> chosen;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const std::string line = labels_of(rows, row) + '\n';
    if (row >= top && before.find('\n' + line) == std::string::npos) continue;
    memory["chosen"] += line;
    chosen.emplace(rows.at(row, "queryid").value_or(""));
    say_row(rows, row, sink);
  }
  if (memory["texts"] == "1") say_texts(chosen, sink);
}

void emit_stat_statements(const Rows& rows, Sink& sink) {
  if (sink.memory().contains("wanted"))
    emit_texts(rows, sink);
  else
    emit_ranking(rows, sink);
}

// Numbers do not fail for want of texts.
bool go_without_texts(const Failure&, Sink& sink) { return sink.memory().erase("wanted") > 0; }

}  // namespace

Collector stat_statements() {
  return {
      .name = "stat_statements",
      .help = "The statements the server spends most of its time on, in all of its databases.",
      .enabled = false,
      .extension = kPgStatStatements,
      .lane = Lane::kSlow,
      .interval = std::chrono::minutes{1},
      .source = Planner(ask_statements),
      .columns =
          {
              label("user"),
              label("datname"),
              label("queryid"),
              label("query"),
              by_statement(counter("calls_total", "Times the statement was executed.")),
              by_statement(counter("seconds_total", "Time its executions took.")),
              by_statement(counter("rows_total", "Rows it returned or changed.")),
              by_statement(
                  counter("block_read_seconds_total", "Time it spent reading pages, where track_io_timing is on.")),
              by_statement(
                  counter("block_write_seconds_total", "Time it spent writing pages, where track_io_timing is on.")),
              counter("query_id", "1 with the beginning of the statement's text; only where the option texts is on.")
                  .by({"queryid", "query"}),
          },
      .emit = emit_stat_statements,
      .recover = go_without_texts,
      .options = {{.name = "top",
                   .help = "How many statements to tell of; up to half as many more stay for a while.",
                   .value = 100,
                   .least = 1,
                   .most = 5'000},
                  {.name = "texts", .help = "1: their texts, too.", .value = 0, .most = 1}},
      .cost = {.pages = 20},
      .role = "pg_read_all_stats",
  };
}

}  // namespace pgwatch::collectors
