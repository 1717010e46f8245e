#include "exporter/model/plan.h"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "exporter/model/privilege.h"
#include "exporter/model/sql_text.h"

namespace pgwatch {
namespace {

// 150018 is 15, 90624 is 9.6.
std::string release(int version) {
  const std::string major = std::to_string(version / 10'000);
  return version >= 100'000 ? major : major + "." + std::to_string(version / 100 % 100);
}

const std::string* missing_need(const Sql& sql, const Facts& facts) {
  const auto missing = std::find_if(sql.needs.begin(), sql.needs.end(),
                                    [&facts](const std::string& need) { return !facts.present.contains(need); });
  return missing == sql.needs.end() ? nullptr : &*missing;
}

// Why this variant cannot be asked. Nothing where it can.
std::optional<Skip> objection(const Sql& sql, const Facts& facts, const Memory& memory) {
  if (facts.version < sql.since)
    return Skip{"version", "needs PostgreSQL " + release(sql.since) + ", the server is " + release(facts.version)};
  if (sql.before > 0 && facts.version >= sql.before)
    return Skip{"version", "is for releases before PostgreSQL " + release(sql.before) + ", the server is " +
                               release(facts.version)};
  if (sql.in_recovery && *sql.in_recovery != facts.in_recovery)
    return Skip{"role", facts.in_recovery ? "is asked of primaries, the server is a standby"
                                          : "is asked of standbys, the server is a primary"};
  if (const std::string* need = missing_need(sql, facts))
    return Skip{"unsupported", "database " + facts.database + " has no " + *need};
  if (!sql.remembered.empty() && !memory.contains(sql.remembered))
    return Skip{"unsupported", "nothing is remembered as " + sql.remembered};
  return std::nullopt;
}

// Variants go from the most to the least demanding, so the last one that is not too new says best what is missing.
Step plan_sql(const std::vector<Sql>& variants, const Facts& facts, const Memory& memory) {
  Skip skip{"unsupported", "there is nothing to ask"};
  bool new_enough = false;
  for (const Sql& sql : variants) {
    auto objected = objection(sql, facts, memory);
    if (!objected) return Statement{resolve_sql(sql.text, facts, memory)};
    if (objected->reason == "version" && new_enough) continue;
    new_enough = objected->reason != "version";
    skip = *std::move(objected);
  }
  return skip;
}

// The text up to the next /*else …*/, which is taken too; and what it said.
struct Choice {
  std::string expression;
  std::string_view alternative;
};

Choice read_choice(SqlPieces& pieces, std::string_view need) {
  Choice choice;
  for (std::string_view piece = pieces.next(); !piece.empty(); piece = pieces.next()) {
    if (const auto alternative = alternative_in(piece)) {
      choice.alternative = *alternative;
      return choice;
    }
    if (need_in(piece)) break;
    choice.expression += piece;
  }
  throw std::invalid_argument("/*if " + std::string(need) + "*/ is not closed; end it with /*else …*/");
}

std::string choose(std::string_view text, const Facts& facts) {
  std::string chosen;
  SqlPieces pieces(text);
  for (std::string_view piece = pieces.next(); !piece.empty(); piece = pieces.next()) {
    if (alternative_in(piece)) throw std::invalid_argument(std::string(piece) + " closes no /*if …*/");
    if (const auto need = need_in(piece)) {
      const Choice choice = read_choice(pieces, *need);
      chosen += facts.present.contains(*need) ? choice.expression : choice.alternative;
    } else {
      chosen += piece;
    }
  }
  return chosen;
}

std::string remembered_literal(std::string_view key, const Memory& memory) {
  const auto found = memory.find(key);
  return found == memory.end() ? "NULL" : quote_literal(found->second);
}

}  // namespace

Step plan(const Collector& collector, const Facts& facts, const Memory& memory) {
  if (!collector.extension.empty() && facts.extension(collector.extension) == nullptr)
    return Skip{"extension", "extension " + collector.extension + " is not installed in database " + facts.database +
                                 "; there, CREATE EXTENSION " + collector.extension};
  if (auto hidden = hidden_values(collector, facts)) return *std::move(hidden);
  if (const auto* read = std::get_if<HostRead>(&collector.source)) return *read;
  if (const auto* planner = std::get_if<Planner>(&collector.source)) return (*planner)(facts, memory);
  return plan_sql(std::get<std::vector<Sql>>(collector.source), facts, memory);
}

std::string quote_name(std::string_view name) {
  std::string quoted = "\"";
  for (const char one : name) {
    if (one == '"') quoted += one;
    quoted += one;
  }
  return quoted += '"';
}

std::string quote_literal(std::string_view text) {
  const bool backslashes = text.find('\\') != std::string_view::npos;
  // The blank keeps E apart from a word before it.
  std::string literal = backslashes ? " E'" : "'";
  for (const char one : text) {
    if (one == '\0') continue;  // it would end the statement, and no text of PostgreSQL holds one
    if (one == '\'' || one == '\\') literal += one;
    literal += one;
  }
  return literal += '\'';
}

std::string resolve_sql(std::string_view text, const Facts& facts, const Memory& memory) {
  const std::string chosen = choose(text, facts);
  std::string resolved;
  SqlPieces pieces(chosen);
  for (std::string_view piece = pieces.next(); !piece.empty(); piece = pieces.next()) {
    if (const auto key = key_in(piece))
      resolved += remembered_literal(*key, memory);
    else
      resolved += piece;
  }
  return resolved;
}

}  // namespace pgwatch
