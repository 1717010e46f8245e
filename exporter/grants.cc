#include "exporter/grants.h"

#include <algorithm>
#include <array>
#include <utility>

#include "exporter/model/plan.h"

namespace pgwatch {
namespace {

// In these texts {role} stands for the role's name as SQL wants it, {text} for the same as a literal, and $role$ for a
// quote that the name does not hold.
constexpr std::string_view kHead =
    R"(-- The role that pgwatch logs in with: it may look at the server, and at nothing of yours.
--
--   pgwatch --grants | psql --set=ON_ERROR_STOP=1 --host=db1 --username=postgres
--
-- Run it as a superuser, or as whom a managed server has instead, in any database: roles belong to the whole server.
-- Run it on a primary: its standbys get the role by replication. It may be run again.
--
-- The role has no password. Give it one in psql, which sends and logs it as a hash:
--   \password {role}

)";

struct Grant {
  std::string_view why;
  std::string_view sql;
};

// What a collector needs is a line here.
constexpr std::array kGrants = {
    Grant{R"(-- To log in. A new role is no superuser, makes neither databases nor roles, and replicates nothing.
)",
          R"(DO $role$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = {text}) THEN
    CREATE ROLE {role} LOGIN;
  ELSIF EXISTS (SELECT FROM pg_catalog.pg_roles
                WHERE rolname = {text} AND (NOT rolcanlogin OR rolsuper OR rolcreatedb
                                            OR rolcreaterole OR rolreplication OR rolbypassrls)) THEN
    RAISE WARNING 'a role of this name was there before, and it is not as pgwatch would make it; \du shows it';
  END IF;
END
$role$;
)"},
    Grant{R"(-- To see what a server hides: settings, what other sessions do and wait for, the state of replication.
-- pg_monitor is PostgreSQL's own role for this. It holds pg_read_all_settings, pg_read_all_stats and
-- pg_stat_scan_tables, and may list the files of WAL, log and temporary data. It reads no table, but it sees the
-- texts of running statements.
)",
          "GRANT pg_monitor TO {role};\n"},
};

constexpr std::string_view kTail =
    R"(-- Where CONNECT has been taken from everybody, for each database that is to be visited:
--   GRANT CONNECT ON DATABASE … TO {role};
)";

std::string replaced(std::string text, std::string_view part, std::string_view by) {
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + by.size()))
    text.replace(at, part.size(), by);
  return text;
}

std::string quote_that_is_not_in(std::string_view name) {
  std::string quote = "$role$";
  while (name.find(quote) != std::string_view::npos) quote.insert(1, "_");
  return quote;
}

bool is_control(char letter) { return static_cast<unsigned char>(letter) < ' ' || letter == 127; }

}  // namespace

std::string role_problem(std::string_view role) {
  constexpr std::size_t kLongest = 63;
  if (role.empty()) return "a role has a name";
  if (role.size() > kLongest) return "a role's name has at most 63 bytes";
  if (std::ranges::any_of(role, is_control)) return "a role's name has no control characters";
  return "";
}

// By way of control characters, since a name has none but may hold anything else, marks of ours too.
std::string grants(std::string_view role) {
  std::string script(kHead);
  for (const Grant& grant : kGrants) script.append(grant.why).append(grant.sql).append("\n");
  script = replaced(replaced(script.append(kTail), "{role}", "\1"), "{text}", "\2");
  script = replaced(std::move(script), "$role$", quote_that_is_not_in(role));
  return replaced(replaced(std::move(script), "\1", quote_name(role)), "\2", quote_literal(role));
}

}  // namespace pgwatch
