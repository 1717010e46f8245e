// What we learn from a server. Every name is qualified, so that the texts mean the same under any search_path.
#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "exporter/model/plan.h"
#include "exporter/postgres/session.h"

namespace pgwatch::postgres {
namespace {

// Extensions in one cell: fields and records end in the control characters made for that.
constexpr char kFieldSeparator = '\x1f';
constexpr char kRecordSeparator = '\x1e';

// A value of a function that a cloud may have locked away. The privilege of every function in a statement is checked
// even where CASE would never call it, so the call is in a text of its own: ts_stat is what runs a text within a SELECT
// on every server, and gives back the one word it finds.
std::string if_permitted(const std::string& function, const std::string& column) {
  const std::string query =
      "SELECT pg_catalog.array_to_tsvector(ARRAY[" + column + "::pg_catalog.text]) FROM pg_catalog." + function + "()";
  return "CASE WHEN pg_catalog.has_function_privilege('pg_catalog." + function +
         "()', 'EXECUTE') THEN (SELECT word FROM pg_catalog.ts_stat(" + quote_literal(query) + ")) END";
}

[[noreturn]] void not_facts(const std::string& why) {
  throw std::invalid_argument("the answer to the facts statement is not one of ours: " + why);
}

std::string_view cell(const Rows& rows, const char* column) {
  const Cell value = rows.at(0, column);
  if (!value) not_facts(std::string("no ") + column);
  return *value;
}

template <class Number>
Number number(std::string_view text, int base = 10) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) not_facts("\"" + std::string(text) + "\" is no number");
  return value;
}

std::uint32_t read_timeline(const Rows& rows) {
  if (const Cell writing = rows.at(0, "writing_timeline")) return number<std::uint32_t>(*writing, 16);
  if (const Cell following = rows.at(0, "following_timeline")) return number<std::uint32_t>(*following);
  return 0;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// A role the server does not know is none that could be lacking. Up to 14 the server asks for membership alone.
std::string unless_held(std::string_view role) {
  const std::string name = quote_literal(role);
  return "CASE WHEN NOT pg_catalog.pg_has_role(pg_catalog.to_regrole(" + name + ")::pg_catalog.oid, " +
         (role == kPredefinedRoles.front()
              ? "'MEMBER'"
              : "CASE WHEN pg_catalog.current_setting('server_version_num')::pg_catalog.int4 "
                "OPERATOR(pg_catalog.<) 150000 THEN 'MEMBER' ELSE 'USAGE' END") +
         ") THEN " + name + " END";
}

std::string lacking_roles() {
  std::string list;
  for (const std::string_view role : kPredefinedRoles) list.append(", ").append(unless_held(role));
  return "pg_catalog.concat_ws(','" + list + ")";
}

std::set<std::string, std::less<>> read_lacks(std::string_view text) {
  if (text.empty()) return {};
  const std::vector<std::string> roles = split(text, ',');
  return {roles.begin(), roles.end()};
}

std::vector<Extension> read_extensions(std::string_view text) {
  std::vector<Extension> extensions;
  if (text.empty()) return extensions;
  for (const std::string& record : split(text, kRecordSeparator)) {
    std::vector<std::string> fields = split(record, kFieldSeparator);
    if (fields.size() != 3) not_facts("an extension without name, version and schema");
    extensions.push_back({std::move(fields[0]), std::move(fields[1]), std::move(fields[2])});
  }
  std::sort(extensions.begin(), extensions.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return extensions;
}

struct Need {
  std::string schema = "pg_catalog";
  std::string object;     // relation or function
  std::string attribute;  // "" for a function
};

Need parse_need(std::string_view text) {
  Need need;
  const bool function = text.ends_with("()");
  if (function) text.remove_suffix(2);
  std::vector<std::string> parts = split(text, '.');
  if (!function) {
    need.attribute = std::move(parts.back());
    parts.pop_back();
  }
  if (parts.size() > 1) need.schema = std::move(parts[0]);
  if (!parts.empty()) need.object = std::move(parts.back());
  return need;
}

std::string need_row(const std::string& text) {
  const Need need = parse_need(text);
  return "(" + quote_literal(text) + ", " + quote_literal(need.schema) + ", " + quote_literal(need.object) + ", " +
         quote_literal(need.attribute) + ")";
}

std::vector<std::string> first_column(const Rows& rows) {
  std::vector<std::string> texts;
  for (std::size_t row = 0; row < rows.size(); ++row) texts.emplace_back(rows.at(row, 0).value_or(""));
  return texts;
}

}  // namespace

std::string facts_statement() {
  // The timeline is what a primary writes, and what a standby receives or, where the receiver is hidden, restarted
  // from.
  return R"sql(SELECT
  pg_catalog.current_setting('server_version_num') AS version,
  pg_catalog.current_setting('server_version') AS version_text,
  pg_catalog.pg_is_in_recovery() AS in_recovery,
  CASE WHEN NOT pg_catalog.pg_is_in_recovery()
       THEN pg_catalog.left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 8)
  END AS writing_timeline,
  CASE WHEN pg_catalog.pg_is_in_recovery()
       THEN COALESCE((SELECT received_tli::pg_catalog.text FROM pg_catalog.pg_stat_get_wal_receiver()), )sql" +
         if_permitted("pg_control_checkpoint", "timeline_id") + R"sql()
  END AS following_timeline,
  )sql" + if_permitted("pg_control_system", "system_identifier") +
         R"sql( AS system_identifier,
  pg_catalog.current_database() AS database,
  CURRENT_USER AS user_name,
  )sql" + lacking_roles() +
         R"sql( AS lacks,
  (SELECT pg_catalog.string_agg(pg_catalog.concat_ws(E'\x1f', e.extname, e.extversion, n.nspname), E'\x1e')
   FROM pg_catalog.pg_extension AS e
   JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) e.extnamespace) AS extensions)sql";
}

Facts read_facts(const Rows& rows, const Facts& before) {
  if (rows.size() != 1) not_facts(std::to_string(rows.size()) + " rows");
  Facts facts;
  facts.version = number<int>(cell(rows, "version"));
  facts.version_text = cell(rows, "version_text");
  facts.in_recovery = cell(rows, "in_recovery") == "t";
  facts.timeline = read_timeline(rows);
  facts.system_identifier = rows.at(0, "system_identifier").value_or("");
  facts.database = cell(rows, "database");
  facts.user = cell(rows, "user_name");
  facts.lacks = read_lacks(rows.at(0, "lacks").value_or(""));
  facts.extensions = read_extensions(rows.at(0, "extensions").value_or(""));
  facts.present = before.present;
  return facts;
}

std::string needs_statement(const std::vector<std::string>& needs) {
  if (needs.empty()) return "SELECT NULL::pg_catalog.text AS need WHERE false";
  std::string values;
  for (const std::string& need : needs) values.append(values.empty() ? "" : ", ").append(need_row(need));
  // By name in the catalogs: to_regclass fails where the role may not use the schema.
  return "WITH wanted (need, schema, object, attribute) AS (VALUES " + values + R"sql()
SELECT w.need
FROM wanted AS w
JOIN pg_catalog.pg_namespace AS n ON n.nspname OPERATOR(pg_catalog.=) w.schema::pg_catalog.name
JOIN pg_catalog.pg_class AS c
  ON c.relnamespace OPERATOR(pg_catalog.=) n.oid AND c.relname OPERATOR(pg_catalog.=) w.object::pg_catalog.name
JOIN pg_catalog.pg_attribute AS a
  ON a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attname OPERATOR(pg_catalog.=) w.attribute::pg_catalog.name
WHERE a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped
UNION
SELECT w.need
FROM wanted AS w
JOIN pg_catalog.pg_namespace AS n ON n.nspname OPERATOR(pg_catalog.=) w.schema::pg_catalog.name
JOIN pg_catalog.pg_proc AS p
  ON p.pronamespace OPERATOR(pg_catalog.=) n.oid AND p.proname OPERATOR(pg_catalog.=) w.object::pg_catalog.name
WHERE w.attribute OPERATOR(pg_catalog.=) '')sql";
}

std::set<std::string, std::less<>> read_needs(const Rows& rows) {
  const std::vector<std::string> needs = first_column(rows);
  return {needs.begin(), needs.end()};
}

std::string databases_statement() {
  // -2 marks a database whose DROP was interrupted. The eldest come first: where series are capped, a new database
  // displaces none.
  return R"sql(SELECT d.datname
FROM pg_catalog.pg_database AS d
WHERE d.datallowconn AND NOT d.datistemplate AND d.datconnlimit OPERATOR(pg_catalog.<>) -2
  AND d.datname::pg_catalog.text OPERATOR(pg_catalog.<>)
      ALL (ARRAY['rdsadmin', 'cloudsqladmin', 'azure_maintenance', 'azure_sys'])
ORDER BY d.oid)sql";
}

std::vector<std::string> read_databases(const Rows& rows) { return first_column(rows); }

}  // namespace pgwatch::postgres
