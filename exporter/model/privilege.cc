#include "exporter/model/privilege.h"

#include <algorithm>
#include <array>

#include "exporter/model/plan.h"

namespace pgwatch {
namespace {

constexpr std::string_view kMonitor = kPredefinedRoles.front();

// How the server names what it refuses, and what to grant then.
struct Refusal {
  std::string_view refused;
  std::string_view granted;
  bool of_a_schema = true;
};

constexpr std::array kRefusals = {
    Refusal{"permission denied for function ", "EXECUTE ON FUNCTION "},
    Refusal{"permission denied for schema ", "USAGE ON SCHEMA ", false},
    Refusal{"permission denied for table ", "SELECT ON TABLE "},
    Refusal{"permission denied for view ", "SELECT ON TABLE "},
    Refusal{"permission denied for materialized view ", "SELECT ON TABLE "},
    Refusal{"permission denied for foreign table ", "SELECT ON TABLE "},
    Refusal{"permission denied for sequence ", "SELECT ON SEQUENCE "},
    Refusal{"permission denied for database ", "CONNECT ON DATABASE ", false},
};

// A name alone may be that of several functions. This is the one that collectors call.
constexpr std::pair<std::string_view, std::string_view> kOneOfSeveral = {"pg_database_size", "(oid)"};

// From `name(` to `)` in what the collector says it takes.
std::string_view arguments_of(std::string_view name, std::string_view privilege) {
  const std::size_t at = privilege.find(" " + std::string(name) + "(");
  return at == std::string_view::npos ? "" : privilege.substr(at + 1 + name.size());
}

// The server does not say the schema. What is called after its extension is in that one's.
std::string schema_of(std::string_view name, const Collector& collector, const Facts& facts) {
  if (collector.extension.empty() || !name.starts_with(collector.extension)) return "";
  const Extension* extension = facts.extension(collector.extension);
  return extension == nullptr ? "" : quote_name(extension->schema) + ".";
}

// A role may be a member and not inherit the rights; a membership of its own is given with them from 16 on.
std::string cure_of_lack(std::string_view role, const Facts& facts) {
  if (facts.lacks.contains(kMonitor)) return grant(kMonitor, facts.user);
  const std::string user = quote_name(facts.user);
  const std::string granted = "GRANT " + std::string(role) + " TO " + user;
  return facts.version >= 160000 ? granted + " WITH INHERIT TRUE;" : granted + "; ALTER ROLE " + user + " INHERIT;";
}

std::optional<Skip> lack_of(const std::string& role, const Facts& facts, const std::string& hidden) {
  if (role.empty() || !facts.lacks.contains(role)) return std::nullopt;
  return Skip{"permission", "role " + facts.user + " does not have the rights of " + role +
                                ", and the server hides from it " + hidden + "; cure: " + cure_of_lack(role, facts)};
}

}  // namespace

std::string grant(std::string_view what, std::string_view role) {
  return "GRANT " + std::string(what) + " TO " + quote_name(role) + ";";
}

std::optional<Skip> hidden_values(const Collector& collector, const Facts& facts) {
  return lack_of(collector.role, facts, "what this collector counts");
}

std::optional<Skip> hidden_part(const Collector& collector, const Facts& facts) {
  return lack_of(collector.partly, facts, "a part of what this collector tells");
}

std::string cure_of_refusal(const Collector& collector, const Facts& facts, std::string_view message) {
  const auto* const refusal =
      std::ranges::find_if(kRefusals, [&](const Refusal& one) { return message.starts_with(one.refused); });
  if (refusal == kRefusals.end()) {  // the server speaks another language
    if (collector.privilege.empty()) return "";
    return facts.lacks.contains(kMonitor) ? grant(kMonitor, facts.user) : grant(collector.privilege, facts.user);
  }
  const std::string_view name = message.substr(refusal->refused.size());
  const std::string_view arguments = arguments_of(name, collector.privilege);
  if (!arguments.empty() && facts.lacks.contains(kMonitor)) return grant(kMonitor, facts.user);
  const std::string schema = refusal->of_a_schema ? schema_of(name, collector, facts) : "";
  const std::string_view which = name == kOneOfSeveral.first ? kOneOfSeveral.second : arguments;
  return grant(std::string(refusal->granted) + schema + quote_name(name) + std::string(which), facts.user);
}

}  // namespace pgwatch
