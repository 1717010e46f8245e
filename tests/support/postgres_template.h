// The folder of a freshly made server.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "tests/support/postgres_programs.h"

namespace pgwatch::test {

struct Beginning {
  Installation installation = {};
  std::string script = {};  // SQL for the database postgres; its commands end with a semicolon and an empty line
};

// Fills `data` with a new server: superuser postgres and the least-privilege role pgwatch (exporter/grants.h), each
// with the password password_of() says; TimescaleDB in the database postgres where the installation has it; what the
// script makes. Made once per build tree, then copied; so all servers that begin alike begin as the same one, system
// identifier included.
void copy_template(const std::filesystem::path& data, const Beginning& beginning);

std::string password_of(std::string_view role);

}  // namespace pgwatch::test
