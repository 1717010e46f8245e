#include "exporter/config/query_parts.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "exporter/config/values.h"
#include "exporter/model/instrument.h"
#include "exporter/model/sql_text.h"

namespace pgwatch::config {
namespace {

bool is_query_name(std::string_view name) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  return !name.empty() && name.find_first_not_of(kLetters) == name.npos && !(name[0] >= '0' && name[0] <= '9');
}

bool says_nothing(std::string_view piece) {
  return piece.starts_with("--") || piece.starts_with("/*") || piece.find_first_not_of(" \t\r\n") == piece.npos;
}

// "" for one statement, which a semicolon may end.
std::string sql_problem(std::string_view text) {
  SqlPieces pieces(text);
  bool is_asked = false;
  bool has_ended = false;
  for (std::string_view piece = pieces.next(); !piece.empty(); piece = pieces.next()) {
    if (says_nothing(piece)) continue;
    if (has_ended && piece != ";") return "holds more than one statement; a query is one";
    has_ended = has_ended || piece == ";";
    is_asked = is_asked || piece != ";";
  }
  return is_asked ? "" : "is empty; write a SELECT";
}

}  // namespace

Collector new_query(const Reader& reader, const std::string& name, Position at) {
  if (!is_query_name(name))
    reader.fail(at, "query " + shown(name) + " is no name; use letters, digits and _, no digit first");
  Collector query;
  query.name = query.prefix = name;
  query.help = "The query " + name + ".";
  query.kind = "query";
  query.lane = Lane::kSlow;
  query.interval = std::chrono::minutes{1};
  query.own_search_path = true;
  query.origin = reader.where(at);
  return query;
}

Collector checked_query(const Reader& reader, Collector query, Position at) {
  try {
    const Instrument instrument(query);
  } catch (const std::invalid_argument& error) {
    reader.fail(at, error.what());
  }
  return query;
}

std::string read_sql(const Reader& reader, const Node& node) {
  std::string text = reader.literal(node);
  std::string problem;
  try {
    problem = sql_problem(text);
  } catch (const std::invalid_argument& error) {
    problem = error.what();
  }
  if (!problem.empty()) reader.fail(node.at, "the SQL " + problem);
  return text;
}

double read_number(const Reader& reader, const Node& node) {
  const auto number = read_decimal(reader.literal(node));
  if (!number) reader.fail_value(node, "a number, as 100 or 0.001");
  return *number;
}

Milliseconds read_plain_seconds(const Reader& reader, const Node& node) {
  const double seconds = read_number(reader, node);
  if (seconds < 0 || std::chrono::duration<double>(seconds) > kWeek)
    reader.fail_value(node, "seconds, from 0 to a week");
  return Milliseconds(std::llround(seconds * 1000));
}

Node in_capitals(Node node) {
  for (char& one : node.text)
    if (one >= 'a' && one <= 'z') one = static_cast<char>(one - 'a' + 'A');
  return node;
}

void drop_own_datname(Collector& query) {
  if (query.scope != Scope::kDatabase) return;
  for (Column& column : query.columns)
    if (column.use == Use::kLabel && column.name == "datname") column.use = Use::kDiscard;
}

}  // namespace pgwatch::config
