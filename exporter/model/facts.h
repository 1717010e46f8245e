// Facts: what plans depend on. Role and extensions are asked again with every pipeline, since a promotion keeps
// sessions alive.
#pragma once

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace pgwatch {

// PostgreSQL's own roles that a collector may need. The first holds the others.
inline constexpr std::array<std::string_view, 3> kPredefinedRoles = {"pg_monitor", "pg_read_all_settings",
                                                                     "pg_read_all_stats"};

struct Extension {
  std::string name;
  std::string version;
  std::string schema;

  friend bool operator==(const Extension&, const Extension&) = default;
};

struct Facts {
  int version = 0;           // server_version_num, 150018
  std::string version_text;  // "15.18 (Debian 15.18-0+deb12u1)"
  bool in_recovery = false;
  std::uint32_t timeline = 0;     // 0 where the server would not say
  std::string system_identifier;  // "" where the server would not say
  std::string database;
  std::string user;                            // whom statements run as
  std::set<std::string, std::less<>> lacks;    // of kPredefinedRoles, those whose rights the user does not have
  std::vector<Extension> extensions;           // sorted by name
  std::set<std::string, std::less<>> present;  // of the catalogue's needs, those this database has

  friend bool operator==(const Facts&, const Facts&) = default;

  const Extension* extension(std::string_view name) const {
    for (const Extension& one : extensions)
      if (one.name == name) return &one;
    return nullptr;
  }
};

}  // namespace pgwatch
